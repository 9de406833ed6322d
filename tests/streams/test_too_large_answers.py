"""Answers that are too large: what is learned from a refusal holds for the run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from genesys_cloud_simulator.lists.documents import routing
from genesys_cloud_simulator.org.directory import USERS
from tap_genesys_search.errors import SearchFailedError
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator
    from tests.support.running_simulator import RunningSimulator

pytestmark = pytest.mark.thorough

CONVERSATIONS = "conversation_aggregates"
USER_STATUS = "user_status_aggregates"
TOO_LARGE = "response.entity.too.large"


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, days=4, interactions=600)


def run(running: RunningSimulator, *streams: str, **options: Any) -> SingerRun:
    config = {**running.config, "search_api": "conversation_query", **options}
    return run_tap(config, catalog=catalog_of(*streams))


def refused(simulator: Simulator, operation: str) -> int:
    return sum(
        one.operation == operation and one.status in {400, 413} for one in simulator.requests
    )


@pytest.mark.parametrize(
    ("search_api", "operation"),
    [
        ("conversation_query", "query"),
        ("conversation_jobs", "job_results"),
        ("transcript_search", "transcripts"),
        ("interaction_search", "poll"),
    ],
)
def test_search_api_keeps_the_page_size_that_it_has_found(
    running: RunningSimulator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    search_api: str,
    operation: str,
) -> None:
    whole = run(running, "interactions", search_api=search_api, page_size=100)
    simulator.reset()
    simulator.largest_answer_rows = 30
    small = run(running, "interactions", search_api=search_api, page_size=100, window_hours=24)
    assert small.error is None
    assert sorted(small.ids()) == sorted(whole.ids())
    # 100 and 50 are refused once in the run, not in each of its four windows; as larger pages are
    # tried again, 50 may be so now and then.
    assert 2 <= refused(simulator, operation) <= 5
    said = [one for one in caplog.messages if "asking for" in one and TOO_LARGE in one]
    assert [one.partition("asking for ")[2] for one in said] == [
        "50 records a page instead of 100. A lower page_size saves the refused request",
        "25 records a page instead of 50. A lower page_size saves the refused request",
    ]


def test_windows_that_are_read_at_the_same_time_share_the_page_size(
    running: RunningSimulator, simulator: Simulator
) -> None:
    whole = run(running, "interactions")
    simulator.reset()
    simulator.largest_answer_rows = 30
    small = run(running, "interactions", window_hours=24, max_concurrent_searches=4)
    assert small.error is None
    assert sorted(small.ids()) == sorted(whole.ids())
    # Each of the four at most twice on the way down; later one at a time tries more again.
    assert refused(simulator, "query") <= 4 * 2 + 2


def test_lists_keep_the_page_size_that_they_have_found(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.largest_answer_rows = 10
    small = run(running, "queue_members")
    assert small.error is None
    queues = [str(one["id"]) for one in routing.queues()]
    members = {(queue, one["id"]) for queue in queues for one in routing.queue_members(queue) or ()}
    assert {(one["queue_id"], one["id"]) for one in small.records("queue_members")} == members
    largest = max(Counter(queue for queue, _ in members).values())
    assert largest > 100
    assert refused(simulator, "queue_members") <= 6
    said = [one for one in caplog.messages if "asking for" in one and TOO_LARGE in one]
    assert "asking for 50 entries a page instead of 100" in caplog.text
    assert not [one for one in said if "page_size" in one]


def test_users_per_query_are_kept_for_the_intervals_that_follow(
    running: RunningSimulator, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.largest_answer_rows = 30
    found = run(running, USER_STATUS, aggregate_granularity="PT12H")
    assert found.error is None
    assert {one["user_id"] for one in found.records(USER_STATUS)} == {one for one, _ in USERS}
    assert refused(simulator, "user_aggregates") <= 4
    bodies = [one.body for one in simulator.requests if one.operation == "user_aggregates"]
    # Users are halved before the interval.
    assert len({body["interval"] for body in bodies}) == 4  # type: ignore[index]
    assert "asking for 50 users a query instead of 100" in caplog.text
    assert not [one for one in caplog.messages if "page_size" in one]


def test_spans_per_query_are_kept_for_the_intervals_that_follow(
    running: RunningSimulator, simulator: Simulator
) -> None:
    metrics = {"conversation_aggregate_metrics": ["tHandle"]}
    whole = run(running, CONVERSATIONS, **metrics)
    simulator.reset()
    sizes = Counter(row["interval_start"] for row in whole.records(CONVERSATIONS))
    simulator.aggregate_result_limit = 4 * max(sizes.values())
    small = run(running, CONVERSATIONS, **metrics)
    assert small.error is None
    ids = {row["aggregate_id"] for row in whole.records(CONVERSATIONS)}
    assert {row["aggregate_id"] for row in small.records(CONVERSATIONS)} == ids
    asked = [one for one in simulator.requests if one.operation == "conversation_aggregates"]
    assert refused(simulator, "conversation_aggregates") * 4 <= len(asked)
    assert small.bookmarks() == {CONVERSATIONS: "2026-01-09T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("stream", "cause", "setting"),
    [
        (CONVERSATIONS, "the figures for 2026-01-05T", "conversation_aggregate_group_by"),
        (USER_STATUS, "the figures of one user for 2026-01-05T", "user_aggregate_metrics"),
    ],
)
def test_figures_that_are_too_large_alone_are_named_in_one_line(
    running: RunningSimulator, simulator: Simulator, stream: str, cause: str, setting: str
) -> None:
    operation = {CONVERSATIONS: CONVERSATIONS, USER_STATUS: "user_aggregates"}[stream]
    simulator.faults.schedule(Fault("answer_too_large", on=operation, times=None))
    failed = run(running, stream, end_date="2026-01-06", start_date="2026-01-05T09:00:00Z")
    assert isinstance(failed.error, SearchFailedError)
    line = str(failed.error)
    assert cause in line
    assert "a single span of PT30M, are too large to be answered" in line
    assert setting in line
    assert "page_size" not in line
    assert "\n" not in line
    assert failed.bookmarks() == {}
