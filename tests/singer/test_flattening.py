"""Flattened at any depth, each value has a column in the schema, and no column is lost."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from genesys_cloud_simulator import Fault, Org
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.batched import batches_below, records_of
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from genesys_cloud_simulator import Simulator
    from tap_genesys_search.json_types import JsonObject

DEPTHS = (0, 1, 3)
LOOKED_AT = 30
"""Records of a stream that are checked against its schema."""


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=5, days=1, interactions=40)


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "conversation_jobs", "aggregate_granularity": "P1D"}


def run_everything(config: dict[str, Any]) -> SingerRun:
    streams = TapGenesysSearch(config=config).streams
    run = run_tap(config, catalog=catalog_of(*streams, **config))
    assert run.error is None
    return run


def schemas_in(run: SingerRun) -> dict[str, dict[str, Any]]:
    return {one["stream"]: one["schema"] for one in run.messages if one["type"] == "SCHEMA"}


def rows_in(run: SingerRun) -> Iterator[tuple[str, JsonObject]]:
    for message in run.messages:
        if message["type"] in {"RECORD", "BATCH"}:
            for record in records_of(message):
                yield message["stream"], record


def as_flattened(record: JsonObject) -> JsonObject:
    """Write objects and lists as JSON text."""
    return {
        name: json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else value
        for name, value in record.items()
    }


def assert_fits(run: SingerRun) -> None:
    for stream, schema in schemas_in(run).items():
        records = [record for name, record in rows_in(run) if name == stream]
        assert {*chain.from_iterable(records)} <= {*schema["properties"]}, stream
        validator = Draft202012Validator(schema)
        for record in records[:LOOKED_AT]:
            validator.validate(record)


PASSING = {"started_at", "completed_at", "latency_ms", "query_ids", "poll_count"}


def comparable(run: SingerRun) -> list[tuple[str, JsonObject]]:
    return [
        (stream, {name: value for name, value in record.items() if name not in PASSING})
        for stream, record in rows_in(run)
    ]


@pytest.mark.parametrize(
    "faults",
    [(), pytest.param((Fault("hostile_values", times=None),), marks=pytest.mark.thorough)],
    ids=["plain", "hostile"],
)
@pytest.mark.parametrize(
    "depth", [pytest.param(depth, marks=[pytest.mark.thorough] * (depth != 1)) for depth in DEPTHS]
)
def test_each_value_has_its_column_and_no_column_is_lost(
    config: dict[str, Any], simulator: Simulator, depth: int, faults: tuple[Fault, ...]
) -> None:
    simulator.faults.schedule(*faults)
    plain = run_everything(config)
    flat = run_everything({**config, "flattening_enabled": True, "flattening_max_depth": depth})

    schemas = schemas_in(flat)
    assert {name: [*schema["properties"]] for name, schema in schemas.items()} == {
        name: [*schema["properties"]] for name, schema in schemas_in(plain).items()
    }
    assert_fits(flat)
    expected = comparable(plain)
    if depth:
        expected = [(stream, as_flattened(record)) for stream, record in expected]
    assert comparable(flat) == expected


@pytest.mark.thorough
def test_batches_hold_flattened_records(config: dict[str, Any], tmp_path: Path) -> None:
    flat = {**config, "flattening_enabled": True, "flattening_max_depth": 2}
    run = run_everything({**flat, **batches_below(tmp_path)})
    assert_fits(run)
    assert any(message["type"] == "BATCH" for message in run.messages)
