"""Killed runs with all tables of conversations, lookups and aggregates: each row is there once."""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from genesys_cloud_simulator import Org, Simulator
from tap_genesys_search.records.conversations.tables import TABLES
from tap_genesys_search.search_apis import SEARCH_APIS
from tests.reliability.pipeline import run_pipeline, write_configs
from tests.reliability.test_kill import load_with_kills, loader_config, tap_config
from tests.support.singer_run import catalog_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

# Of the kills asked for, one in five is meant for these runs.
SHARE = 5
# A run has an audit of its own for each search.
APART = {"search_audits"}
LEAST_TABLES = 16


@pytest.mark.parametrize("api", SEARCH_APIS)
def test_killed_runs_leave_the_tables_of_a_run_that_was_not(
    api: str, kills: int, loader: Path, tmp_path: Path, figures: Figures
) -> None:
    rng = random.Random(f"kill:tables:{api}")  # noqa: S311 - not for security
    title = f"Killed runs with all tables, {api}"
    tally: Counter[str] = Counter()
    wanted = math.ceil(kills / SHARE / len(SEARCH_APIS))
    killed = rows = number = 0
    while killed < wanted:
        number += 1
        org = Org(seed=rng.randrange(1000), days=16, interactions=1_600)
        simulator = Simulator(
            org, requests_per_minute=100_000, query_seconds=rng.uniform(0.05, 0.2)
        )
        with simulator.running() as url:
            disturbed, calm = (tmp_path / f"{number}-{kind}" for kind in ("killed", "calm"))
            config = {
                **tap_config(simulator, url, api),
                "aggregate_granularity": "P1D",
            }
            for folder in (disturbed, calm):
                folder.mkdir()
                write_configs(folder, config, loader_config(folder))
                (folder / "catalog.json").write_text(json.dumps(catalog_of_all(config)))
            killed += load_with_kills(disturbed, loader, rng, tally)
            assert run_pipeline(calm, loader).tap_code == 0
        expected = read_tables(calm)
        assert len(expected) >= LEAST_TABLES
        found = read_tables(disturbed)
        assert found.keys() == expected.keys()
        for table, content in expected.items():
            assert found[table] == content, table
        rows += sum(sum(content.values()) for content in expected.values())
    figures(title, "Runs killed", tally["Runs killed"])
    figures(title, "Orgs loaded to the end", number)
    figures(title, "Rows in them", rows)
    figures(title, "… missing, twice or different", 0)


def catalog_of_all(config: dict[str, Any]) -> dict[str, Any]:
    """Select all streams that a search API offers."""
    unfound = TABLES.keys() - SEARCH_APIS[config["search_api"]].tables
    catalog = catalog_with(config, ())
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if not one["breadcrumb"]:
                one["metadata"]["selected"] = entry["tap_stream_id"] not in unfound
    return catalog


def read_tables(folder: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Read all tables, each row as often as it is there."""
    with duckdb.connect(str(folder / "loaded.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'genesys'"
        ).fetchall()
        return {
            name: Counter(connection.execute(f"select * from genesys.{name}").fetchall())  # noqa: S608
            for (name,) in names
            if name not in APART
        }
