"""A database that the tap's output is loaded into, for the page to be made of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator import Org
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

HOSTILE = "</script><script>document.title='taken over'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def simulated() -> Iterator[RunningSimulator]:
    with running_simulator(Org(seed=3, days=5, interactions=600), query_seconds=0.02) as running:
        yield running


@pytest.fixture(scope="module")
def run(simulated: RunningSimulator) -> SingerRun:
    """A run some of whose windows are split."""
    run = run_tap({**simulated.config, "max_records_per_search": 100, "page_size": 100})
    assert run.error is None
    return run


@pytest.fixture(scope="module")
def database(run: SingerRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("database")
    return save(load_into_duckdb(run, folder), folder / "loaded.duckdb")


@pytest.fixture
def copy(database: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copy(database, tmp_path / "copy.duckdb"))


def save(connection: duckdb.DuckDBPyConnection, file: Path) -> Path:
    """Write what is in memory into a file, as the loader would have it."""
    tables = [name for (name,) in connection.execute("show tables").fetchall()]
    connection.execute(f"attach '{file}' as saved; create schema saved.genesys")
    for table in tables:
        connection.execute(f"create table saved.genesys.{table} as from {table}")
    connection.execute("detach saved")
    return file
