"""Totals that are near only, listings that move while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Rush
from genesys_cloud_simulator.timestamps import parse_timestamp

from .api_client import ApiClient, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = parse_timestamp("2026-01-14T12:00:00Z")
DAY = "2026-01-14T00:00:00.000Z/2026-01-15T00:00:00.000Z"
START, END = DAY.split("/")


def page(client: ApiClient, number: int, size: int = 10) -> tuple[list[str], int | None]:
    answer = client.queried(interval=DAY, paging={"pageSize": size, "pageNumber": number})
    ids = [one["conversationId"] for one in answer.get("conversations", ())]
    return ids, answer.get("totalHits")


def all_pages(client: ApiClient, size: int = 10) -> tuple[list[str], list[int | None]]:
    found, totals = [], []
    for number in range(1, 100):
        ids, total = page(client, number, size)
        if not ids:
            break
        found += ids
        totals.append(total)
    return found, totals


@pytest.fixture
def day(start: Callable[..., ApiClient]) -> ApiClient:
    """A client at noon of a day, which more conversations of the org belong to."""
    return start(now=NOW, requests_per_minute=100_000)


@pytest.fixture
def true_ids(day: ApiClient) -> list[str]:
    return list(day.simulator.org.ids_between(parse_timestamp(START), NOW))


@pytest.mark.parametrize("shift", [2, -2])
def test_a_total_may_be_near_only(day: ApiClient, true_ids: list[str], shift: int) -> None:
    day.simulator.faults.schedule(Fault("shifting_total", on="query", shift=shift, times=None))
    found, totals = all_pages(day)
    assert found == true_ids
    assert set(totals) == {len(true_ids) + shift}


def test_a_total_may_count_duplicates(day: ApiClient, true_ids: list[str]) -> None:
    day.simulator.counted_twice_every = 4
    found, totals = all_pages(day)
    assert found == true_ids
    assert set(totals) == {len(true_ids) + len(true_ids) // 4}
    assert len(page(day, 1)[0]) == 8
    assert page(day, 2)[0] == true_ids[8:16]


def test_later_pages_may_have_no_total(day: ApiClient, true_ids: list[str]) -> None:
    day.simulator.faults.schedule(Fault("absent_total", on="query", times=None))
    found, totals = all_pages(day)
    assert found == true_ids
    assert totals == [len(true_ids), *[None] * (len(totals) - 1)]


def test_a_page_past_the_end_may_be_bare(day: ApiClient, true_ids: list[str]) -> None:
    paging = {"pageSize": 10, "pageNumber": 20}
    assert day.queried(interval=DAY, paging=paging) == {"totalHits": len(true_ids)}
    day.simulator.bare_page_past_end = True
    assert day.queried(interval=DAY, paging=paging) == {}
    assert page(day, 1)[1] == len(true_ids)


@pytest.mark.thorough
def test_totals_may_be_cut_at_a_limit(start: Callable[..., ApiClient]) -> None:
    limits = {"conversation_query": 30, "interaction_search": 20, "transcript_search": 10}
    client = start(total_limits=limits)
    assert client.queried()["totalHits"] == 30
    assert client.page()["totalMatchingRecords"] == 20
    assert len(client.page()["results"]) == 1000
    found = client.found_transcripts(pageSize=100)
    assert (found["total"], found["pageCount"], len(found["results"])) == (10, 1, 100)


def test_absent_totals_in_the_other_apis(client: ApiClient) -> None:
    client.simulator.faults.schedule(
        Fault("absent_total", on="poll"), Fault("absent_total", on="transcripts")
    )
    assert "totalMatchingRecords" not in client.page(offset=1000)
    second = client.found_transcripts(pageNumber=2)
    assert not {"total", "pageCount"} & second.keys()
    assert second["results"]


# A listing that moves.


def test_a_record_inserted_before_and_one_more_at_the_end(
    day: ApiClient, true_ids: list[str]
) -> None:
    day.simulator.faults.schedule(Fault("inserted_record", on="query"))
    first, before = page(day, 1)
    second, after = page(day, 2)
    assert first == [one for one in true_ids[:11] if one != true_ids[5]]
    assert second == true_ids[10:20]
    assert before == len(true_ids) - 1
    assert after == len(true_ids) + 1
    found, _ = all_pages(day)
    assert found[:-1] == true_ids


def test_a_record_vanishes_and_one_more_at_the_end(day: ApiClient, true_ids: list[str]) -> None:
    day.simulator.faults.schedule(Fault("vanished_record", on="query"))
    found, totals = all_pages(day)
    unseen = set(true_ids) - set(found)
    assert unseen == {true_ids[10]}
    assert set(totals) == {len(true_ids)}
    assert len(set(found)) == len(found) == len(true_ids)
    again, _ = all_pages(day)
    assert again[:-1] == true_ids


@pytest.mark.parametrize("kind", ["inserted_record", "vanished_record"])
def test_a_listing_that_moved_is_whole_when_it_is_read_again(client: ApiClient, kind: Any) -> None:
    """Also where nothing can begin any more, in each API that pages live."""
    for operation, read in (("poll", searched_ids), ("transcripts", transcript_ids)):
        calm = read(client)
        client.simulator.faults.schedule(Fault(kind, on=operation))
        moved = read(client)
        assert moved != calm
        assert client.simulator.faults.pending == []
        assert read(client) == calm


def searched_ids(client: ApiClient) -> list[str]:
    day = time_range(START, END)
    pages = [client.page(filter=day, pageSize=10, offset=offset) for offset in (0, 10, 20)]
    return [one["id"] for page in pages for one in page["results"]]


def transcript_ids(client: ApiClient) -> list[str]:
    pages = [client.found_transcripts(pageNumber=number) for number in (1, 2, 3)]
    return [one["transcriptId"] for page in pages for one in page["results"]]


# Transcripts.


def criterion(start: str, end: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "DATE_RANGE",
            "fields": ["conversationStartTime"],
            "startValue": start,
            "endValue": end,
        }
    ]


def test_halves_may_add_up_to_less_than_the_whole(configure: Callable[..., ApiClient]) -> None:
    client = configure(transcript_range_includes_end=False, narrow_search_hours=24)
    noon = "2026-01-14T12:00:00.000Z"
    whole, first, second = (
        client.found_transcripts(query=criterion(*bounds))["total"]
        for bounds in ((START, END), (START, noon), (noon, END))
    )
    assert 0 < first + second < whole
    configure(narrow_search_hours=0)
    assert client.found_transcripts(query=criterion(noon, END))["total"] > second


@pytest.mark.thorough
def test_more_transcripts_in_one_second_than_can_be_paged_through(
    start: Callable[..., ApiClient],
) -> None:
    second = NOW.replace(minute=3, second=7)
    client = start(org=Org(days=12, interactions=3000, rush=Rush(second, 2000)))
    found = client.found_transcripts(
        query=criterion("2026-01-14T12:03:07.000Z", "2026-01-14T12:03:08.000Z"), pageSize=100
    )
    assert found["total"] > 1000
    assert client.transcripts(pageSize=100, pageNumber=11).status_code == 400
