"""The Dagster project, with its daemon and its queue, against a simulated org."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulated_org import CHECKOUT, DAYS, FIRST_DAY, INTERACTIONS, simulated_org
from tests.warehouse import interaction_ids, load_sequentially, loaded

dg = pytest.importorskip("dagster")
from genesys_backfill.dagster_definitions import (  # noqa: E402 - where Dagster is installed
    build_definitions,
    first_day_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dagster import DagsterInstance, ExecuteInProcessResult, RunRecord

    from tests.simulated_org import SimulatedOrg

ORCHESTRATION = CHECKOUT / "orchestration"
COMMANDS = Path(sys.executable).parent
JOB = "interactions_by_day"
LIMIT = 4
"""Places in the pool."""
REQUESTS_PER_MINUTE = 60
"""Few enough to be what bounds the backfill, on any machine."""
FAILURE = "dagster._core.definitions.events.Failure: "
CONCURRENT_SEARCHES = 8
"""As they are shared out unless set."""


@pytest.fixture
def home(
    environment: None,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The folder of a Dagster instance, as the README has one made."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    shutil.copy(ORCHESTRATION / "dagster.yaml", folder)
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    subprocess.run(
        [COMMANDS / "dagster", "instance", "concurrency", "set", "genesys_cloud", str(LIMIT)],
        check=True,
        timeout=60,
    )
    return folder


@contextmanager
def daemon() -> Iterator[None]:
    """Run Dagster's daemon, which takes runs from the queue."""
    with subprocess.Popen([COMMANDS / "dagster-daemon", "run"], cwd=ORCHESTRATION) as process:
        try:
            yield
        finally:
            process.terminate()


def backfill(*days: str) -> None:
    """Queue a run for each of some days."""
    subprocess.run(
        [
            COMMANDS / "dagster",
            *("job", "backfill", "--noprompt", "--job", JOB, "--partitions", ",".join(days)),
        ],
        cwd=ORCHESTRATION,
        check=True,
        timeout=120,
    )


def wait_for(instance: DagsterInstance, count: int) -> list[RunRecord]:
    """Wait until all runs have ended."""
    while True:
        records = list(instance.get_run_records())
        if len(records) >= count and all(record.dagster_run.is_finished for record in records):
            return records
        time.sleep(0.5)


def day(number: int) -> str:
    return FIRST_DAY.replace(day=FIRST_DAY.day + number).isoformat()


def most_at_once(instance: DagsterInstance, records: list[RunRecord]) -> int:
    """Tell how many partitions were loading at the same time, by Dagster's own times."""
    changes = {dg.DagsterEventType.STEP_START: 1, dg.DagsterEventType.STEP_SUCCESS: -1}
    moments = sorted(
        (entry.timestamp, changes[entry.get_dagster_event().event_type])
        for record in records
        for entry in instance.all_logs(record.dagster_run.run_id, of_type=set(changes))
    )
    running = most = 0
    for _, change in moments:
        running += change
        most = max(most, running)
    return most


