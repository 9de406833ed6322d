"""A first run under Meltano that is stopped keeps what it has done, and Meltano has its state."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.stopped_run import wait_until
from tests.warehouses.conftest import SCHEMA, DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.warehouses.conftest import Meltano

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(900)]

TWO_DAYS = "2026-01-07T00:00:00.000Z"

ORG = Org(seed=7, days=4, interactions=400)


@pytest.fixture
def simulated() -> Iterator[RunningSimulator]:
    """A simulator that does not answer for the third day, so that the tap waits and tries again."""
    with running_simulator(ORG) as running:
        running.simulator.faults.schedule(
            Fault(
                "server_error",
                on="submit",
                touching=ORG.start + timedelta(days=2, hours=1),
                times=None,
            )
        )
        yield running


def count(warehouse: DuckDB) -> int:
    """Count the interactions that are loaded."""
    ((found,),) = warehouse.query(f"select count(*) from {SCHEMA}.interactions")
    return int(found)


def has_bookmark(meltano: Meltano, moment: str) -> bool:
    """Tell whether Meltano has a state up to a moment, while a run goes on."""
    # Not in its table of runs, which is written a little earlier.
    with suppress(sqlite3.Error), closing(sqlite3.connect(meltano.folder / "meltano.db")) as kept:
        return moment in str(kept.execute("select * from state").fetchall())
    return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_first_run_has_loaded_what_it_has_read_and_the_next_one_reads_the_rest(
    simulated: RunningSimulator, meltano: Meltano, tmp_path: Path, how: signal.Signals
) -> None:
    warehouse = DuckDB(tmp_path / "warehouse.duckdb")
    config: dict[str, Any] = {**simulated.config, "search_api": "interaction_search"}
    two_days = {*ORG.ids_between(ORG.start, ORG.start + timedelta(days=2))}
    environment = {
        **meltano.environment(warehouse, {**config, "backoff_base_seconds": 60}, "interactions.*"),
        # As shipped it is 60, which is too long for a test.
        "TARGET_DUCKDB_BATCH_AGE_SECONDS": "2",
    }
    with subprocess.Popen(
        meltano.command("run", "tap-genesys-search", warehouse.loader),
        env=environment,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    ) as run:
        try:
            wait_until(lambda: has_bookmark(meltano, TWO_DAYS), seconds=400)
            run.send_signal(how)
            assert run.wait(120) != 0
        finally:
            run.kill()
    bookmark = meltano.state(warehouse)["bookmarks"]["interactions"]["replication_key_value"]
    assert bookmark == TWO_DAYS
    assert count(warehouse) == len(two_days)

    simulated.simulator.faults.clear()
    said = meltano.run(warehouse, config, "interactions.*")
    assert "Searching 2026-01-0" in said
    assert "Searching 2026-01-05T" not in said
    assert count(warehouse) == len({*ORG.ids_between(ORG.start, ORG.end)})
