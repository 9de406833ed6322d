"""Conversation jobs: submit, wait, read by cursor, clean up, and never run ahead of the data."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.timestamps import to_milliseconds
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import RequestError, ResultExpiredError, SearchFailedError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.open_jobs import OpenJobs
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.search.run_plan import RunPlan
from tap_genesys_search.search.search import Search
from tap_genesys_search.search_apis.conversation_jobs import ConversationJobs
from tap_genesys_search.search_apis.conversations.job_answers import JobState, read_state
from tap_genesys_search.settings.parse import read_settings
from tap_genesys_search.tap import TapGenesysSearch
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.coverage import Coverage
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import (
    DEFAULTS,
    QUERY_PATH,
    Answer,
    FakeClock,
    ScriptedPlatform,
    refusal,
)
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings

PATH = "/api/v2/analytics/conversations/details/jobs"
START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))
SUBMITTED = Answer({"jobId": "j-1"}, 202)
FULFILLED = Answer({"state": "FULFILLED"})
DELETED = Answer("", 204)
STREAMS = ("interactions", "interaction_facets", "search_audits")


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "conversation_jobs"}


def api(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> ConversationJobs:
    return ConversationJobs(PlatformClient(settings, clock), settings)


def search(
    settings: Settings, job_log: JobLog | None = None, clock: Clock = SYSTEM_CLOCK
) -> list[Page]:
    return list(api(settings, clock).pages(WINDOW, job_log or JobLog()))


def results(*ids: str, **changes: object) -> Answer:
    return Answer({"conversations": [{"conversationId": one} for one in ids]} | changes)


def counted(total: int) -> Answer:
    """What the conversation query answers to who asks how many there are."""
    return Answer({"conversations": [], "totalHits": total})


def sent(platform: ScriptedPlatform) -> list[tuple[str, str]]:
    return [(one.method, one.path.removeprefix(PATH)) for one in platform.api_requests]


def ids(pages: list[Page]) -> list[str]:
    return [record["conversationId"] for page in pages for record in page.records]


def all_ids(org: Org) -> list[str]:
    return list(org.ids_between(org.start, org.end))


def count(simulator: Simulator, operation: str) -> int:
    return simulator.log.by_operation[operation]


def jobs_deleted(simulator: Simulator) -> set[str]:
    return {
        one.path
        for one in simulator.requests
        if (one.operation, one.status) == ("job_delete", HTTPStatus.NO_CONTENT)
    }


def jobs_asked(simulator: Simulator) -> set[str]:
    """The jobs whose state was asked for while they were there."""
    return {
        one.path
        for one in simulator.requests
        if (one.operation, one.status) == ("job_status", HTTPStatus.OK)
    }


def bodies(simulator: Simulator) -> list[Any]:
    return [one.body for one in simulator.requests if one.operation == "job_submit"]


def test_payload_has_filters_by_kind_but_neither_facets_nor_paging(
    platform: ScriptedPlatform,
) -> None:
    voice = {"dimension": "mediaType", "value": "voice"}
    long = {"metric": "tHandle", "range": {"gte": 60000}}
    platform.script(SUBMITTED, FULFILLED, results())

    search(
        platform.settings(
            filters=[voice, long], facets=["queueId"], conversation_matching="active", page_size=7
        ),
        clock=platform.clock,
    )

    assert platform.api_requests[0].json == {
        "interval": "2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z",
        "order": "asc",
        "orderBy": "conversationStart",
        "startOfDayIntervalMatching": False,
        "segmentFilters": [{"type": "and", "predicates": [voice]}],
        "conversationFilters": [{"type": "and", "predicates": [long]}],
    }


def test_job_is_submitted_polled_until_fulfilled_and_read(platform: ScriptedPlatform) -> None:
    platform.script(
        SUBMITTED,
        Answer({"state": "QUEUED"}),
        Answer({"state": "PENDING"}, 202),
        Answer({"state": "PENDING"}),
        FULFILLED,
        results("c-1", cursor="next"),
        results("c-2"),
        counted(2),
    )
    job_log = JobLog()

    pages = search(platform.settings(), job_log, clock=platform.clock)

    assert ids(pages) == ["c-1", "c-2"]
    assert [page.total for page in pages] == [None, 2]
    assert sent(platform) == [
        ("POST", ""),
        *[("GET", "/j-1")] * 4,
        *[("GET", "/j-1/results")] * 2,
        ("POST", QUERY_PATH),
    ]
    assert job_log.query_ids == ["j-1"]
    assert job_log.polls == 4


@pytest.mark.parametrize(
    ("state", "what"),
    [("FAILED", "has failed"), ("CANCELLED", "was cancelled"), ("EXPIRED", "has expired")],
)
def test_job_that_ends_without_results_is_named_with_the_platforms_message(
    platform: ScriptedPlatform, state: str, what: str
) -> None:
    ended = {"state": state, "errorMessage": "Bad\n index\r\n partition"}
    platform.script(SUBMITTED, Answer(ended), DELETED)

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    message = str(failed.value)
    assert f'{PATH}/j-1 answered {state} ("Bad index partition"): the job {what}' in message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("said", [{}, {"errorMessage": None}, {"errorMessage": {"x": 1}}])
def test_failed_job_without_a_message_is_named_too(
    platform: ScriptedPlatform, said: dict[str, object]
) -> None:
    platform.script(SUBMITTED, Answer({"state": "FAILED"} | said), DELETED)

    with pytest.raises(SearchFailedError, match="answered FAILED: the job has failed"):
        search(platform.settings(), clock=platform.clock)


def test_fulfilled_job_with_an_error_is_a_failure(platform: ScriptedPlatform) -> None:
    ended = {"state": "FULFILLED", "errorMessage": "One index is gone"}
    platform.script(SUBMITTED, Answer(ended), DELETED)

    with pytest.raises(SearchFailedError, match=r'answered FULFILLED with an error .*"One index'):
        search(platform.settings(), clock=platform.clock)


@pytest.mark.parametrize("state", ["fulfilled", "Fulfilled", "FULFILLED"])
def test_state_is_understood_in_any_case(state: str) -> None:
    assert read_state({"state": state}, PATH, str) is JobState.FULFILLED


@pytest.mark.parametrize("state", ["ARCHIVED", "", None, 5, ["FULFILLED"], {"is": "FULFILLED"}])
def test_unknown_state_is_a_failure_that_quotes_it(
    platform: ScriptedPlatform, state: object
) -> None:
    platform.script(SUBMITTED, Answer({"state": state}), DELETED)

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert f"{PATH}/j-1 answered the unknown state {str(state)!r}" in str(failed.value)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("failed_query"), 'answered FAILED ("The job failed in an index partition.")'),
        (Fault("cancelled_query"), "answered CANCELLED"),
        (Fault("unknown_status"), "answered the unknown state 'ARCHIVED'"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_job_that_fails_fails_its_window_and_the_next_run_goes_on_there(
    config: dict[str, Any], org: Org, simulator: Simulator, fault: Fault, said: str
) -> None:
    second_day = Fault(fault.kind, touching=org.start + timedelta(days=1, hours=9))
    simulator.faults.schedule(second_day)
    run = run_tap({**config, "max_concurrent_searches": 1})
    assert isinstance(run.error, SearchFailedError)
    assert said in str(run.error)
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["completed", "failed"]
    assert audits[-1]["error"] == str(run.error)
    assert set(run.bookmarks().values()) == {"2026-01-06T00:00:00.000Z"}
    rest = run_tap(config, state=run.states()[-1])
    assert rest.error is None
    assert run.ids() + rest.ids() == all_ids(org)


@pytest.mark.thorough
def test_job_that_expired_before_it_was_read_is_submitted_anew(
    config: dict[str, Any], org: Org, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.schedule(Fault("expired_query", nth=2))
    run = run_tap(config)
    assert run.error is None
    assert run.ids() == all_ids(org)
    assert count(simulator, "job_submit") == 4
    assert "expired before its results were read: reading the window again" in caplog.text
    assert "Run again" not in caplog.text


@pytest.mark.thorough
def test_page_that_begins_too_early_is_not_taken_for_all_there_is(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("overlapping_page", shift=3))
    run = run_tap({**config, "page_size": 20})
    assert run.error is None
    assert set(run.ids()) == set(all_ids(org))
    assert count(simulator, "job_submit") == 4
    assert [audit["status"] for audit in run.records("search_audits")] == ["completed"] * 3


def test_conversation_that_comes_twice_in_each_reading_is_taken_as_it_is(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    pages = (results("c-1", "c-2", cursor="1"), results("c-2", "c-3"))
    job = (SUBMITTED, FULFILLED, *pages)
    platform.script(*job, counted(3), *job, DELETED)
    settings = platform.settings()
    found = Search(api(settings, clock=platform.clock), WINDOW, settings, OpenJobs())

    assert {each for page in found.pages() for each in page.interactions["id"]} == {
        "c-1",
        "c-2",
        "c-3",
    }

    assert found.audit("completed", None)["total_matching_records"] == 3
    assert "some more than once: reading the window again" in caplog.text
    assert "some share one id" in caplog.text


def test_job_that_always_expires_fails_its_window(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("expired_query", times=None))
    run = run_tap(config)
    assert isinstance(run.error, ResultExpiredError)
    assert "answered EXPIRED" in str(run.error)
    assert str(run.error).endswith("in each of 3 readings. Run again")
    assert run.bookmarks() == {}
    assert count(simulator, "job_submit") == 3


def test_job_that_stays_pending_fails_at_its_deadline_and_is_left_to_the_next_run(
    platform: ScriptedPlatform, clock: FakeClock
) -> None:
    platform.script(SUBMITTED, Answer({"state": "PENDING"}))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(poll_timeout_seconds=100), clock=platform.clock)

    assert sum(clock.slept) == pytest.approx(100)
    assert f"The job of window {WINDOW} did not complete within 100 s" in str(failed.value)
    assert sent(platform)[-1] == ("GET", "/j-1")


@pytest.mark.parametrize("body", [{}, {"jobId": None}, {"jobId": ""}, {"jobId": 7}, {"id": "q"}])
def test_submission_answered_without_a_job_id_is_a_failure(
    platform: ScriptedPlatform, body: dict[str, object]
) -> None:
    platform.script(Answer(body))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert f"POST {PATH} answered without a jobId" in str(failed.value)
    assert sent(platform) == [("POST", "")]


def test_id_of_a_job_can_not_lead_elsewhere(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"jobId": "../../users?x=1#y"}), FULFILLED, results())

    search(platform.settings(), clock=platform.clock)

    assert sent(platform)[1:] == [
        ("GET", "/../../users?x=1#y"),
        ("GET", "/../../users?x=1#y/results"),
        ("POST", QUERY_PATH),
    ]


@pytest.mark.parametrize(("page_size", "asked"), [(1, "1"), (500, "500"), (1000, "1000")])
def test_results_are_asked_for_by_page_size_and_at_first_without_a_cursor(
    config: dict[str, Any], simulator: Simulator, page_size: int, asked: str
) -> None:
    one_hour = {**config, "start_date": "2026-01-05T09:00:00Z", "end_date": "2026-01-05T10:00:00Z"}
    run_tap({**one_hour, "page_size": page_size})
    queries = [parse_qs(one.query) for one in simulator.requests if one.operation == "job_results"]
    assert {query["pageSize"][0] for query in queries} == {asked}
    assert ["cursor" in query for query in queries] == [False] + [True] * (len(queries) - 1)


@pytest.mark.thorough
def test_cursors_are_escaped_in_the_url_and_followed_in_order(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    run = run_tap({**config, "page_size": 20, "max_concurrent_searches": 1})
    assert run.ids() == all_ids(org)
    asked = [one.query for one in simulator.requests if one.operation == "job_results"]
    cursors = [parse_qs(query)["cursor"][0] for query in asked if "cursor" in query]
    # As the simulator makes them: nothing but an escaped one comes through.
    assert len(cursors) > 3
    assert all(cursor.endswith("+/%2B&?#==") for cursor in cursors)
    assert all("%2B%2F%252B%26%3F%23%3D%3D" in query for query in asked if "cursor" in query)


@pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a"], ["a", "b", "b"]])
def test_cursor_that_comes_again_is_refused_instead_of_followed_for_ever(
    platform: ScriptedPlatform, cursors: list[str]
) -> None:
    pages = [results(f"c-{number}", cursor=cursor) for number, cursor in enumerate(cursors)]
    platform.script(SUBMITTED, FULFILLED, *pages, DELETED)

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert f"{PATH}/j-1/results answered the same cursor twice" in str(failed.value)
    assert sent(platform)[-1] == ("DELETE", "/j-1")


@pytest.mark.parametrize("short", [{}, {"conversations": []}, {"conversations": None}])
def test_page_that_is_short_or_empty_does_not_end_the_results(
    platform: ScriptedPlatform, short: dict[str, object]
) -> None:
    platform.script(
        SUBMITTED,
        FULFILLED,
        results("c-1", cursor="1"),
        Answer({"cursor": "2"} | short),
        results("c-2", "c-3", cursor="3"),
        results("c-4"),
    )

    assert ids(search(platform.settings(page_size=2), clock=platform.clock)) == [
        "c-1",
        "c-2",
        "c-3",
        "c-4",
    ]


def test_short_pages_of_the_simulator_lose_nothing(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    assert simulator.short_job_pages
    settings = read_settings({**DEFAULTS, **config, "page_size": 30})
    pages = list(api(settings).pages(Window(org.start, org.end), JobLog()))
    assert min(len(page.records) for page in pages[:-1]) < 30
    assert ids(pages) == all_ids(org)


@pytest.mark.parametrize("cursor", [None, ""])
def test_null_or_empty_cursor_ends_the_results(
    platform: ScriptedPlatform, cursor: str | None
) -> None:
    platform.script(SUBMITTED, FULFILLED, results("c-1", cursor=cursor), results("c-2"))

    assert ids(search(platform.settings(), clock=platform.clock)) == ["c-1"]


@pytest.mark.parametrize("cursor", [5, ["x"]])
def test_cursor_of_the_wrong_type_is_refused_with_its_path(
    platform: ScriptedPlatform, cursor: object
) -> None:
    platform.script(SUBMITTED, FULFILLED, results(cursor=cursor), DELETED)

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert f"{PATH}/j-1/results answered a cursor that is not a text" in str(failed.value)


def test_tally_counts_polls_and_requests_sent_again(platform: ScriptedPlatform) -> None:
    platform.script(
        refusal(503),
        SUBMITTED,
        refusal(502),
        Answer({"state": "QUEUED"}),
        FULFILLED,
        refusal(429),
        results("c-1"),
    )
    job_log = JobLog()

    search(platform.settings(), job_log, clock=platform.clock)

    assert (job_log.polls, job_log.retries) == (2, 3)


@pytest.mark.thorough
def test_job_that_was_read_to_its_end_is_not_deleted(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap({**config, "page_size": 20})
    assert run.error is None
    assert count(simulator, "job_submit") == 3
    assert count(simulator, "job_delete") == 0


@pytest.mark.thorough
def test_job_whose_results_fail_midway_is_deleted(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("server_error", on="job_results", nth=2))
    run = run_tap({**config, "page_size": 20, "max_retries": 0, "max_concurrent_searches": 1})
    assert run.error is None
    assert set(run.ids()) == set(all_ids(org))
    (split,) = (audit for audit in run.records("search_audits") if audit["status"] == "split")
    assert [path.rpartition("/")[2] for path in jobs_deleted(simulator)] == split["query_ids"]


def test_job_that_is_not_read_to_its_end_is_deleted(platform: ScriptedPlatform) -> None:
    platform.script(SUBMITTED, FULFILLED, results("c-1", cursor="next"), DELETED)

    with closing(api(platform.settings(), clock=platform.clock).pages(WINDOW, JobLog())) as pages:  # type: ignore[type-var]
        assert next(pages).records == [{"conversationId": "c-1"}]

    assert sent(platform)[-1] == ("DELETE", "/j-1")


def test_job_that_can_not_be_deleted_does_not_hide_what_failed(
    platform: ScriptedPlatform,
) -> None:
    platform.script(SUBMITTED, Answer({"state": "FAILED"}), refusal(404, "No such job"))

    with pytest.raises(SearchFailedError, match="the job has failed"):
        search(platform.settings(), clock=platform.clock)

    assert sent(platform)[-1] == ("DELETE", "/j-1")


def test_jobs_that_ran_ahead_of_one_that_fails_are_deleted_too(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.query_seconds = 0.2
    simulator.faults.schedule(Fault("failed_query", touching=org.start + timedelta(hours=9)))
    run = run_tap({**config, "max_concurrent_searches": 3})
    assert isinstance(run.error, SearchFailedError)
    assert count(simulator, "job_submit") == 3
    # By the time the run ends: nobody would do it afterwards.
    assert len(jobs_deleted(simulator)) == 3


def test_jobs_whose_submission_is_under_way_when_the_run_fails_are_deleted_too(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.query_seconds = 0.5
    first, second, third = (org.start + timedelta(days=day, hours=9) for day in range(3))
    simulator.faults.schedule(
        Fault("failed_query", touching=first),
        Fault("slow_answer", on="job_submit", touching=second, seconds=2.5),
        Fault("slow_answer", on="job_submit", touching=third, seconds=2.5),
    )
    run = run_tap({**config, "max_concurrent_searches": 3})
    assert isinstance(run.error, SearchFailedError)
    assert count(simulator, "job_submit") == 3
    assert len(jobs_deleted(simulator)) == 3


@pytest.mark.thorough
@pytest.mark.parametrize(("how", "concurrent"), [(signal.SIGTERM, 1), (signal.SIGINT, 3)])
def test_jobs_of_a_run_that_is_aborted_are_deleted(
    config: dict[str, Any],
    simulator: Simulator,
    tmp_path: Path,
    how: signal.Signals,
    concurrent: int,
) -> None:
    simulator.query_seconds = 600
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**config, "max_concurrent_searches": concurrent}))
    with subprocess.Popen(
        [sys.executable, "-m", "tap_genesys_search", "--config", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as tap:
        until = time.monotonic() + 30
        while len(jobs_asked(simulator)) < concurrent and time.monotonic() < until:
            time.sleep(0.01)
        tap.send_signal(how)
        assert tap.wait(30) != 0
    assert len(jobs_asked(simulator)) == concurrent
    assert jobs_deleted(simulator) == jobs_asked(simulator)


@pytest.mark.thorough
def test_connection_test_leaves_no_job_behind(config: dict[str, Any], simulator: Simulator) -> None:
    one_day = {**config, "end_date": "2026-01-06"}
    assert TapGenesysSearch(config=one_day).run_connection_test()
    assert count(simulator, "job_submit") == len(jobs_deleted(simulator)) == 1


@pytest.mark.thorough
def test_connection_test_does_not_say_that_none_match_where_no_total_is_known(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    one_day = {**config, "end_date": "2026-01-06"}
    TapGenesysSearch(config=one_day).run_connection_test()
    (message,) = [one for one in caplog.messages if " in window " in one]
    assert message.endswith("by conversation_jobs")
    assert "None" not in message


@pytest.mark.thorough
def test_run_ends_where_the_data_is_complete_and_a_later_one_brings_the_rest(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.now = org.end - timedelta(days=1)
    simulator.availability_lag_hours = 5
    available = datetime(2026, 1, 6, 19, tzinfo=timezone.utc)
    first = run_tap(config)
    assert first.error is None
    assert set(first.bookmarks().values()) == {"2026-01-06T19:00:00.000Z"}
    assert first.ids() == list(org.ids_between(org.start, available))

    simulator.now += timedelta(hours=1.5)
    second = run_tap(config, state=first.states()[-1])
    assert set(second.bookmarks().values()) == {"2026-01-06T20:30:00.000Z"}

    simulator.now = org.end + timedelta(days=1)
    third = run_tap(config, state=second.states()[-1])
    assert set(third.bookmarks().values()) == {"2026-01-08T00:00:00.000Z"}
    # The day that was cut short is read again as a whole.
    midnight = org.start + timedelta(days=1)
    assert second.ids() == list(org.ids_between(midnight, available + timedelta(hours=1.5)))
    assert third.ids() == list(org.ids_between(midnight, org.end))


@pytest.mark.thorough
def test_bookmark_is_never_past_the_data_not_even_on_the_way(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.now = org.start + timedelta(days=2, hours=3)
    run = run_tap({**config, "window_hours": 7})
    limit = format_timestamp(simulator.data_availability)
    moments = [
        stream["replication_key_value"]
        for state in run.states()
        for stream in state["bookmarks"].values()
        if "replication_key_value" in stream
    ]
    assert max(moments) == limit
    assert max(audit["window_end"] for audit in run.records("search_audits")) == limit


@pytest.mark.thorough
def test_run_before_there_is_new_data_submits_nothing_and_keeps_the_state(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.now = org.end - timedelta(days=1)
    first = run_tap(config)
    simulator.log.by_operation.clear()
    second = run_tap(config, state=first.states()[-1])
    assert second.error is None
    assert second.ids() == []
    assert second.bookmarks() == first.bookmarks()
    assert count(simulator, "job_submit") == 0

    simulator.now = org.start - timedelta(days=30)
    third = run_tap(config, state=first.states()[-1])
    assert third.error is None
    assert third.bookmarks() == first.bookmarks()
    assert count(simulator, "job_submit") == 0


@pytest.mark.parametrize("date", ["soon", None, 5, ""])
def test_availability_that_is_no_date_is_a_failure(
    platform: ScriptedPlatform, date: object
) -> None:
    platform.script(Answer({"dataAvailabilityDate": date}))

    with pytest.raises(SearchFailedError) as failed:
        api(platform.settings(), clock=platform.clock).available_until(JobLog())

    assert f"{PATH}/availability answered {str(date)!r} for a date" in str(failed.value)


def test_availability_without_milliseconds_is_read(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"dataAvailabilityDate": "2026-01-05T03:15:00Z"}))

    until = api(platform.settings(), clock=platform.clock).available_until(JobLog())

    assert until == datetime(2026, 1, 5, 3, 15, tzinfo=timezone.utc)


def alive_before(org: Org, moment: datetime) -> set[str]:
    """Conversations that started before a moment and ended after it."""
    return {
        str(one.properties["conversationId"])
        for one in map(generate_conversation, org.interactions_between(org.start, moment))
        if one.end_seen(to_milliseconds(moment)) > to_milliseconds(moment)
    }


def test_windows_hold_what_started_in_them_and_nothing_that_only_went_on(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    assert alive_before(org, org.start + timedelta(days=1))
    run = run_tap({**config, "start_date": "2026-01-06"})
    assert run.ids() == list(org.ids_between(org.start + timedelta(days=1), org.end))
    assert {body["startOfDayIntervalMatching"] for body in bodies(simulator)} == {True}


@pytest.mark.thorough
def test_active_matching_brings_long_conversations_again_until_they_have_ended(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    active = {**config, "conversation_matching": "active"}
    midnight = org.start + timedelta(days=1)
    long = alive_before(org, midnight)
    simulator.availability_lag_hours = 0
    simulator.now = midnight
    first = run_tap(active)
    open_then = {
        record["id"]
        for record in first.records("interactions")
        if "conversationEnd" not in record["metadata"]
    }
    assert open_then == long

    simulator.now = org.end + timedelta(days=30)
    second = run_tap(active, state=first.states()[-1])
    assert {body["startOfDayIntervalMatching"] for body in bodies(simulator)} == {False}
    again = [record for record in second.records("interactions") if record["id"] in long]
    assert {record["id"] for record in again} == long
    assert all("conversationEnd" in record["metadata"] for record in again)
    assert all(record["timestamp"] < format_timestamp(midnight) for record in again)
    assert set(first.ids()) | set(second.ids()) == set(all_ids(org))
    assert set(second.bookmarks().values()) == {"2026-01-08T00:00:00.000Z"}


def test_participant_attributes_are_kept(config: dict[str, Any]) -> None:
    run = run_tap({**config, "end_date": "2026-01-06"})
    assert any(
        "attributes" in participant
        for record in run.records("interactions")
        for participant in record["metadata"]["participants"]
    )


@pytest.mark.thorough
def test_facets_are_asked_of_the_query_and_cost_one_conversation_a_window(
    config: dict[str, Any], simulator: Simulator
) -> None:
    faceted = {**config, "facets": ["mediaType", "tTalk:0,60000"]}
    run = run_tap(faceted)
    queries: list[Any] = [one.body for one in simulator.requests if one.operation == "query"]
    assert len(queries) == 3
    assert all(body["paging"] == {"pageSize": 1, "pageNumber": 1} for body in queries)
    assert {body["interval"] for body in queries} == {
        body["interval"] for body in bodies(simulator)
    }

    def facets(run: SingerRun) -> list[tuple[str, str, str, int]]:
        names = ("window_start", "facet", "bucket_key", "bucket_count")
        return [tuple(one[name] for name in names) for one in run.records("interaction_facets")]

    assert facets(run)
    assert facets(run) == facets(run_tap({**faceted, "search_api": "conversation_query"}))


@pytest.mark.parametrize(
    ("facets", "deselected"), [([], ()), (["mediaType"], ("interaction_facets",))]
)
def test_query_is_asked_once_a_window_without_facets_or_without_their_stream_too(
    config: dict[str, Any], simulator: Simulator, facets: list[str], deselected: tuple[str, ...]
) -> None:
    run = run_tap({**config, "facets": facets}, deselect=deselected)
    assert run.error is None
    assert run.ids()
    assert run.records("interaction_facets") == []
    assert count(simulator, "query") == 3


@pytest.mark.thorough
@pytest.mark.parametrize("concurrent", [1, 4])
def test_facets_alone_can_be_extracted_and_their_windows_counted(
    config: dict[str, Any], concurrent: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    faceted = {**config, "facets": ["mediaType"], "max_concurrent_searches": concurrent}
    everything = run_tap(faceted).records("interaction_facets")
    run = run_tap(faceted, deselect=("interactions", "search_audits"))
    assert run.error is None
    assert run.records("interaction_facets") == everything
    assert run.bookmarks() == {"interaction_facets": "2026-01-08T00:00:00.000Z"}
    assert " found in 3 windows, " in caplog.messages[-1]


AGAIN = ", each counted in every window that finds it, "
"""What the last line says where the table has fewer rows than were found."""


@pytest.mark.parametrize("matching", ["active", "started"])
def test_the_last_line_says_where_a_conversation_is_found_again(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, matching: str
) -> None:
    is_said = matching == "active"
    caplog.set_level("INFO")
    run = run_tap({**config, "conversation_matching": matching})
    assert run.error is None
    ids = run.ids()
    assert (len(set(ids)) < len(ids)) == is_said
    (found,) = re.findall(
        r"^Done: ([\d,]+) of \1 interactions found in 3 windows, ", caplog.messages[-1]
    )
    assert int(found.replace(",", "")) == len(ids)
    assert (AGAIN in caplog.messages[-1]) == is_said


def test_of_one_window_nothing_is_counted_again(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    one_day = {**config, "conversation_matching": "active", "end_date": "2026-01-06"}
    assert run_tap(one_day).error is None
    assert " found in 1 window, " in caplog.messages[-1]
    assert AGAIN not in caplog.messages[-1]


@pytest.mark.thorough
@pytest.mark.parametrize("deselected", STREAMS)
def test_any_stream_may_be_deselected(config: dict[str, Any], deselected: str) -> None:
    faceted = {**config, "end_date": "2026-01-07", "facets": ["mediaType"]}
    everything = run_tap(faceted).counts()
    run = run_tap(faceted, deselect=(deselected,))
    assert run.error is None
    for stream in STREAMS:
        expected = 0 if stream == deselected else everything["RECORD", stream]
        assert run.counts()["RECORD", stream] == expected
    assert run.bookmarks() == dict.fromkeys(set(STREAMS) - {deselected}, "2026-01-07T00:00:00.000Z")


def test_audits_name_the_jobs(config: dict[str, Any], simulator: Simulator) -> None:
    audits = run_tap(config).records("search_audits")
    assert {f"{PATH}/{job}" for audit in audits for job in audit["query_ids"]} == jobs_asked(
        simulator
    )


def test_failure_of_the_facets_does_not_split_a_window_that_is_read(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("server_error", on="query", times=None))
    run = run_tap({**config, "facets": ["mediaType"], "max_retries": 0})
    assert isinstance(run.error, RequestError)
    assert [audit["status"] for audit in run.records("search_audits")] == ["failed"]
    assert len(run.ids()) == len(set(run.ids()))


@pytest.mark.parametrize(
    ("date", "level"),
    [("0001-01-01T00:00:00Z", "WARNING"), ("2026-01-05T12:00:00Z", "INFO")],
)
def test_data_that_is_a_week_behind_is_a_warning(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture, date: str, level: str
) -> None:
    caplog.set_level("INFO")
    platform.script(Answer({"dataAvailabilityDate": date}))
    settings = platform.settings(search_api="conversation_jobs", start_date="2026-01-05T13:00")
    client = PlatformClient(settings, platform.clock)
    plan = RunPlan(settings, client, ConversationJobs(client, settings))
    assert plan.stretches({"interactions": Coverage()}, JobLog()) == []
    (said,) = [one for one in caplog.records if "data is complete up to" in one.getMessage()]
    assert said.levelname == level
