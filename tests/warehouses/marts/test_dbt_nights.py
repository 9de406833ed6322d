"""Marts built night after night: each night corrects what the nights before could not know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from genesys_cloud_simulator import Org
from tests.support.duckdb_tables import load_into_duckdb
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.support.singer_run import SingerRun, run_tap
from tests.warehouses.conftest import DuckDB
from tests.warehouses.marts.compiled import Compiled, compiled_by, undone
from tests.warehouses.marts.conftest import STATUSES, STREAMS
from tests.warehouses.marts.test_dbt_reconciliation import RECONCILED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.warehouses.conftest import Rows
    from tests.warehouses.marts.dbt_package import Built

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]

NIGHTS = 4

SCORES: dict[str, tuple[str, ...] | None] = {
    "fct_queue_interval": (),
    "fct_agent_queue_day": (),
    "fct_queue_leg": (),
    "fct_wrapup_day": (),
    "fct_survey": None,
    "fct_evaluation": None,
    "fct_conversation": (
        *("survey_score", "promoter_score", "evaluation_score", "next_contact_avoided"),
    ),
    "fct_agent_day": (
        *("evaluations", "evaluation_points"),
        *("surveys", "survey_points", "promoters", "detractors"),
    ),
}
"""Marts, and which of their columns come from what is said of a conversation after its end."""

INTERACTIONS = ("interactions", "interaction_facets", "search_audits")


@dataclass
class Warehouse:
    """What the runs of some nights have written, in a DuckDB file.

    Attributes:
        folder: Where it is.
        messages: All messages of the runs.
        state: The state after the last one.
    """

    folder: Path
    messages: list[dict[str, Any]] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    def run(self, config: dict[str, Any], *streams: str) -> None:
        """Run the tap from where it ended."""
        run = run_tap(config, state=self.state, select=streams, deselect=INTERACTIONS)
        assert run.error is None
        self.messages += run.messages
        self.state = run.states()[-1]

    def load(self, package: Compiled) -> DuckDB:
        """Load the last row of each key, and build the marts from nothing."""
        self.folder.mkdir(exist_ok=True)
        schemas = {one["stream"]: one for one in self.messages if one["type"] == "SCHEMA"}
        rest = [one for one in self.messages if one["type"] != "SCHEMA"]
        file = self.folder / "warehouse.duckdb"
        file.unlink(missing_ok=True)
        with load_into_duckdb(SingerRun([*schemas.values(), *rest]), self.folder) as connection:
            connection.execute(f"attach '{file}' as warehouse")
            connection.execute("create schema warehouse.genesys")
            for stream in schemas:
                connection.execute(f"create table warehouse.genesys.{stream} as from {stream}")
        with duckdb.connect(str(file)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            for statement in package.statements():
                connection.execute(statement)
        return DuckDB(file)


@pytest.fixture(scope="module")
def nightly() -> Iterator[RunningSimulator]:
    with running_simulator(Org(seed=7, days=NIGHTS, interactions=400)) as running:
        yield running


def night(nightly: RunningSimulator, number: int) -> dict[str, Any]:
    """Let it be two o'clock at night, and configure the run of that night."""
    now = nightly.simulator.org.start + timedelta(days=number, hours=2)
    nightly.simulator.now = now
    return {
        **nightly.config,
        "end_date": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "search_api": "conversation_jobs",
        "conversation_matching": "active",
        # Conversations come again because they were alive, and not because all are read twice.
        "lookback_hours": 0,
        "aggregate_granularity": "PT30M",
    }


def run_statuses(warehouse: Warehouse, config: dict[str, Any], start: datetime) -> None:
    """Load half an hour of statuses: they are not corrected, and there are many of them."""
    end = f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    warehouse.run({**config, "end_date": end}, STATUSES)


def rows_of(warehouse: DuckDB, mart: str, without: tuple[str, ...] = ()) -> Rows:
    columns = f"* exclude ({', '.join(without)})" if without else "*"
    rows = warehouse.query(f"select {columns} from genesys_marts.{mart}")
    # Who has only been judged has a row of nothing but noughts without that.
    return sorted((row for row in rows if not without or any(row[2:])), key=repr)


def open_in(marts: DuckDB) -> set[str]:
    rows = marts.query("select conversation_id from genesys_marts.fct_conversation where is_open")
    return {str(row[0]) for row in rows}


@pytest.mark.parametrize("loaded", ["duckdb"], indirect=True)
def test_marts_of_many_nights_are_those_of_one_load(
    built: Built, nightly: RunningSimulator, tmp_path: Path
) -> None:
    package, start = compiled_by(built), nightly.simulator.org.start
    incremental, whole = Warehouse(tmp_path / "nights"), Warehouse(tmp_path / "whole")
    run_statuses(incremental, night(nightly, 1), start)
    still_open = []
    for number in range(1, NIGHTS + 1):
        incremental.run(night(nightly, number), *STREAMS)
        marts = incremental.load(package)
        with undone(marts) as connection:
            assert package.red(connection, RECONCILED) == set()
        still_open.append(open_in(marts))
    # Otherwise nothing had to be corrected.
    assert still_open[0] - still_open[-1]

    config = night(nightly, NIGHTS)
    run_statuses(whole, config, start)
    whole.run(config, *STREAMS)
    at_once = whole.load(package)
    for mart, scores in SCORES.items():
        if scores is not None:
            assert rows_of(marts, mart, scores) == rows_of(at_once, mart, scores), mart

    # Surveys and evaluations that came after the end of a conversation are read by looking back.
    assert rows_of(marts, "fct_survey") != rows_of(at_once, "fct_survey")
    incremental.run({**config, "lookback_hours": 24 * NIGHTS}, *STREAMS)
    marts = incremental.load(package)
    for mart in SCORES:
        assert rows_of(marts, mart) == rows_of(at_once, mart), mart
