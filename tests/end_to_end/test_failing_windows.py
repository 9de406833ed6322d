"""Windows that the platform fails to search, or that match too much: how the plan adapts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.errors import LoginError, RequestError
from tap_genesys_search.timestamps import parse_timestamp
from tests.support.singer_run import SingerRun, run_tap

pytestmark = pytest.mark.thorough

SUBMISSIONS = {
    "interaction_search": "submit",
    "conversation_jobs": "job_submit",
    "transcript_search": "transcripts",
    "conversation_query": "query",
}
BAD = datetime(2026, 1, 6, 11, 23, 45, 678000, tzinfo=timezone.utc)
"""A moment in a bad partition of the platform's index."""


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=11, days=3, interactions=600)


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "max_retries": 1, "max_concurrent_searches": 1}


def audits(run: SingerRun, status: str) -> list[dict[str, Any]]:
    return [audit for audit in run.records("search_audits") if audit["status"] == status]


def seconds(audit: dict[str, Any]) -> float:
    length = parse_timestamp(audit["window_end"]) - parse_timestamp(audit["window_start"])
    return length.total_seconds()


@pytest.mark.parametrize("api", ["interaction_search", "conversation_jobs", "transcript_search"])
def test_bad_partition_is_narrowed_down_to_the_second_which_the_error_names(
    config: dict[str, Any], simulator: Simulator, api: str
) -> None:
    simulator.faults.schedule(Fault("server_error", on=SUBMISSIONS[api], touching=BAD, times=None))
    run = run_tap({**config, "search_api": api})
    assert isinstance(run.error, RequestError)
    (failed,) = audits(run, "failed")
    assert seconds(failed) == 1
    assert parse_timestamp(failed["window_start"]) <= BAD < parse_timestamp(failed["window_end"])
    assert f"{failed['window_start']}/{failed['window_end']}" in str(run.error)
    assert "answered 503" in str(run.error)
    # Everything before it is there, and the bookmark is at the bad second.
    assert set(run.bookmarks().values()) == {failed["window_start"]}
    splits = audits(run, "split")
    assert len(splits) == 17
    assert all("answered 503" in audit["error"] for audit in splits)
    assert all(
        one["window_end"] == other["window_start"]
        for one, other in pairwise(audits(run, "completed"))
    )


def test_windows_beside_a_bad_partition_stay_whole(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    # Six failures, two a window: the day, its first half and the second quarter fail.
    simulator.faults.schedule(Fault("server_error", on="submit", touching=BAD, times=6))
    run = run_tap({**config, "max_concurrent_searches": 1})
    assert run.error is None
    assert run.ids() == list(org.ids_between(org.start, org.end))
    assert [seconds(audit) / 3600 for audit in audits(run, "completed")] == [24, 6, 3, 3, 12, 24]
    assert [audit["retry_count"] for audit in audits(run, "split")] == [1, 1, 1]


def test_day_of_the_conversation_query_that_fails_is_named(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("server_error", on="query", touching=BAD, times=None))
    run = run_tap({**config, "search_api": "conversation_query", "window_hours": 72})
    assert isinstance(run.error, RequestError)
    assert "2026-01-06T00:00:00.000Z/2026-01-07T00:00:00.000Z" in str(run.error)
    assert set(run.bookmarks().values()) == {"2026-01-06T00:00:00.000Z"}


def test_login_that_fails_is_not_the_windows_fault(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("server_error", on="token", times=None))
    run = run_tap(config)
    assert isinstance(run.error, LoginError)
    assert audits(run, "split") == []


def test_dense_windows_are_found_with_few_searches_and_thin_ones_stay_long(
    config: dict[str, Any], simulator: Simulator
) -> None:
    limit = 60
    run = run_tap({**config, "max_records_per_search": limit, "page_size": 1000})
    assert run.error is None
    completed, split = audits(run, "completed"), audits(run, "split")
    assert all(audit["total_matching_records"] <= limit for audit in completed)
    # Halving alone would split once for each window more than there are days.
    assert len(split) <= len(completed) / 2
    # What probing cost is in the audits, and all requests are in one of them.
    assert all(audit["poll_count"] and audit["page_count"] == 1 for audit in split)
    audited = run.records("search_audits")
    assert sum(audit["poll_count"] for audit in audited) == simulator.log.by_operation["poll"]
    assert (
        sum(len(audit["query_ids"]) for audit in audited) == (simulator.log.by_operation["submit"])
    )
    lengths = [seconds(audit) for audit in completed]
    assert max(lengths) >= 4 * min(lengths)


def test_windows_of_a_resumed_run_are_those_of_one_that_was_not_interrupted(
    config: dict[str, Any], simulator: Simulator
) -> None:
    def ids(run: SingerRun) -> set[str]:
        return {audit["search_id"] for audit in run.records("search_audits")}

    whole = run_tap({**config, "window_hours": 20})
    simulator.faults.schedule(Fault("failed_query", nth=3))
    first = run_tap({**config, "window_hours": 20})
    assert first.error is not None
    rest = run_tap({**config, "window_hours": 20}, state=first.states()[-1])
    assert ids(first) | ids(rest) == ids(whole)


def test_job_results_that_only_repeat_are_not_taken_for_complete(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.faults.schedule(Fault("repeated_page", on="job_results"))
    run = run_tap({**config, "search_api": "conversation_jobs", "page_size": 40})
    assert run.error is None
    assert set(run.ids()) == set(run_tap({**config, "search_api": "conversation_jobs"}).ids())
    assert len(set(run.ids())) == org.interactions


def test_records_that_lie_behind_availability_are_left_to_a_later_run(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.now = org.start + timedelta(days=1, hours=20)
    simulator.availability_lag_hours = 8
    run = run_tap({**config, "search_api": "conversation_jobs"})
    available = org.start + timedelta(days=1, hours=12)
    assert {parse_timestamp(value) for value in run.bookmarks().values()} == {available}
    assert all(
        parse_timestamp(record["timestamp"]) < available for record in run.records("interactions")
    )


@pytest.mark.parametrize("api", SUBMISSIONS)
def test_platform_that_is_down_is_not_taken_for_a_bad_window(
    config: dict[str, Any], simulator: Simulator, api: str
) -> None:
    for operation in (SUBMISSIONS[api], "availability"):
        simulator.faults.schedule(Fault("server_error", on=operation, times=None))
    run = run_tap({**config, "search_api": api, "max_concurrent_searches": 1})
    assert isinstance(run.error, RequestError)
    assert [audit["status"] for audit in run.records("search_audits")] == ["failed"]
    assert run.bookmarks() == {}
    assert len(simulator.requests) < 10


def test_window_length_that_is_typed_as_a_decimal_loses_no_record_at_its_edges(
    config: dict[str, Any],
) -> None:
    for hours in (0.333333, 1.1111111):
        run = run_tap({**config, "window_hours": hours, "search_api": "transcript_search"})
        assert run.error is None
        edges = {audit["window_end"] for audit in run.records("search_audits")}
        starts = {audit["window_start"] for audit in run.records("search_audits")}
        assert len(edges - starts) == len(starts - edges) == 1
        windows = [
            parse_timestamp(audit["window_end"]) - parse_timestamp(audit["window_start"])
            for audit in run.records("search_audits")[1:-1]  # those two are cut
        ]
        assert len(set(windows)) == 1
        assert set(windows).pop() % timedelta(milliseconds=1) == timedelta(0)
