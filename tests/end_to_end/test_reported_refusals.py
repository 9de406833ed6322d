"""What users report that the platform refuses, each answered by a server of its own."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from pytest_httpserver import HTTPServer

from tap_genesys_search.search.listeners import progress
from tests.support.reported_org import JOBS, QUERY, ReportedOrg, answer, refuse
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request, Response

INTERVAL = "You must specify a search interval as part of your query that does not exceed 7 days"
WORDINGS = [
    INTERVAL,
    "Result set is larger than result limit of 50000",
    "The interval may not be longer than 31 days",
    "Unrecognized field 'query'",
    "Pagination may not exceed 100000 results",
    "",
]
TOO_LARGE = "response.entity.too.large"


@pytest.fixture
def org(httpserver: HTTPServer) -> ReportedOrg:
    return ReportedOrg(httpserver)


@pytest.fixture
def org_at_once() -> Iterator[ReportedOrg]:
    """An org that works on several requests at once."""
    with HTTPServer(threaded=True) as server:
        yield ReportedOrg(server)


def refusing_queries(message: str) -> Any:
    return lambda request: refuse(400, "bad.request", message) if request.path == QUERY else None


# The first run.


@pytest.mark.parametrize("message", WORDINGS)
def test_auto_takes_the_jobs_however_the_interaction_search_is_refused(
    org: ReportedOrg, message: str
) -> None:
    org.first = refusing_queries(message)

    run = run_tap({**org.config, "search_api": "auto"})

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert {audit["status"] for audit in run.records("search_audits")} == {"completed"}


@pytest.mark.parametrize("message", WORDINGS)
def test_interaction_search_that_is_set_but_not_offered_says_so_at_once(
    org: ReportedOrg, message: str
) -> None:
    org.first = refusing_queries(message)

    run = run_tap({**org.config, "search_api": "interaction_search"})

    assert "the org does not offer search_api interaction_search" in str(run.error)
    assert "Set search_api to conversation_jobs, which" in str(run.error)
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["failed"]
    assert org.count("POST", QUERY) <= 10


@pytest.mark.thorough
@pytest.mark.parametrize("api", ["interaction_search", "conversation_query", "transcript_search"])
@pytest.mark.parametrize(
    ("status", "code"), [(400, TOO_LARGE), (413, TOO_LARGE), (413, ""), (501, "not.implemented")]
)
def test_api_that_answers_nothing_but_a_refusal_is_not_offered(
    org: ReportedOrg, api: str, status: int, code: str
) -> None:
    def refuse_search(request: Request) -> Response | None:
        is_search = request.method == "POST" and request.path.startswith("/api")
        return refuse(status, code, "No") if is_search and request.path != JOBS else None

    org.first = refuse_search

    run = run_tap({**org.config, "search_api": api})

    assert f"the org does not offer search_api {api}" in str(run.error)
    assert "Set search_api to conversation_jobs, which" in str(run.error)
    assert [audit["status"] for audit in run.records("search_audits")] == ["failed"]
    assert len(org.requests) <= 4 * 12 + 5  # four windows are searched at once


@pytest.mark.parametrize("status", [400, 413])
def test_auto_passes_over_an_api_whose_smallest_answer_is_too_large(
    org: ReportedOrg, status: int
) -> None:
    def too_large(request: Request) -> Response | None:
        if request.path == QUERY and "query" in request.json:
            return answer({"id": "q-1", "status": "pending"})
        return refuse(status, TOO_LARGE, "No") if request.path == f"{QUERY}/q-1" else None

    org.first = too_large

    run = run_tap({**org.config, "search_api": "auto"})

    assert run.error is None
    assert sorted(run.ids()) == org.ids


def test_auto_passes_over_an_api_that_is_not_implemented(org: ReportedOrg) -> None:
    asked = Counter[bool]()

    def not_implemented(request: Request) -> Response | None:
        if request.path != QUERY:
            return None
        asked["query" in request.json] += 1
        return refuse(501, "not.implemented", "No")

    org.first = not_implemented

    run = run_tap({**org.config, "search_api": "auto"})

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert asked[True] <= 2
    assert asked[False] <= 4  # of searches in flight, none knows yet that jobs are not counted


@pytest.mark.thorough
def test_kept_choice_that_the_org_refuses_is_made_again(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    org.first, org.job_seconds, org.days = refusing_queries(INTERVAL), 0.3, 3
    state = {"bookmarks": {"interactions": {"search_api": "interaction_search"}}}
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.05)

    with caplog.at_level("INFO"):
        run = run_tap({**org.config, "search_api": "auto"}, state=state)

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert "interaction_search, which an earlier run chose, may not be used any more" in caplog.text
    # The windows that were planned by the other search API are not counted beside the new ones.
    assert set(re.findall(r"Progress .* of (\d+) windows", caplog.text)) <= {"0", "3"}
    assert "interactions found in 3 windows" in caplog.messages[-1]


# Jobs.


@pytest.mark.thorough
def test_own_jobs_at_the_org_s_limit_are_waited_for_without_a_retry(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    org.open_jobs, org.job_seconds, org.days = 2, 0.3, 8

    run = run_tap({**org.config, "max_retries": 0})

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert org.most_open == 2
    assert org.count("POST", JOBS, 429) > 0
    assert sum(audit["retry_count"] for audit in run.records("search_audits")) == 0
    assert caplog.text.count("max_concurrent_searches") == 1


@pytest.mark.thorough
@pytest.mark.parametrize("job_seconds", [0.1, 0.6])
def test_own_job_that_is_just_being_accepted_fills_the_org_s_limit_too(
    org_at_once: ReportedOrg, job_seconds: float
) -> None:
    org = org_at_once
    org.open_jobs, org.accept_seconds, org.job_seconds = 1, 0.3, job_seconds

    run = run_tap({**org.config, "max_retries": 0})

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert sum(audit["retry_count"] for audit in run.records("search_audits")) == 0


def test_jobs_of_others_at_the_org_s_limit_end_the_run_with_advice(
    org_at_once: ReportedOrg,
) -> None:
    org_at_once.open_jobs = 0

    run = run_tap({**org_at_once.config, "max_retries": 0})

    assert "lower max_concurrent_searches" in str(run.error)


@pytest.mark.parametrize("what", ["", "/results"])
def test_new_job_that_is_not_known_yet_is_waited_for(org: ReportedOrg, what: str) -> None:
    def unknown(request: Request) -> Response | None:
        job_id = request.path.removeprefix(f"{JOBS}/").removesuffix("/results")
        if request.path == f"{JOBS}/{job_id}{what}" and job_id.startswith("job-"):
            return refuse(404, "not.found", "No such job") if org.age(job_id) < 0.4 else None
        return None

    org.first, org.days = unknown, 2

    run = run_tap(org.config)

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert org.by_status[404] > 0
    assert org.count("POST", JOBS) == 2


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "not.found", "Job not found"),
        (409, "conflict", "The job is not fulfilled"),
        (400, "bad.request", "Invalid cursor"),
        (400, "bad.request", "Job is not fulfilled"),
    ],
)
def test_lost_job_is_submitted_again(
    org: ReportedOrg,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    code: str,
    message: str,
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.GRACE_SECONDS", 0.2)
    org.days = 1

    def lost(request: Request) -> Response | None:
        is_lost = request.path == f"{JOBS}/job-0/results" and "cursor" in request.args
        return refuse(status, code, message) if is_lost else None

    org.first = lost
    run = run_tap({**org.config, "page_size": 20})

    assert run.error is None
    assert sorted(set(run.ids())) == org.ids
    assert org.count("POST", JOBS) == 2


def test_job_that_is_lost_again_and_again_blames_no_setting(
    org: ReportedOrg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.GRACE_SECONDS", 0.1)

    def lost(request: Request) -> Response | None:
        return refuse(404, "not.found", "No") if request.path.endswith("/results") else None

    org.first = lost
    run = run_tap(org.config)

    assert "the platform does not know it" in str(run.error)
    assert "fields" not in str(run.error)
    assert "filters" not in str(run.error)


@pytest.mark.thorough
@pytest.mark.parametrize("message", ["Pagination may not exceed 30 results", "Too deep"])
def test_results_that_end_at_a_limit_are_asked_for_in_halves(
    org: ReportedOrg, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.GRACE_SECONDS", 0.1)

    def limited(request: Request) -> Response | None:
        deep = int(request.args.get("cursor", 0)) + int(request.args.get("pageSize", 0))
        return refuse(400, "bad.request", message) if deep > 30 else None

    org.first, org.days = limited, 2
    run = run_tap({**org.config, "page_size": 10})

    assert run.error is None
    assert sorted(set(run.ids())) == org.ids
    statuses = [audit["status"] for audit in run.records("search_audits")]
    assert statuses.count("split") == 2


# Answers that are too large.


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "code"), [(400, TOO_LARGE), (413, TOO_LARGE), (413, "")])
def test_results_that_are_too_large_come_in_smaller_pages(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    def limited(request: Request) -> Response | None:
        is_large = int(request.args.get("pageSize", 0)) > 10
        return refuse(status, code, "Reduce pageSize or expand list") if is_large else None

    org.first = limited
    run = run_tap(org.config)

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert "page_size" in caplog.text


def bare_results(times: int) -> Any:
    """Answer some requests for results without anything that results have."""
    left = [answer({})] * times
    return lambda request: left.pop() if request.path.endswith("/results") and left else None


def test_results_that_say_nothing_are_asked_for_again(org: ReportedOrg) -> None:
    org.first = bare_results(1)

    run = run_tap(org.config)

    assert run.error is None
    assert sorted(run.ids()) == org.ids


def test_results_that_say_nothing_again_and_again_move_no_state(org: ReportedOrg) -> None:
    org.first = bare_results(100)

    run = run_tap(org.config)

    assert "/results answered twice without anything that results have" in str(run.error)
    assert "replication_key_value" not in str(run.states())


def test_results_without_conversations_are_said(
    org: ReportedOrg, caplog: pytest.LogCaptureFixture
) -> None:
    available = {"dataAvailabilityDate": "2026-03-01T00:00:00.000Z"}
    org.first = lambda request: answer(available) if request.path.endswith("/results") else None
    org.counted = lambda _: 0
    org.days = 1
    run = run_tap(org.config)

    assert run.error is None
    assert run.ids() == []
    assert "answered neither conversations nor a cursor" in caplog.text


@pytest.mark.thorough
def test_record_that_is_too_large_alone_is_narrowed_down_and_named(org: ReportedOrg) -> None:
    def limited(request: Request) -> Response | None:
        is_results = request.path.endswith("/results")
        return refuse(400, TOO_LARGE, "Reduce pageSize") if is_results else None

    org.first, org.days = limited, 1
    run = run_tap(org.config)

    assert "page_size 1" in str(run.error)
    assert "can't be halved any more" in str(run.error)
    assert "an interaction that is too large to be answered" in str(run.error)


# Errors that come as a success.


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Internal error", "code": "internal.server.error"},
        {"message": "Internal error", "code": "internal.server.error", "status": "500"},
        {"message": "Internal error", "status": 500},
    ],
)
def test_error_that_comes_as_a_success_is_no_empty_page(
    org: ReportedOrg, body: dict[str, Any]
) -> None:
    struck: list[float] = []

    def hidden(request: Request) -> Response | None:
        if request.path.endswith("/results") and len(struck) < 3:
            struck.append(time.monotonic())
            return answer(body)
        return None

    org.first = hidden
    run = run_tap(org.config)

    assert run.error is None
    assert sorted(run.ids()) == org.ids
    assert len(struck) == 3
