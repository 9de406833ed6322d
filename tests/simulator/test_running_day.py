"""Time that goes by in the org, and conversations that begin while a day is read."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.timestamps import parse_timestamp

from .api_client import ApiClient, ManualClock, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = parse_timestamp("2026-01-14T12:00:00Z")
MIDNIGHT = "2026-01-14T00:00:00.000Z"
NEXT = "2026-01-15T00:00:00.000Z"
TODAY = f"{MIDNIGHT}/{NEXT}"


def total(client: ApiClient, page: int = 1) -> int:
    hits: int = client.queried(interval=TODAY, paging={"pageSize": 10, "pageNumber": page})[
        "totalHits"
    ]
    return hits


def test_time_stands_still_unless_told(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(now=NOW, clock=clock)
    first = total(client)
    clock.advance(3600)
    assert client.simulator.moment == NOW
    assert total(client) == first


def test_answers_tell_the_time_that_is_set(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(now=NOW, clock=clock, time_speed=60)
    client.simulator.moment  # noqa: B018 - from here on time goes by
    clock.advance(60)
    assert client.ask_token().headers["Date"] == "Wed, 14 Jan 2026 13:00:00 GMT"


def test_time_goes_by_from_now_on(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(now=NOW, clock=clock, time_speed=60)
    org = client.simulator.org
    assert client.simulator.moment == NOW
    clock.advance(30)
    later = NOW + timedelta(minutes=30)
    assert client.simulator.moment == later
    assert total(client) == org.count(parse_timestamp(MIDNIGHT), later + timedelta(milliseconds=1))
    assert client.simulator.data_availability == later - timedelta(hours=6)
    client.simulator.now = NOW - timedelta(hours=1)
    assert client.simulator.moment == NOW - timedelta(hours=1)
    clock.advance(1)
    assert client.simulator.moment == NOW - timedelta(minutes=59)


def test_conversations_begin_at_a_rate(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(now=NOW, clock=clock, arrivals_per_second=2)
    first = total(client)
    for seconds in (1, 4.5):
        clock.advance(seconds)
        assert total(client) == first + int(2 * (clock.now - 1000))


def test_the_total_grows_from_page_to_page(start: Callable[..., ApiClient]) -> None:
    client = start(now=NOW, arrivals_per_page=1)
    seen, totals = [], []
    for number in (1, 2, 3):
        page = client.queried(interval=TODAY, paging={"pageSize": 10, "pageNumber": number})
        totals.append(page["totalHits"])
        seen += [one["conversationId"] for one in page["conversations"]]
    assert totals == [totals[0], totals[0] + 1, totals[0] + 2]
    assert seen == list(client.simulator.org.ids_between(parse_timestamp(MIDNIGHT), NOW))[:30]


def test_an_interaction_search_grows_too(start: Callable[..., ApiClient]) -> None:
    client = start(now=NOW, arrivals_per_page=3)
    day = time_range(MIDNIGHT, NEXT)
    first, second = (
        client.page(filter=day, pageSize=10, offset=offset)["totalMatchingRecords"]
        for offset in (0, 10)
    )
    assert second == first + 3


@pytest.mark.thorough
def test_a_transcript_search_grows_too(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(now=NOW, clock=clock, time_speed=3600)
    first = client.found_transcripts()["total"]
    clock.advance(6)
    assert client.found_transcripts()["total"] > first


def test_nothing_begins_after_the_org_has_ended(start: Callable[..., ApiClient]) -> None:
    client = start(org=Org(interactions=30), arrivals_per_page=1000)
    for number in (1, 2, 3):
        paging = {"pageSize": 10, "pageNumber": number}
        assert client.queried(paging=paging)["totalHits"] == 30


@pytest.mark.parametrize("ordinal", [0, 7, 1999])
def test_the_org_tells_when_an_interaction_was(ordinal: int) -> None:
    org = Org(interactions=2000)
    moment = org.moment_of(ordinal)
    assert org.ordinals(moment, moment + timedelta(milliseconds=1))[0] == ordinal
