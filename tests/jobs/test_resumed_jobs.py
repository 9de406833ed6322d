"""Searches left open on the platform by one run, taken up by the next."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.errors import SearchOverdueError
from tap_genesys_search.jobs.open_jobs import PATIENT_RUNS
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough


APIS = {"conversation_jobs": "job_submit", "interaction_search": "submit"}
"""Search API to what the simulator calls its submissions."""


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=5, days=3, interactions=120)


@pytest.fixture(autouse=True)
def _brief_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.GRACE_SECONDS", 0.2)


@pytest.fixture(params=sorted(APIS))
def config(request: pytest.FixtureRequest, config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": request.param, "poll_timeout_seconds": 0.05}


def open_jobs(run: SingerRun) -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = run.states()[-1]["bookmarks"]["search_audits"]["open_jobs"]
    return jobs


def submissions(simulator: Simulator, config: dict[str, Any]) -> int:
    return simulator.log.by_operation[APIS[config["search_api"]]]


def time_out(config: dict[str, Any], simulator: Simulator, query_seconds: float = 0.4) -> SingerRun:
    """Run against searches that take too long."""
    simulator.query_seconds = query_seconds
    run = run_tap(config)
    assert isinstance(run.error, SearchOverdueError)
    assert run.bookmarks() == {}
    return run


def test_search_that_outlasted_one_run_is_asked_for_by_the_next_and_not_submitted_anew(
    config: dict[str, Any], simulator: Simulator
) -> None:
    first = time_out(config, simulator)
    (job,) = open_jobs(first)
    submitted = submissions(simulator, config)
    simulator.query_seconds = 0
    time.sleep(0.55)
    simulator.log.requests.clear()
    second = run_tap({**config, "poll_timeout_seconds": 60}, state=first.states()[-1])
    assert second.error is None
    assert sorted(second.ids()) == sorted(run_tap(config | {"poll_timeout_seconds": 60}).ids())
    assert job["job_id"] in second.records("search_audits")[0]["query_ids"]
    asked = [one for one in simulator.requests if one.operation not in {"token", "availability"}]
    assert asked[0].method == "GET"
    assert asked[0].path.endswith(job["job_id"])
    assert submissions(simulator, config) - submitted <= 2 * 3 - 1
    assert "open_jobs" not in second.states()[-1]["bookmarks"]["search_audits"]


def test_search_that_outlasts_two_runs_stays_the_same(
    config: dict[str, Any], simulator: Simulator
) -> None:
    first = time_out(config, simulator, query_seconds=60)
    second = run_tap(config, state=first.states()[-1])
    assert isinstance(second.error, SearchOverdueError)
    assert [job["job_id"] for job in open_jobs(second)] == [
        job["job_id"] for job in open_jobs(first)
    ]
    assert submissions(simulator, config) == 1


def test_search_that_never_completes_is_submitted_anew_after_some_runs(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.faults.schedule(Fault("endless_pending"))
    run = run_tap(config)
    for _ in range(PATIENT_RUNS - 1):
        assert isinstance(run.error, SearchOverdueError)
        run = run_tap(config, state=run.states()[-1])
    assert isinstance(run.error, SearchOverdueError)
    assert submissions(simulator, config) == 1
    assert "open_jobs" not in run.states()[-1]["bookmarks"]["search_audits"]
    deleted = simulator.log.by_operation["job_delete"]
    assert deleted == (1 if config["search_api"] == "conversation_jobs" else 0)
    last = run_tap({**config, "poll_timeout_seconds": 60}, state=run.states()[-1])
    assert last.error is None
    assert len(set(last.ids())) == org.interactions


@pytest.mark.parametrize("kind", ["failed_query", "unknown_status", "expired_query"])
def test_search_of_an_earlier_run_that_came_to_nothing_is_submitted_anew(
    config: dict[str, Any], simulator: Simulator, org: Org, kind: Any
) -> None:
    if (kind, config["search_api"]) == ("expired_query", "interaction_search"):
        pytest.skip("its queries expire by being forgotten")
    first = time_out(config, simulator)
    simulator.query_seconds = 0
    simulator.faults.schedule(Fault(kind))
    second = run_tap({**config, "poll_timeout_seconds": 60}, state=first.states()[-1])
    assert second.error is None
    assert len(set(second.ids())) == org.interactions
    assert len(second.records("search_audits")[0]["query_ids"]) == 2


def test_search_that_the_platform_has_forgotten_is_submitted_anew(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    first = time_out(config, simulator)
    state = first.states()[-1]
    state["bookmarks"]["search_audits"]["open_jobs"][0]["job_id"] = "long-gone"
    simulator.query_seconds = 0
    second = run_tap({**config, "poll_timeout_seconds": 60}, state=state)
    assert second.error is None
    assert len(set(second.ids())) == org.interactions


def test_search_of_other_settings_is_not_taken_up_and_then_forgotten(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    first = time_out(config, simulator)
    simulator.query_seconds = 0
    changed = {**config, "poll_timeout_seconds": 60, "window_hours": 36}
    second = run_tap(changed, state=first.states()[-1])
    assert second.error is None
    assert len(set(second.ids())) == org.interactions
    assert "open_jobs" not in second.states()[-1]["bookmarks"]["search_audits"]


def test_state_knows_what_a_killed_run_was_waiting_for(
    config: dict[str, Any], simulator: Simulator, org: Org, tmp_path: Path
) -> None:
    simulator.query_seconds = 1.7
    changed = {**config, "poll_timeout_seconds": 60, "max_concurrent_searches": 3}
    path = tmp_path / "config.json"
    path.write_text(json.dumps(changed))
    command = [sys.executable, "-m", "tap_genesys_search", "--config", str(path)]
    state: dict[str, Any] = {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as tap:
        assert tap.stdout
        for line in tap.stdout:
            if '"open_jobs"' in line:
                state = json.loads(line)["value"]
                break
        tap.kill()
    jobs = state["bookmarks"]["search_audits"]["open_jobs"]
    assert len(jobs) == 3
    assert submissions(simulator, config) == 3
    simulator.query_seconds = 0
    rest = run_tap(changed, state=state)
    assert rest.error is None
    assert len(set(rest.ids())) == org.interactions
    queries = [query for audit in rest.records("search_audits") for query in audit["query_ids"]]
    assert {job["job_id"] for job in jobs} <= set(queries)
    if config["search_api"] == "conversation_jobs":
        assert submissions(simulator, config) == 3


def test_search_that_has_not_seen_what_came_late_is_submitted_anew(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    first = time_out(config, simulator)
    simulator.query_seconds = 0
    changed = {**config, "poll_timeout_seconds": 60, "lookback_hours": 24 * 365 * 5}
    second = run_tap(changed, state=first.states()[-1])
    assert second.error is None
    assert len(set(second.ids())) == org.interactions
    old = open_jobs(first)[0]["job_id"]
    assert old not in str(second.records("search_audits"))
    if config["search_api"] == "conversation_jobs":
        deleted = [one.path for one in simulator.requests if one.operation == "job_delete"]
        assert any(path.endswith(old) for path in deleted)


def test_search_that_the_platform_refuses_to_tell_of_is_submitted_anew(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    first = time_out(config, simulator)
    state = first.states()[-1]
    state["bookmarks"]["search_audits"]["open_jobs"][0]["job_id"] = "x" * 200
    simulator.query_seconds = 0
    second = run_tap({**config, "poll_timeout_seconds": 60}, state=state)
    assert second.error is None
    assert len(set(second.ids())) == org.interactions