@pytest.mark.usefixtures("home")
def test_twelve_partitions_in_parallel_load_what_one_run_loads(
    org: SimulatedOrg, database: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with simulated_org("--requests-per-minute", str(REQUESTS_PER_MINUTE)) as limited:
        monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", limited.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", limited.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_PAGE_SIZE", "250")
        monkeypatch.setenv("GENESYS_REQUESTS_PER_MINUTE", str(REQUESTS_PER_MINUTE))
        with dg.DagsterInstance.get() as instance, daemon():
            backfill(*map(day, range(DAYS)))
            records = wait_for(instance, DAYS)
            asked = limited.asked()
            at_once = most_at_once(instance, records)
            materialised = instance.get_materialized_partitions(dg.AssetKey("genesys_interactions"))

    assert {record.dagster_run.status for record in records} == {dg.DagsterRunStatus.SUCCESS}
    assert materialised == set(map(day, range(DAYS)))
    # As many at once as the pool has places.
    assert 1 < at_once <= LIMIT
    assert asked["most_open_searches"] <= CONCURRENT_SEARCHES
    assert asked["total"] > 2 * REQUESTS_PER_MINUTE
    # The budget holds for all of them together, also where one follows another in its place.
    assert "429" not in asked["by_status"]
    ids = interaction_ids(database, schema)
    assert len(ids) == INTERACTIONS
    assert set(ids) == org.ids()
    monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", org.url)
    monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", org.url)
    load_sequentially("sequential")
    assert loaded(database, schema) == loaded(database, "sequential")


@pytest.mark.usefixtures("home")
def test_a_partition_says_what_it_has_loaded(org: SimulatedOrg, database: str, schema: str) -> None:
    with dg.DagsterInstance.get() as instance, daemon():
        backfill(day(0))
        wait_for(instance, 1)
        event = instance.get_latest_materialization_event(dg.AssetKey("genesys_interactions"))

    assert event
    assert event.asset_materialization
    metadata = event.asset_materialization.metadata
    assert event.asset_materialization.partition == day(0)
    assert metadata["dagster/row_count"].value == len(interaction_ids(database, schema))
    assert metadata["rows/interactions"].value == len(interaction_ids(database, schema))
    assert metadata["rows/search_audits"].value == 1
    assert metadata["hit_rate_percentage"].value == 100.0
    assert metadata["requests"].value == org.asked()["total"]


@pytest.mark.usefixtures("home")
def test_a_run_that_is_terminated_ends_meltano_and_cancels_its_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        simulated_org("--query-seconds", "600") as slow,
        dg.DagsterInstance.get() as instance,
    ):
        monkeypatch.setenv("TAP_GENESYS_SEARCH_SEARCH_API", "conversation_jobs")
        monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", slow.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", slow.url)
        with daemon():
            backfill(day(0))
            while "job_submit" not in slow.asked()["by_operation"]:
                time.sleep(0.5)
            (run,) = instance.get_runs()
            instance.run_coordinator.cancel_run(run.run_id)
            (record,) = wait_for(instance, 1)
        asked = slow.asked()["by_operation"]

    assert record.dagster_run.status == dg.DagsterRunStatus.CANCELED
    assert asked["job_submit"] == asked["job_delete"] == 1


def load_day(instance: DagsterInstance, retries: int) -> ExecuteInProcessResult:
    definitions = build_definitions(FIRST_DAY, dg.RetryPolicy(max_retries=retries))
    return definitions.resolve_job_def(JOB).execute_in_process(
        instance=instance, partition_key=day(0), raise_on_error=False
    )


def failures(result: ExecuteInProcessResult) -> list[str]:
    """Read why a step failed, finally or to be tried again."""
    errors = [
        event.step_failure_data.error if event.is_step_failure else event.step_retry_data.error
        for event in result.all_events
        if event.is_step_failure or event.is_step_up_for_retry
    ]
    causes = [error.cause or error for error in errors if error]
    return [cause.message.strip().removeprefix(FAILURE) for cause in causes]


@pytest.mark.usefixtures("home")
def test_a_partition_that_fails_says_why_and_is_tried_again(
    org: SimulatedOrg, database: str, schema: str
) -> None:
    org.schedule(kind="redirect", on="submit")
    with dg.DagsterInstance.get() as instance:
        result = load_day(instance, retries=1)

    assert result.success
    (reason,) = failures(result)
    assert reason.startswith("2026-01-05: POST ")
    assert "redirect" in reason
    assert interaction_ids(database, schema)


@pytest.mark.usefixtures("home")
def test_a_partition_that_keeps_failing_is_not_materialised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_GENESYS_SEARCH_CLIENT_SECRET", "wrong")
    with dg.DagsterInstance.get() as instance:
        result = load_day(instance, retries=0)
        materialised = instance.get_materialized_partitions(dg.AssetKey("genesys_interactions"))

    assert not result.success
    assert not materialised
    (reason,) = failures(result)
    assert reason.startswith("2026-01-05: Login failed: ")
    assert "\n" not in reason


@pytest.mark.usefixtures("home")
def test_without_a_limit_of_the_pool_nothing_is_sent(org: SimulatedOrg) -> None:
    with dg.DagsterInstance.get() as instance:
        instance.event_log_storage.delete_concurrency_limit("genesys_cloud")
        result = load_day(instance, retries=1)

    assert failures(result) == [
        "The pool genesys_cloud has no limit: dagster instance concurrency set genesys_cloud 4"
    ]
    assert not org.asked()["total"]


@pytest.mark.parametrize("text", ["", "yesterday"])
def test_a_missing_first_day_is_one_line(text: str) -> None:
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="set it to the first day to load"):
        first_day_from({"GENESYS_FIRST_DAY": text})
