"""A database that the tap's output is loaded into, for the page to be made of."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from playwright.sync_api import Browser, sync_playwright

from genesys_cloud_simulator import Org
from tap_genesys_search.report.contact_centre.encoding import encode_facts
from tap_genesys_search.report.contact_centre.facts import read_facts
from tap_genesys_search.report.page.render import Content
from tap_genesys_search.report.pipeline.health import Health
from tests.report.browser import CHROMIUM
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_genesys_search.report.contact_centre.facts import Facts
    from tap_genesys_search.report.pipeline.figures import Figures

HOSTILE = "</script><script>document.title='taken over'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


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


@cache
def no_facts() -> Facts:
    """Read the facts of a file that has no marts."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.duckdb"
        duckdb.connect(str(file)).close()
        return read_facts(file, "genesys_marts", ZoneInfo("UTC"), "none")


def content_of(figures: Figures, **changes: Any) -> Content:
    """Put together what a page shows; without marts unless they are among the changes."""
    return replace(
        Content(
            figures=figures,
            health=Health([], [], [], searches=sum(figures.outcomes.values())),
            encoded=encode_facts(lambda _half_hour_days, _days: no_facts(), {}),
            requests_per_minute=300,
            source="loaded.duckdb",
            built_at=datetime(2026, 1, 15, 6, tzinfo=timezone.utc),
        ),
        **changes,
    )


def save(connection: duckdb.DuckDBPyConnection, file: Path) -> Path:
    """Write what is in memory into a file, as the loader would have it."""
    tables = [name for (name,) in connection.execute("show tables").fetchall()]
    connection.execute(f"attach '{file}' as saved; create schema saved.genesys")
    for table in tables:
        connection.execute(f"create table saved.genesys.{table} as from {table}")
    connection.execute("detach saved")
    return file
