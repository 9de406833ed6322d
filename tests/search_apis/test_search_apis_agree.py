"""For the same org and dates, every API that sees conversations finds the same ones."""

from __future__ import annotations

import gc
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.timestamps import to_milliseconds
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.thorough

APIS = ("interaction_search", "conversation_jobs", "conversation_query")
LARGE = Org(seed=11, days=3, interactions=1_500)
SMALL = Org(seed=11, days=3, interactions=150)


@pytest.fixture(scope="module")
def found() -> dict[str, SingerRun]:
    """What each API finds in the large org."""
    gc.disable()  # 10,000 documents and no garbage among them
    with running_simulator(LARGE) as running:
        config = {**running.config, "page_size": 300, "max_concurrent_searches": 4}
        runs = {api: run_tap({**config, "search_api": api}) for api in APIS}
    gc.enable()
    return runs


@pytest.fixture(scope="module")
def small() -> Iterator[RunningSimulator]:
    with running_simulator(SMALL, availability_lag_hours=0) as running:
        yield running


def test_all_apis_find_the_same_conversations_and_all_that_the_org_has(
    found: dict[str, SingerRun],
) -> None:
    ids = set(LARGE.ids_between(LARGE.start, LARGE.end))
    assert len(ids) == 1_500
    for api in APIS:
        assert found[api].error is None
        assert set(found[api].ids()) == ids


@pytest.mark.parametrize("api", APIS)
def test_no_api_finds_a_conversation_twice_or_out_of_order(
    found: dict[str, SingerRun], api: str
) -> None:
    records = found[api].records("interactions")
    assert len(records) == 1_500
    timestamps = [record["timestamp"] for record in records]
    assert timestamps == sorted(timestamps)


@pytest.mark.parametrize("api", APIS)
def test_audits_of_each_api_tell_the_orgs_own_counts(found: dict[str, SingerRun], api: str) -> None:
    audits = found[api].records("search_audits")
    assert [audit["total_matching_records"] for audit in audits] == list(
        LARGE.count_by_day().values()
    )
    assert {audit["search_api"] for audit in audits} == {api}
    assert {audit["hit_rate_percentage"] for audit in audits} == {100}


def test_start_medium_and_customer_are_the_same_by_each_api(found: dict[str, SingerRun]) -> None:
    def told(api: str) -> list[tuple[str, ...]]:
        columns = ("id", "timestamp", "media_type", "customer_name")
        return [
            tuple(record[column] for column in columns)
            for record in found[api].records("interactions")
        ]

    assert told("conversation_jobs") == told("conversation_query") == told("interaction_search")


def test_bookmarks_are_the_same_by_each_api(found: dict[str, SingerRun]) -> None:
    for run in found.values():
        assert set(run.bookmarks().values()) == {"2026-01-08T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("api", "changes"),
    [
        ("conversation_query", {"lookback_hours": 48}),
        ("conversation_jobs", {"lookback_hours": 48}),
        ("conversation_jobs", {"conversation_matching": "active"}),
    ],
)
def test_conversation_in_progress_comes_and_comes_again_when_it_has_ended(
    small: RunningSimulator, api: str, changes: dict[str, Any]
) -> None:
    now = SMALL.start + timedelta(days=1, hours=14)
    config = {**small.config, "search_api": api, **changes}
    with small.begun_anew() as simulator:
        simulator.now = now
        first = run_tap({**config, "end_date": now.isoformat()})
        simulator.now = SMALL.end + timedelta(days=30)
        second = run_tap(config, state=first.states()[-1])
    going_on = {
        str(one.properties["conversationId"])
        for one in map(generate_conversation, SMALL.interactions_between(SMALL.start, now))
        if one.end_seen(to_milliseconds(now)) > to_milliseconds(now)
    }
    assert going_on
    unfinished = {
        record["id"]: record
        for record in first.records("interactions")
        if "conversationEnd" not in record["metadata"]
    }
    assert set(unfinished) == going_on
    ended = {
        record["id"]: record
        for record in second.records("interactions")
        if record["id"] in going_on
    }
    assert set(ended) == going_on
    for key, record in ended.items():
        assert record["metadata"]["conversationEnd"]
        assert record["timestamp"] == unfinished[key]["timestamp"]
    assert set(first.ids()) | set(second.ids()) == set(SMALL.ids_between(SMALL.start, SMALL.end))
