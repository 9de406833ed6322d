"""The Airflow DAG, with scheduler and pool, against a simulated org."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulated_org import CHECKOUT, FIRST_DAY, simulated_org
from tests.warehouse import load_sequentially, loaded

if find_spec("airflow") is None:
    pytest.skip("Airflow has an environment of its own", allow_module_level=True)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genesys_backfill.run_log import LogLine

    from tests.simulated_org import SimulatedOrg

# Airflow writes its configuration there when it is imported.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-")

DAG = "genesys_interactions_by_day"
RUN = "backfill"
DAYS = 10
COMMANDS = Path(sys.executable).parent
FINAL_STATES = {"success", "failed"}


@pytest.fixture
def airflow_home(
    environment: None,  # noqa: ARG001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A new Airflow with this project's DAG and the pool, as the README has it made."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}",
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "orchestration" / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    airflow("db", "migrate")
    airflow("pools", "set", "genesys_cloud", "300", "Requests a minute")
    return tmp_path / "airflow"


def airflow(*arguments: str) -> str:
    """Run a command of Airflow, and read what it prints."""
    done = subprocess.run(
        [COMMANDS / "airflow", *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    return done.stdout


def rows_of(*arguments: str) -> list[dict[str, Any]]:
    """Read a table that Airflow prints, below what it logs."""
    printed = airflow(*arguments, "--output", "json")
    rows: list[dict[str, Any]] = json.loads(printed[printed.index("[{") :])
    return rows


@contextmanager
def standalone() -> Iterator[None]:
    """Run all of Airflow: scheduler, DAG processor, API server."""
    with subprocess.Popen([COMMANDS / "airflow", "standalone"]) as process:
        try:
            yield
        finally:
            process.terminate()


def wait_for_dag() -> None:
    """Wait until the DAG is parsed."""
    while subprocess.run([COMMANDS / "airflow", "dags", "details", DAG], check=False).returncode:
        time.sleep(1)


def most_at_once(tasks: list[dict[str, Any]]) -> int:
    """Tell how many tasks were under way at the same time, by Airflow's own times."""
    moments = sorted(
        moment
        for task in tasks
        for moment in (
            (datetime.fromisoformat(task["start_date"]), 1),
            (datetime.fromisoformat(task["end_date"]), -1),
        )
    )
    running = most = 0
    for _, change in moments:
        running += change
        most = max(most, running)
    return most


@pytest.mark.usefixtures("airflow_home")
def test_ten_mapped_tasks_in_parallel_load_what_one_run_loads(
    org: SimulatedOrg, database: str, schema: str
) -> None:
    last_day = FIRST_DAY + timedelta(days=DAYS - 1)
    span = {"first_day": FIRST_DAY.isoformat(), "last_day": last_day.isoformat()}
    with standalone():
        wait_for_dag()
        airflow("dags", "trigger", DAG, "--run-id", RUN, "--conf", json.dumps(span))
        while rows_of("dags", "list-runs", DAG)[0]["state"] not in FINAL_STATES:
            time.sleep(2)
        tasks = rows_of("tasks", "states-for-dag-run", DAG, RUN)

    assert {task["state"] for task in tasks} == {"success"}
    partitions = [task for task in tasks if task["task_id"] == "load_day"]
    assert len(partitions) == DAYS
    # 300 slots, 75 of them a task.
    assert 1 < most_at_once(partitions) <= 4
    asked = org.asked()
    assert asked["most_open_searches"] <= 8
    assert "429" not in asked["by_status"]
    load_sequentially("sequential_airflow", DAYS)
    assert loaded(database, schema) == loaded(database, "sequential_airflow")


@pytest.mark.usefixtures("environment")
def test_a_task_that_fails_says_why_and_one_that_is_killed_ends_meltano(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from airflow.sdk.exceptions import AirflowException  # noqa: PLC0415
    from genesys_backfill.airflow_operator import MeltanoPartitionOperator  # noqa: PLC0415

    class Watched(MeltanoPartitionOperator):
        """Is killed, as Airflow does it, when it has begun to search."""

        def _say(self, line: LogLine) -> None:
            if line.text.startswith("Searching"):
                threading.Timer(2, self.on_kill).start()

    task = Watched(
        task_id="load_day",
        day="2026-01-05",
        pool="genesys_cloud",
        pool_slots=75,
        concurrent_searches=2,
    )
    with simulated_org("--query-seconds", "600") as slow:
        monkeypatch.setenv("TAP_GENESYS_SEARCH_SEARCH_API", "conversation_jobs")
        monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", slow.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", slow.url)
        with pytest.raises(AirflowException, match=r"^2026-01-05: "):
            task.execute({})
        asked = slow.asked()["by_operation"]
        monkeypatch.setenv("TAP_GENESYS_SEARCH_CLIENT_SECRET", "wrong")
        with pytest.raises(AirflowException, match=r"^2026-01-05: Login failed: "):
            task.execute({})
    assert asked["job_submit"] == asked["job_delete"] == 1


@pytest.mark.usefixtures("airflow_home")
def test_the_dag_maps_a_task_to_each_day_with_its_slots_in_the_pool() -> None:
    from airflow.dag_processing.dagbag import DagBag  # noqa: PLC0415
    from airflow.providers.standard.operators.python import PythonOperator  # noqa: PLC0415

    bag = DagBag(CHECKOUT / "orchestration" / "dags")
    assert not bag.import_errors
    list_days, load_day = (bag.dags[DAG].get_task(name) for name in ("list_days", "load_day"))

    assert load_day.is_mapped
    assert (load_day.pool, load_day.pool_slots, load_day.retries) == ("genesys_cloud", 75, 3)
    assert isinstance(list_days, PythonOperator)
    days = list_days.python_callable({"first_day": "2028-02-28", "last_day": "2028-03-01"})
    assert days == ["2028-02-28", "2028-02-29", "2028-03-01"]
    with pytest.raises(ValueError, match="is before the first one"):
        list_days.python_callable({"first_day": "2028-02-28", "last_day": "2028-02-27"})
