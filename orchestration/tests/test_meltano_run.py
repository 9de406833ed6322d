"""A partition as a Meltano run, without an orchestrator."""

from __future__ import annotations

import os
import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest
from genesys_backfill.errors import (
    PartitionFailedError,
    PartitionIncompleteError,
    ProjectError,
)
from genesys_backfill.meltano_run import project_from, run_partition, stop
from genesys_backfill.partition import Partition
from genesys_backfill.request_budget import RequestBudget

from tests.simulated_org import FIRST_DAY, simulated_org
from tests.warehouse import interaction_ids

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from genesys_backfill.run_log import LogLine


SHARE = RequestBudget(300, 4)
PARTITION = Partition(FIRST_DAY)


@pytest.mark.usefixtures("environment")
def test_a_partition_loads_its_day_and_says_so(database: str, schema: str, tmp_path: Path) -> None:
    report = run_partition(PARTITION, project_from(os.environ), SHARE, print)

    assert report.rows["interactions"] == len(interaction_ids(database, schema)) > 0
    assert report.rows["search_audits"] == 1
    assert report.extracted == report.matching == report.rows["interactions"]
    assert report.hit_rate == 100
    assert report.searched_until == PARTITION.end
    (state,) = (tmp_path / "states").iterdir()
    assert state.name.endswith("target-postgres:2026-01-05")


@pytest.mark.usefixtures("environment")
def test_a_partition_that_is_run_again_reads_its_day_again_and_adds_no_row(
    database: str, schema: str
) -> None:
    first, second = (
        run_partition(PARTITION, project_from(os.environ), SHARE, print) for _ in range(2)
    )

    assert first.rows == second.rows
    assert len(interaction_ids(database, schema)) == first.rows["interactions"]


@pytest.mark.usefixtures("environment")
def test_a_failure_is_the_taps_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAP_GENESYS_SEARCH_CLIENT_SECRET", "wrong")
    lines: list[LogLine] = []

    with pytest.raises(PartitionFailedError, match=r"^2026-01-05: Login failed: .*invalid_client"):
        run_partition(PARTITION, project_from(os.environ), SHARE, lines.append)

    assert not [line for line in lines if "wrong" in line.text]


@pytest.mark.usefixtures("environment")
def test_a_bad_setting_of_the_tap_is_not_blamed_on_the_loader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAP_GENESYS_SEARCH_PAGE_SIZE", "0")

    with pytest.raises(PartitionFailedError, match=r"^2026-01-05: .*page_size"):
        run_partition(PARTITION, project_from(os.environ), SHARE, print)


@pytest.mark.usefixtures("environment")
def test_what_a_loader_says_of_its_rows_stays_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_POSTGRES_SQLALCHEMY_URL", "postgresql+psycopg://nobody@/none")

    with pytest.raises(PartitionFailedError, match="target-postgres failed; its lines in the log"):
        run_partition(PARTITION, project_from(os.environ), SHARE, print)


@pytest.mark.usefixtures("environment")
def test_a_day_that_the_platform_has_not_all_of_yet_is_not_taken_for_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with simulated_org("--now", "2026-01-05T18:00:00Z") as early:
        monkeypatch.setenv("TAP_GENESYS_SEARCH_SEARCH_API", "conversation_jobs")
        monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", early.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", early.url)

        with pytest.raises(PartitionIncompleteError, match=r"only up to 2026-01-05T12:00:00\.000Z"):
            run_partition(PARTITION, project_from(os.environ), SHARE, print)


@pytest.mark.usefixtures("environment")
def test_stopping_ends_meltano_its_plugins_and_their_searches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group: list[subprocess.Popen[str]] = []
    with simulated_org("--query-seconds", "600") as slow:
        monkeypatch.setenv("TAP_GENESYS_SEARCH_SEARCH_API", "conversation_jobs")
        monkeypatch.setenv("TAP_GENESYS_SEARCH_AUTH_URL", slow.url)
        monkeypatch.setenv("TAP_GENESYS_SEARCH_API_URL", slow.url)

        def stop_when_it_searches(line: LogLine) -> None:
            if line.text.startswith("Searching 2026-01-05"):
                threading.Timer(2, stop, group).start()

        with pytest.raises(PartitionFailedError):
            run_partition(
                PARTITION, project_from(os.environ), SHARE, stop_when_it_searches, group.append
            )

        with pytest.raises(ProcessLookupError):
            os.killpg(group[0].pid, 0)
        asked = slow.asked()["by_operation"]
    assert asked["job_submit"] == asked["job_delete"] == 1


@pytest.mark.usefixtures("environment")
def test_an_interruption_ends_meltano() -> None:
    group: list[subprocess.Popen[str]] = []

    def interrupt(line: LogLine) -> None:
        if line.text.startswith("Searching 2026-01-05"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_partition(PARTITION, project_from(os.environ), SHARE, interrupt, group.append)

    with pytest.raises(ProcessLookupError):
        os.killpg(group[0].pid, 0)


def test_no_project_and_no_plugin_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="set MELTANO_PROJECT_ROOT to a Meltano project"):
        project_from({"MELTANO_PROJECT_ROOT": str(tmp_path)})
    (tmp_path / "meltano.yml").touch()
    with pytest.raises(ProjectError, match="no command meltano"):
        project_from({"MELTANO_PROJECT_ROOT": str(tmp_path), "PATH": ""})
    with pytest.raises(ProjectError, match=r"not installed: run `meltano install`"):
        project_from({"GENESYS_LOADER": "target-none", "PATH": os.environ["PATH"]})


def test_shares_add_up_to_the_budget_at_most() -> None:
    budget = RequestBudget(300, 8)

    assert budget.share(4) == RequestBudget(75, 2)
    assert budget.share(7).requests_per_minute * 7 <= 300
    assert budget.share(100) == RequestBudget(3, 1)
    with pytest.raises(ValueError, match="lower the limit of the pool"):
        budget.share(301)


def test_a_partition_ends_where_the_next_one_begins() -> None:
    assert Partition(date(2028, 2, 29)).end == Partition(date(2028, 3, 1)).start
