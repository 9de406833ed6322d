"""Which search API a run takes, and what the connection test says about each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests
from werkzeug import Request, Response

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.errors import (
    ConnectionTestError,
    LoginError,
    PermissionMissingError,
    RequestError,
    SettingError,
)
from tap_genesys_search.search.choice import report_search_apis
from tap_genesys_search.streams import connection_test
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.scripted_platform import QUERY_PATH, TOKEN_PATH, refusal
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_httpserver import HTTPServer

    from tests.support.scripted_platform import ScriptedPlatform

JOBS_PATH = "/api/v2/analytics/conversations/details/jobs"
INTERACTIONS = "interaction_search"
JOBS = "conversation_jobs"
QUERY = "conversation_query"
TRANSCRIPTS = "transcript_search"
PUBLIC = (JOBS, QUERY, TRANSCRIPTS)
VIEW = "analytics:conversationDetail:view"
AGENT_VIEW = "analytics:agentConversationDetail:view"
RECORDING = "recording:recording:view"
SEGMENT = "recording:recordingSegment:view"
STREAMS = ("interactions", "interaction_facets", "search_audits")
ORG = Org(seed=5, days=3, interactions=40)


class Orgs(ExitStack):
    """One org, by the search APIs that it has."""

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[frozenset[str], RunningSimulator] = {}

    @contextmanager
    def offering(
        self, *apis: str, permissions: tuple[str, ...] = (VIEW, AGENT_VIEW, RECORDING, SEGMENT)
    ) -> Iterator[tuple[Simulator, dict[str, Any]]]:
        """Hand out a simulator with these search APIs and a configuration that reaches it."""
        offered = frozenset(apis)
        if offered not in self._running:
            self._running[offered] = self.enter_context(running_simulator(ORG, search_apis=offered))
        running = self._running[offered]
        with running.begun_anew() as simulator:
            simulator.permissions = frozenset(permissions)
            yield simulator, {**running.config, "end_date": "2026-01-07"}


@pytest.fixture(scope="module")
def orgs() -> Iterator[Orgs]:
    with Orgs() as orgs:
        yield orgs


def taken_by(run: SingerRun) -> set[str]:
    """The search APIs of a run that went well."""
    assert run.error is None
    return {audit["search_api"] for audit in run.records("search_audits")}


def operations(simulator: Simulator) -> set[str]:
    return {request.operation for request in simulator.requests} - {"token"}


def run_process(config: dict[str, Any], path: Path, *arguments: str) -> tuple[int, list[str]]:
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "tap_genesys_search", "--config", str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr.splitlines()


def line_about(lines: list[str], name: str) -> str:
    (line,) = [line for line in lines if f"search_api {name}: " in line]
    return line


def test_auto_takes_the_interaction_search_where_it_is_offered(orgs: Orgs) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        assert taken_by(run_tap(config)) == {INTERACTIONS}
        assert operations(simulator) == {"submit", "poll"}
        assert simulator.log.by_operation["submit"] == 1 + 2  # a small one, and two days


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (PUBLIC, JOBS),
        ((JOBS, TRANSCRIPTS), JOBS),
        ((QUERY, TRANSCRIPTS), QUERY),
        ((QUERY,), QUERY),
        ((TRANSCRIPTS,), TRANSCRIPTS),
    ],
)
def test_auto_takes_the_first_public_api_where_the_org_has_no_interaction_search(
    orgs: Orgs, offered: tuple[str, ...], taken: str
) -> None:
    with orgs.offering(*offered) as (_, config):
        run = run_tap(config)
    assert taken_by(run) == {taken}
    assert run.ids()


@pytest.mark.parametrize(
    ("permissions", "taken"),
    [
        ((VIEW,), JOBS),
        ((AGENT_VIEW,), QUERY),
        ((AGENT_VIEW, RECORDING), QUERY),
        ((RECORDING,), TRANSCRIPTS),
        ((SEGMENT,), TRANSCRIPTS),
    ],
)
def test_auto_takes_the_first_public_api_that_the_credentials_may_use(
    orgs: Orgs, permissions: tuple[str, ...], taken: str
) -> None:
    with orgs.offering(*PUBLIC, permissions=permissions) as (_, config):
        run = run_tap(config)
    assert taken_by(run) == {taken}
    assert run.ids()


def test_auto_passes_over_an_interaction_search_that_the_credentials_may_not_use(
    orgs: Orgs,
) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC, permissions=(SEGMENT,)) as (_, config):
        assert taken_by(run_tap(config)) == {TRANSCRIPTS}


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 413, 415, 422])
def test_refusals_that_mean_not_offered_lead_to_the_next_api(
    httpserver: HTTPServer, status: int
) -> None:
    httpserver.expect_request(TOKEN_PATH).respond_with_json(
        {"access_token": "token-1", "token_type": "bearer", "expires_in": 600}
    )
    httpserver.expect_request(QUERY_PATH).respond_with_json({"message": "No"}, status)
    httpserver.expect_request(f"{JOBS_PATH}/availability").respond_with_json(
        {"dataAvailabilityDate": "2026-02-01T00:00:00.000Z"}
    )
    httpserver.expect_request(JOBS_PATH, method="POST").respond_with_json({"jobId": "j-1"})
    httpserver.expect_request(f"{JOBS_PATH}/j-1").respond_with_json({"state": "FULFILLED"})
    httpserver.expect_request(f"{JOBS_PATH}/j-1/results").respond_with_json(
        {
            "conversations": [
                {"conversationId": "c-1", "conversationStart": "2026-01-05T09:00:00.000Z"}
            ]
        }
    )
    url = httpserver.url_for("").rstrip("/")
    run = run_tap(
        {
            "client_id": "scripted-client",
            "client_secret": "scripted-secret",
            "auth_url": url,
            "api_url": url,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "poll_interval_seconds": 0.001,
        }
    )
    assert taken_by(run) == {JOBS}
    assert run.ids() == ["c-1"]


def test_answer_of_another_dialect_leads_to_the_next_api(httpserver: HTTPServer) -> None:
    # A platform that overlooks what it doesn't know answers the small search as its own query.
    httpserver.expect_request(TOKEN_PATH).respond_with_json(
        {"access_token": "token-1", "token_type": "bearer", "expires_in": 600}
    )
    httpserver.expect_request(QUERY_PATH).respond_with_json({"totalHits": 0})
    httpserver.expect_request(f"{JOBS_PATH}/availability").respond_with_json({}, 404)
    url = httpserver.url_for("").rstrip("/")
    run = run_tap(
        {
            "client_id": "scripted-client",
            "client_secret": "scripted-secret",
            "auth_url": url,
            "api_url": url,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
        }
    )
    assert taken_by(run) == {QUERY}


def test_auto_says_what_it_takes_and_why_not_the_others(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(QUERY) as (_, config):
        run_tap(config)
    assert "search_api auto: taking conversation_query" in caplog.text
    assert [one for one in caplog.records if one.levelname == "WARNING"] == []
    said = [one for one in caplog.messages if one.startswith("search_api ")]
    interactions, jobs, taken = said
    not_offered = "search_api interaction_search: not offered by this org, "
    assert interactions.startswith(f"{not_offered}POST {QUERY_PATH} answered 400")
    not_offered = "search_api conversation_jobs: not offered by this org, "
    assert jobs.startswith(f"{not_offered}GET {JOBS_PATH}/availability answered 404")
    assert taken == "search_api auto: taking conversation_query"


@pytest.mark.parametrize(
    ("offered", "permissions", "kind", "status", "advice"),
    [
        (
            (INTERACTIONS, *PUBLIC),
            (),
            "not permitted",
            None,
            f"Give a role of the OAuth client the permission {VIEW}",
        ),
        (
            (),
            (VIEW,),
            "not offered by this org",
            404,
            "Check environment and api_url: an org offers one at least",
        ),
    ],
)
def test_where_no_api_may_be_used_the_log_says_why_of_each_and_one_error_what_to_do(  # noqa: PLR0913, PLR0917
    orgs: Orgs,
    caplog: pytest.LogCaptureFixture,
    offered: tuple[str, ...],
    permissions: tuple[str, ...],
    kind: str,
    status: int | None,
    advice: str,
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(*offered, permissions=permissions) as (_, config):
        run = run_tap(config)
    assert isinstance(run.error, RequestError)
    found = ", ".join(f"{name}: {kind}" for name in (INTERACTIONS, *PUBLIC))
    assert str(run.error) == f"No search API may be used ({found}). {advice}"
    for name in (INTERACTIONS, *PUBLIC):
        line = line_about(caplog.messages, name)
        assert line.startswith(f"search_api {name}: {kind}, ")
        assert "correlation id " in line
        assert ("answered 404" in line) == (status == 404)
        assert "Unable to perform" not in line  # the permission that it names stands there already
    assert run.ids() == []
    assert run.bookmarks() == {}


def test_refused_token_is_not_taken_for_an_api_that_is_not_offered(
    orgs: Orgs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.GRACE_SECONDS", 0.2)
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        simulator.faults.schedule(Fault("expired_token", on="submit", times=None))
        run = run_tap(config)
        assert operations(simulator) == {"submit"}
    assert isinstance(run.error, RequestError)
    assert "401" in str(run.error)


def test_refused_login_is_not_taken_for_an_api_that_is_not_offered(orgs: Orgs) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        run = run_tap({**config, "client_secret": "wrong"})
        assert operations(simulator) == set()
    assert isinstance(run.error, LoginError)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fault",
    [
        Fault("server_error", on="submit", times=None),
        Fault("server_error", on="submit", times=None, status=500),
        Fault("server_error", on="submit", times=None, status=502),
        Fault("rate_limited", on="submit", times=None, retry_after_seconds=0),
        Fault("dropped_connection", on="submit", times=None),
        Fault("non_json_body", on="submit", times=None),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_failure_that_may_pass_is_not_taken_for_an_api_that_is_not_offered(
    orgs: Orgs, fault: Fault
) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        simulator.faults.schedule(fault)
        run = run_tap({**config, "max_retries": 1})
        assert operations(simulator) == {"submit"}
        simulator.faults.clear()
        assert taken_by(run_tap(config)) == {INTERACTIONS}
    assert isinstance(run.error, RequestError)
    assert "No search API may be used" not in str(run.error)
    assert run.bookmarks() == {}


def test_failure_of_a_public_api_that_may_pass_does_not_lead_to_the_next_one(orgs: Orgs) -> None:
    with orgs.offering(*PUBLIC) as (simulator, config):
        simulator.faults.schedule(Fault("server_error", on="availability", times=None))
        run = run_tap({**config, "max_retries": 1})
        assert "transcripts" not in operations(simulator)
    assert isinstance(run.error, RequestError)
    assert "503" in str(run.error)


@pytest.mark.parametrize("setting", [{"fields": ["id", "nope"]}, {"filters": [{"type": "nope"}]}])
def test_users_own_mistake_is_not_taken_for_an_api_that_is_not_offered(
    orgs: Orgs,
    setting: dict[str, Any],
) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        run = run_tap({**config, **setting})
        assert operations(simulator) <= {"submit", "poll"}
    assert isinstance(run.error, RequestError)
    assert "answered 400" in str(run.error)
    assert {audit["search_api"] for audit in run.records("search_audits")} == {INTERACTIONS}


def test_filters_of_another_api_than_the_one_taken_are_a_bad_setting(orgs: Orgs) -> None:
    interaction_filter = {"type": "match", "field": "media.type", "value": "voice"}
    with orgs.offering(*PUBLIC) as (simulator, config):
        run = run_tap({**config, "filters": [interaction_filter]})
        assert simulator.log.by_operation["job_submit"] == 0
    assert isinstance(run.error, SettingError)
    assert "filters[0]" in str(run.error)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("offered", "searching"),
    [
        ((INTERACTIONS, *PUBLIC), {"submit", "poll"}),
        ((QUERY, TRANSCRIPTS), {"query"}),
        ((TRANSCRIPTS,), {"transcripts"}),
    ],
)
def test_choice_is_kept_in_the_state_and_not_made_again(
    orgs: Orgs, offered: tuple[str, ...], searching: set[str]
) -> None:
    with orgs.offering(*offered) as (simulator, config):
        first = run_tap(config)
        kept = {state["search_api"] for state in first.states()[-1]["bookmarks"].values()}
        assert kept == taken_by(first)
        simulator.log.requests.clear()
        simulator.log.by_operation.clear()
        second = run_tap({**config, "end_date": "2026-01-08"}, state=first.states()[-1])
        assert taken_by(second) == taken_by(first)
        assert operations(simulator) == searching
        # One day, one search: no small one before it.
        assert simulator.log.by_operation[min(searching - {"poll"})] == 1
        assert {state["search_api"] for state in second.states()[-1]["bookmarks"].values()} == kept


@pytest.mark.thorough
@pytest.mark.parametrize("selected", STREAMS)
def test_each_stream_keeps_the_choice_by_itself(orgs: Orgs, selected: str) -> None:
    others = tuple(stream for stream in STREAMS if stream != selected)
    with orgs.offering(QUERY) as (simulator, config):
        first = run_tap(config, deselect=others)
        simulator.log.requests.clear()
        second = run_tap(
            {**config, "end_date": "2026-01-08"}, state=first.states()[-1], deselect=others
        )
        assert second.error is None
        assert [one.status for one in simulator.requests if one.operation != "token"] == [200]


def test_audit_of_a_run_that_can_search_nothing_names_the_choice_that_was_kept(
    orgs: Orgs,
) -> None:
    with orgs.offering(QUERY) as (_, config):
        first = run_tap({**config, "end_date": "2026-01-06"})
        wrong = {**config, "client_secret": "wrong"}
        failed = run_tap(wrong, state=first.states()[-1])
        assert isinstance(failed.error, LoginError)
        (audit,) = failed.records("search_audits")
        assert (audit["search_api"], audit["status"]) == (QUERY, "failed")
        assert audit["error"] == str(failed.error)
        # What it would have searched first.
        assert audit["window_start"] == "2026-01-06T00:00:00.000Z"
        (never_chosen,) = run_tap(wrong).records("search_audits")
        assert never_chosen["search_api"] is None


def test_run_that_ends_after_its_first_window_keeps_the_choice_too(orgs: Orgs) -> None:
    with orgs.offering(QUERY) as (simulator, config):
        simulator.faults.schedule(
            Fault("server_error", on="query", touching=ORG.start.replace(day=6), times=None)
        )
        first = run_tap({**config, "max_retries": 0, "max_concurrent_searches": 1})
        assert isinstance(first.error, RequestError)
        simulator.faults.clear()
        simulator.log.requests.clear()
        second = run_tap(config, state=first.states()[-1])
        assert taken_by(second) == {QUERY}
        assert operations(simulator) == {"query"}
        assert set(first.ids()) | set(second.ids()) == set(
            ORG.ids_between(ORG.start, ORG.start.replace(day=7))
        )


@pytest.mark.thorough
@pytest.mark.parametrize(
    "refusal",
    [
        {"response_data": "<html>Down for maintenance</html>", "status": 501},
        {"response_data": '{"message": "Down", "code": "x", "status": 501}', "status": 501},
        {"response_data": '{"totalHits": 0}', "status": 200},
    ],
)
def test_choice_made_while_another_api_may_have_been_down_is_made_again(
    orgs: Orgs, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, refusal: dict[str, Any]
) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (_, config):
        gateway = Gateway(httpserver, config["api_url"])
        through = {**config, "api_url": gateway.url}
        httpserver.expect_request(QUERY_PATH).respond_with_data(**refusal)
        gateway.pass_on()
        first = run_tap(through)
        assert taken_by(first) == {JOBS}
        assert "the next run asks again" in caplog.text
        state = first.states()[-1]
        assert all("search_api" not in one for one in state["bookmarks"].values())
        caplog.clear()
        second = run_tap({**config, "end_date": "2026-01-08"}, state=state)
        assert taken_by(second) == {INTERACTIONS}
        assert "changed since the last run" in caplog.text
        kept = {one["search_api"] for one in second.states()[-1]["bookmarks"].values()}
        assert kept == {INTERACTIONS}


@pytest.mark.thorough
def test_each_later_run_says_what_it_takes_and_why(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(QUERY) as (_, config):
        state = run_tap(config).states()[-1]
        caplog.clear()
        run_tap({**config, "end_date": "2026-01-08"}, state=state)
    (said,) = [one for one in caplog.messages if "search_api auto" in one]
    assert said == (
        "search_api auto: taking conversation_query, which an earlier run chose, as org and client "
        "may not use interaction_search or conversation_jobs"
    )


class Gateway:
    """Passes requests on to a platform, but for those that it answers itself."""

    def __init__(self, server: HTTPServer, behind: str) -> None:
        self.url = server.url_for("").rstrip("/")
        self._server = server
        self._behind = behind

    def pass_on(self) -> None:
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._ask)

    def _ask(self, request: Request) -> Response:
        answer = requests.request(
            request.method,
            f"{self._behind}{request.full_path}",
            data=request.get_data(),
            headers={
                name: request.headers[name]
                for name in ("Authorization", "Content-Type")
                if name in request.headers
            },
            timeout=30,
        )
        return Response(answer.content, answer.status_code, content_type="application/json")


@pytest.mark.thorough
def test_state_with_an_api_that_nobody_knows_is_chosen_for_anew(orgs: Orgs) -> None:
    with orgs.offering(QUERY) as (_, config):
        state = run_tap(config).states()[-1]
        for stream in state["bookmarks"].values():
            stream["search_api"] = "carrier_pigeon"
        run = run_tap({**config, "end_date": "2026-01-08"}, state=state)
    assert taken_by(run) == {QUERY}


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        (INTERACTIONS, {"submit": 2}),
        (JOBS, {"availability": 1, "job_submit": 2, "job_results": 2, "query": 2}),
        (QUERY, {"query": 2}),
        # Once it is asked whether another field dates some transcripts.
        (TRANSCRIPTS, {"transcripts": 2 + 1}),
    ],
)
def test_api_that_is_set_is_taken_without_trying_any(
    orgs: Orgs, name: str, asked: dict[str, int]
) -> None:
    with orgs.offering(INTERACTIONS, *PUBLIC) as (simulator, config):
        assert taken_by(run_tap({**config, "search_api": name})) == {name}
        polled = {"poll", "job_status"}
        assert {
            operation: simulator.log.by_operation[operation]
            for operation in operations(simulator) - polled
        } == asked


def test_api_that_is_set_wins_over_the_one_in_the_state(orgs: Orgs) -> None:
    with orgs.offering(*PUBLIC) as (_, config):
        first = run_tap({**config, "search_api": QUERY})
        second = run_tap(
            {**config, "search_api": JOBS, "end_date": "2026-01-08"}, state=first.states()[-1]
        )
    assert taken_by(first) == {QUERY}
    assert taken_by(second) == {JOBS}
    assert first.ids() + second.ids() == list(ORG.ids_between(ORG.start, ORG.end))


def test_api_that_is_set_but_not_offered_fails_and_no_other_one_takes_its_place(orgs: Orgs) -> None:
    with orgs.offering(JOBS, TRANSCRIPTS) as (simulator, config):
        run = run_tap({**config, "search_api": QUERY})
        # Nothing searches in its stead, whatever the error looks up to be helpful.
        assert simulator.log.by_operation["job_submit"] == 0
    assert isinstance(run.error, RequestError)
    assert "answered 404" in str(run.error)
    assert "search_api" in str(run.error)


@pytest.mark.parametrize(("offered", "chosen"), [(QUERY, INTERACTIONS), (INTERACTIONS, QUERY)])
def test_refusal_that_shows_the_wrong_dialect_suggests_the_right_search_api(
    orgs: Orgs, offered: str, chosen: str
) -> None:
    with orgs.offering(offered) as (_, config):
        run = run_tap({**config, "search_api": chosen})
    assert isinstance(run.error, RequestError)
    assert f"POST {QUERY_PATH} answered 400" in str(run.error)
    assert str(run.error).endswith(
        f". Set search_api to {offered}, which this org and client may use"
    )


@pytest.mark.thorough
def test_connection_test_tells_of_each_api_and_its_permission_and_what_to_set(
    orgs: Orgs, tmp_path: Path
) -> None:
    with orgs.offering(JOBS, QUERY, TRANSCRIPTS, permissions=(SEGMENT,)) as (_, config):
        code, lines = run_process(
            {**config, "search_api": JOBS}, tmp_path / "config.json", "--test"
        )
    assert code == 1
    assert f"search_api {INTERACTIONS}: not permitted" in line_about(lines, INTERACTIONS)
    jobs = line_about(lines, JOBS)
    assert f"{JOBS}: not permitted, grant {VIEW}" in jobs
    assert f" (GET {JOBS_PATH}/availability (correlation id " in jobs
    assert f"not permitted, grant {VIEW} or {AGENT_VIEW}" in line_about(lines, QUERY)
    assert line_about(lines, TRANSCRIPTS).endswith(f"search_api {TRANSCRIPTS}: usable")
    (suggestion,) = [line for line in lines if "set it to" in line]
    assert f"search_api {JOBS} may not be used: set it to {TRANSCRIPTS}, or to auto" in suggestion
    assert not any("Traceback" in line for line in lines)


def test_permission_that_no_refusal_names_is_that_of_the_search_api(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "tap-genesys-search")
    platform.script(refusal(403, "No", code="missing.permission"))
    refusals = report_search_apis(platform.settings(max_retries=0), platform.client())
    assert all(isinstance(one, PermissionMissingError) for one in refusals.values())
    lines = [line.partition(" (") for line in caplog.messages if line.startswith("search_api")]
    said = {line for line, _, _ in lines}
    either = "not permitted, grant"
    assert said == {
        f"search_api {INTERACTIONS}: {either} what the platform names",
        f"search_api {JOBS}: {either} {VIEW}",
        f"search_api {QUERY}: {either} {VIEW} or {AGENT_VIEW}",
        f"search_api {TRANSCRIPTS}: {either} {VIEW} or {RECORDING} or {SEGMENT}",
    }
    assert all(place.endswith(' answered 403 missing.permission: "No")') for _, _, place in lines)


@pytest.mark.thorough
def test_connection_test_has_nothing_to_suggest_where_the_api_set_may_be_used(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(INTERACTIONS, *PUBLIC) as (_, config):
        tap = TapGenesysSearch(config={**config, "search_api": QUERY})
        connection_test.test_connection(tap.streams.values(), tap.context)
    for name in (INTERACTIONS, *PUBLIC):
        # The query and the interaction search share a path and are told apart by their bodies.
        assert line_about(caplog.messages, name) == f"search_api {name}: usable"
    assert "set it to" not in caplog.text
    assert any("interactions in window" in one and QUERY in one for one in caplog.messages)


@pytest.mark.thorough
@pytest.mark.parametrize("permissions", [(VIEW,), ()])
def test_connection_test_with_auto_says_each_thing_once(
    orgs: Orgs, caplog: pytest.LogCaptureFixture, permissions: tuple[str, ...]
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(QUERY, TRANSCRIPTS, permissions=permissions) as (_, config):
        tap = TapGenesysSearch(config=config)
        with suppress(ConnectionTestError):
            connection_test.test_connection(tap.streams.values(), tap.context)
    lines = [one.getMessage() for one in caplog.records if one.name.startswith("tap-genesys")]
    for name in (INTERACTIONS, *PUBLIC):
        assert line_about(lines, name)
    assert any(f"by {QUERY}" in line for line in lines) == bool(permissions)


@pytest.mark.thorough
def test_connection_test_by_jobs_says_how_many_interactions_it_has_seen(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(JOBS, QUERY) as (_, config):
        tap = TapGenesysSearch(config={**config, "search_api": JOBS, "page_size": 7})
        connection_test.test_connection(tap.streams.values(), tap.context)
    assert "at least 7 interactions in window 2026-01-05" in caplog.text


def test_connection_test_where_nothing_may_be_used_names_the_permission_for_each(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(*PUBLIC, permissions=()) as (_, config):
        tap = TapGenesysSearch(config={**config, "search_api": JOBS})
        report_search_apis(tap.context.settings, tap.context.client)
    for name, needed in (
        (JOBS, VIEW),
        (QUERY, f"{VIEW} or {AGENT_VIEW}"),
        (TRANSCRIPTS, f"{VIEW} or {RECORDING} or {SEGMENT}"),
    ):
        line = line_about(caplog.messages, name)
        assert f"search_api {name}: not permitted, grant {needed} (" in line
    assert "not permitted" in line_about(caplog.messages, INTERACTIONS)
    # There is nothing to set it to.
    assert "set it to" not in caplog.text


def test_connection_test_with_a_wrong_login_blames_no_api(
    orgs: Orgs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with orgs.offering(*PUBLIC) as (_, config):
        tap = TapGenesysSearch(config={**config, "client_secret": "wrong"})
        with pytest.raises(LoginError):
            report_search_apis(tap.context.settings, tap.context.client)
    assert "not permitted" not in caplog.text
    assert "not offered" not in caplog.text


@pytest.mark.parametrize("body", ["", "<html>Not found</html>", '{"message": "no"}'])
def test_refusal_with_any_text_keeps_the_choice(
    orgs: Orgs, httpserver: HTTPServer, body: str
) -> None:
    with orgs.offering(*PUBLIC) as (_, config):
        gateway = Gateway(httpserver, config["api_url"])
        httpserver.expect_request(QUERY_PATH).respond_with_data(body, status=404)
        gateway.pass_on()
        state = run_tap({**config, "api_url": gateway.url}).states()[-1]
    assert {one["search_api"] for one in state["bookmarks"].values()} == {JOBS}
