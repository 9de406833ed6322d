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
from tests.reliability.pipeline import run_pipeline, write_configs
from tests.reliability.test_kill import load_with_kills, loader_config, tap_config
from tests.support.singer_run import catalog_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

# Of the kills asked for, one in five is meant for these runs.
SHARE = 5
# A run has an audit of its own for each search; transcripts are of another search API.
APART = {"search_audits", "transcripts"}


def test_killed_runs_leave_the_tables_of_a_run_that_was_not(
    kills: int, loader: Path, tmp_path: Path, figures: Figures
) -> None:
    rng = random.Random("kill:tables")  # noqa: S311 - not for security
    tally: Counter[str] = Counter()
    wanted = math.ceil(kills / SHARE)
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
                **tap_config(simulator, url, "conversation_jobs"),
                "aggregate_granularity": "P1D",
            }
            for folder in (disturbed, calm):
                folder.mkdir()
                write_configs(folder, config, loader_config(folder))
                (folder / "catalog.json").write_text(json.dumps(catalog_of_all(config)))
            killed += load_with_kills(disturbed, loader, rng, tally)
            assert run_pipeline(calm, loader).tap_code == 0
        expected = read_tables(calm)
        assert len(expected) > 24
        found = read_tables(disturbed)
        assert found.keys() == expected.keys()
        for table, content in expected.items():
            assert found[table] == content, table
        rows += sum(sum(content.values()) for content in expected.values())
    figures("Killed runs with all tables", "Runs killed", tally["Runs killed"])
    figures("Killed runs with all tables", "Orgs loaded to the end", number)
    figures("Killed runs with all tables", "Rows in them", rows)
    figures("Killed runs with all tables", "… missing, twice or different", 0)


def catalog_of_all(config: dict[str, Any]) -> dict[str, Any]:
    catalog = catalog_with(config, ())
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if not one["breadcrumb"]:
                one["metadata"]["selected"] = entry["tap_stream_id"] != "transcripts"
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
