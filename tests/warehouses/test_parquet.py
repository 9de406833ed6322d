"""Parquet files, out of DuckDB and straight from the tap."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import DuckDB, Meltano
from tests.warehouses.documented import WAREHOUSES

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]


def ids_in(files: str) -> list[str]:
    return [row[0] for row in duckdb.execute("select id from read_parquet(?)", [files]).fetchall()]


@pytest.mark.parametrize("search_api", ["interaction_search", "conversation_jobs"])
def test_the_tap_writes_batches_as_parquet(
    config: dict[str, Any], tmp_path: Path, search_api: str
) -> None:
    documented = WAREHOUSES.settings("Parquet")
    documented["batch_config"]["storage"]["root"] = tmp_path.as_uri()
    config = {**config, "search_api": search_api}
    run = run_tap({**config, **documented})
    assert run.error is None
    assert run.counts()["BATCH", "interactions"]
    expected = run_tap(config)
    files = str(tmp_path / "*-interactions-*.parquet")
    assert sorted(ids_in(files)) == sorted(expected.ids())
    found = duckdb.execute("select id, metadata from read_parquet(?)", [files]).fetchall()
    assert {one: json.loads(metadata) for one, metadata in found} == {
        record["id"]: record["metadata"] for record in expected.records("interactions")
    }


def test_a_table_of_duckdb_is_copied_to_parquet(
    meltano: Meltano, config: dict[str, Any], tmp_path: Path
) -> None:
    warehouse = DuckDB(tmp_path / "warehouse.duckdb")
    meltano.run(warehouse, config, "interactions.*")
    file = tmp_path / "interactions.parquet"
    with duckdb.connect(str(warehouse.file), read_only=True) as connection:
        connection.execute(WAREHOUSES.block("Parquet", "sql").replace(file.name, str(file)))
    assert sorted(ids_in(str(file))) == sorted(run_tap(config).ids())
