"""Extract, load and build the marts by one command of Meltano."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.warehouses.conftest import RUN_SECONDS, DuckDB, install_plugins
from tests.warehouses.marts.dbt_package import EXACT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.running_simulator import RunningSimulator
    from tests.warehouses.conftest import Meltano

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]

EXTRACTOR = "tap-genesys-conversations"

PIPELINE = (EXTRACTOR, "target-duckdb", "dbt-duckdb:build")


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    install_plugins(*PIPELINE)


def run(
    meltano: Meltano, warehouse: DuckDB, config: dict[str, Any], **variables: Any
) -> subprocess.CompletedProcess[str]:
    """Run the whole pipeline, whatever its exit code."""
    environment = {
        # The inherited plugin takes the settings of the one that it inherits from.
        **meltano.environment(warehouse, config),
        "DBT_DUCKDB_PATH": str(warehouse.file),
        "DBT_DUCKDB_TARGET_PATH": str(meltano.folder / "dbt"),
        "DBT_DUCKDB_LOG_PATH": str(meltano.folder / "dbt"),
        "DBT_DUCKDB_VARS": json.dumps(variables),
    }
    del environment["TAP_GENESYS_SEARCH__SELECT"]
    return subprocess.run(
        meltano.command("run", *PIPELINE),
        env=environment,
        capture_output=True,
        text=True,
        timeout=2 * RUN_SECONDS,
        check=False,
    )


@pytest.fixture
def config(simulated: RunningSimulator) -> dict[str, Any]:
    return {**simulated.config, "conversation_matching": "active", "aggregate_granularity": "PT30M"}


@pytest.fixture
def warehouse(tmp_path: Path) -> DuckDB:
    return DuckDB(tmp_path / "warehouse.duckdb")


def test_a_failed_comparison_fails_the_run_after_the_state_is_kept(
    meltano: Meltano, warehouse: DuckDB, config: dict[str, Any]
) -> None:
    variables = {"genesys_history_begins_at": config["start_date"], **EXACT}
    nights = [{**config, "end_date": "2026-01-08"}, config]
    first = run(meltano, warehouse, nights[0], **variables)
    assert first.returncode == 0, first.stderr
    kept = meltano.state(warehouse, EXTRACTOR)
    ((offered,),) = warehouse.query("select sum(offered) from genesys_marts.fct_queue_interval")
    assert offered > 0

    with duckdb.connect(str(warehouse.file)) as connection:
        connection.execute(
            "update genesys.conversation_metrics set emit_date = emit_date + interval 1 hour "
            "where emit_date < '2026-01-07'"
        )
    second = run(meltano, warehouse, nights[1], **variables)
    assert second.returncode == 1
    assert "r1_metrics_agree" in second.stderr
    assert meltano.state(warehouse, EXTRACTOR) != kept
