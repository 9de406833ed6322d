"""Loads of any messages against a plain model of Singer's rules."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import (
    BOOLEAN,
    INTEGER,
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    File,
    record,
    schema,
    state,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INTEGERS = st.one_of(
    st.integers(-9, 9), st.integers(-(2**63), 2**63 - 1), st.integers(-(10**37), 10**37)
)
DOCUMENTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - given a zone below
KINDS: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    "text": (TEXT, TEXTS),
    "integer": (INTEGER, INTEGERS),
    "number": (NUMBER, st.floats(allow_nan=False, allow_infinity=False)),
    "boolean": (BOOLEAN, st.booleans()),
    "object": (OBJECT, st.dictionaries(TEXTS, DOCUMENTS, max_size=3)),
    "moment": (MOMENT, MOMENTS.map(lambda moment: moment.isoformat() + "Z")),
}
COLUMNS = {"Text": "text", "i": "integer", "n": "number", "b": "boolean", "o": "object"}
COLUMNS |= {"at": "moment", 'q"': "integer"}
COLUMNS_OF = {"one": COLUMNS, "two": {**COLUMNS, "text": "text"}, "none": COLUMNS}
"""Two names that differ in case only are read another way."""

STREAMS = {"one": ("k",), "two": ("k", "Text"), "none": ()}


def values(stream: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a record: keys from few values, so that they come again, and the rest or not."""
    required: dict[str, st.SearchStrategy[Any]] = {"k": st.integers(0, 3)}
    required |= {name: st.sampled_from(["", "a"]) for name in STREAMS[stream] if name != "k"}
    others = {
        name: st.none() | KINDS[kind][1]
        for name, kind in COLUMNS_OF[stream].items()
        if name not in required
    }
    return st.fixed_dictionaries(required, optional=others)


RECORDS = st.sampled_from(list(STREAMS)).flatmap(
    lambda stream: st.tuples(st.just(stream), values(stream))
)
RUNS = st.lists(st.lists(RECORDS | st.none(), max_size=12), min_size=1, max_size=3)
SCHEMAS = [
    schema(
        name, {"k": INTEGER, **{c: KINDS[kind][0] for c, kind in COLUMNS_OF[name].items()}}, keys
    )
    for name, keys in STREAMS.items()
]


@dataclass
class Model:
    """Singer's rules: a record takes the place of the one with its key, or is appended."""

    keyed: dict[str, dict[Any, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in STREAMS}
    )
    appended: int = 0

    def take(self, stream: str, values: dict[str, Any]) -> None:
        self.appended += 1
        key = tuple(values[name] for name in STREAMS[stream]) or self.appended
        self.keyed[stream][key] = values


def expected(kind: str, value: Any) -> Any:
    """Write a value as DuckDB gives it back."""
    if value is None:
        return None
    if kind == "moment":
        return datetime.fromisoformat(value.removesuffix("Z")).replace(tzinfo=timezone.utc)
    if kind == "object":
        return json.dumps(value, sort_keys=True)
    return float(value) if kind == "number" else value


def found(kind: str, value: Any) -> Any:
    """Write what DuckDB gives back without what doesn't matter."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc)
    return json.dumps(json.loads(value), sort_keys=True) if kind == "object" and value else value


@pytest.mark.timeout(600)  # sixty databases take long on a busy machine
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(RUNS, st.sampled_from([1, 5, 1000]))
def test_loads_are_as_the_model_says(runs: list[list[Any]], rows: int) -> None:
    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        file = File(Path(folder) / "a.duckdb")
        for number, run in enumerate(runs):
            messages = [
                state(place) if part is None else record(part[0], part[1])
                for place, part in enumerate(run)
            ]
            for part in run:
                if part is not None:
                    model.take(*part)
            states = file.load(*SCHEMAS, *messages, state([number]), batch_size_rows=rows)
            assert states[-1] == [number]
        for stream, columns in COLUMNS_OF.items():
            kinds = {"k": "integer", **columns}
            assert sorted(
                repr([found(kind, cell) for kind, cell in zip(kinds.values(), row, strict=True)])
                for row in file.query(f"FROM main.{stream}")
            ) == sorted(
                repr([expected(kind, row.get(name)) for name, kind in kinds.items()])
                for row in model.keyed[stream].values()
            )
