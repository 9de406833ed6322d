"""`meltano run` into warehouses: in full, from where it ended, and with columns that are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.tap import TapGenesysSearch
from tests.support.singer_run import SingerRun, run_tap
from tests.warehouses.conftest import SCHEMA

if TYPE_CHECKING:
    from tests.warehouses.conftest import Meltano, Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(900)]

THIRD_DAY = "2026-01-07"

Keys = dict[str, set[tuple[str, ...]]]
"""Stream to the keys of its rows, as text."""


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "aggregate_granularity": "P1D"}


def run_everything(config: dict[str, Any]) -> SingerRun:
    """Run the tap itself with all its streams."""
    run = run_tap(config, select=TapGenesysSearch(config=config).streams)
    assert run.error is None
    return run


def key_names(run: SingerRun) -> dict[str, list[str]]:
    """List the streams with records, and what their keys consist of; audits differ each time."""
    return {
        message["stream"]: message["key_properties"]
        for message in run.messages
        if message["type"] == "SCHEMA"
        and message["stream"] != "search_audits"
        and run.records(message["stream"])
    }


def written(run: SingerRun) -> Keys:
    return {
        stream: {tuple(str(record[name]) for name in names) for record in run.records(stream)}
        for stream, names in key_names(run).items()
    }


def loaded(warehouse: Warehouse, run: SingerRun) -> Keys:
    found = {}
    for stream, names in key_names(run).items():
        columns = ", ".join(f'"{name}"' for name in names)
        rows = warehouse.query(f"select {columns} from {SCHEMA}.{stream}")
        found[stream] = {tuple(str(value) for value in row) for row in rows}
        assert len(found[stream]) == len(rows), f"{stream}: a key is there twice"
    return found


def number(warehouse: Warehouse, query: str) -> int:
    ((answer,),) = warehouse.query(query)
    return int(answer)


def test_all_streams_load_in_full_and_go_on_where_the_last_run_ended(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any]
) -> None:
    first = {**config, "end_date": THIRD_DAY}
    meltano.run(warehouse, first)
    part = run_everything(first)
    assert loaded(warehouse, part) == written(part)

    meltano.run(warehouse, config)
    whole = run_everything(config)
    assert len(key_names(whole)) > 24
    assert loaded(warehouse, whole) == written(whole)
    # One window a day, and none of the first days once more.
    audits = f"select count(*) from {SCHEMA}.search_audits where status = 'completed'"
    assert number(warehouse, audits) == len(whole.records("search_audits"))


def test_a_run_that_finds_nothing_new_changes_nothing(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any]
) -> None:
    for _ in range(2):
        meltano.run(warehouse, config, "interactions.*", "queues.*")
    run = run_tap(config, select=["queues"], deselect=["interaction_facets", "search_audits"])
    assert loaded(warehouse, run) == written(run)


def test_new_fields_become_columns_and_old_rows_get_them_when_read_again(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any]
) -> None:
    meltano.run(warehouse, config, "interactions.*")
    before = number(warehouse, f"select count(*) from {SCHEMA}.interactions")

    wider = {**config, "fields": ["id", "timestamp", "originatingDirection"]}
    meltano.run(warehouse, {**wider, "lookback_hours": 24}, "interactions.*")

    filled = (
        f"select count(*) from {SCHEMA}.interactions "
        "where originating_direction is not null and timestamp {} '2026-01-08'"
    )
    assert number(warehouse, f"select count(*) from {SCHEMA}.interactions") == before
    assert number(warehouse, filled.format("<")) == 0
    last_day = f"select count(*) from {SCHEMA}.interactions where timestamp >= '2026-01-08'"
    assert number(warehouse, filled.format(">=")) == number(warehouse, last_day) > 0
