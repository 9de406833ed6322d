"""Names of streams and properties, in any spelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_duckdb_bulk.names import assign, folded
from target_duckdb_bulk.sql import quoted
from tests.support import INTEGER, File, record, schema

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "select",
    "Order",
    'with "quotes"',
    "it's",
    "a.b.c",
    "a-b",
    " spaced ",
    "größe",
    "GRÖßE",
    "\U0001f600",
    "a,b",
    "{x}",
    "*?[",
    "new\nline",
    "tab\t",
    "f0",
    "record",
    "rowid",
    "version",
    "x" * 300,
    "$1",
    "%s",
    "--",
    "back\\slash",
]


def test_properties_in_any_spelling(file: File) -> None:
    values = {name: place for place, name in enumerate(NAMES)}
    for _ in range(2):
        file.load(schema("t", dict.fromkeys(NAMES, INTEGER), NAMES[:2]), record("t", values))
    assert list(file.types("t")) == NAMES
    assert file.query("FROM t") == [tuple(range(len(NAMES)))]


@pytest.mark.parametrize("name", NAMES)
def test_streams_in_any_spelling(file: File, name: str) -> None:
    for value in (1, 2):
        file.load(schema(name, {"id": INTEGER, "v": INTEGER}), record(name, {"id": 1, "v": value}))
    assert file.query(f"FROM main.{quoted(name)}") == [(1, 2)]


@pytest.mark.parametrize("name", ["select", "Main", 'a"b', "a.b", "warehouse", "temp", "ü"])
def test_schemas_and_files_in_any_spelling(tmp_path: Path, name: str) -> None:
    file = File(tmp_path / f"{name}.duckdb")
    for spelling in (name, name.upper()):
        file.load(
            schema("t", {"id": INTEGER}), record("t", {"id": 1}), default_target_schema=spelling
        )
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{file.path}' AS x")
        assert connection.execute(f"FROM x.{quoted(name)}.t").fetchall() == [(1,)]


def test_properties_that_differ_in_case_only(file: File) -> None:
    spellings = ["id", "ID", "Id"]
    for order in (spellings, spellings[::-1]):
        file.load(
            schema("t", dict.fromkeys(order, INTEGER), ["ID"]),
            record("t", {name: len(spellings) - spellings.index(name) for name in order}),
        )
    assert file.query("FROM t") == [(3, 2, 1)]
    assert list(file.types("t")) == ["id", "ID_2", "Id_2"[:2] + "_3"]


def test_streams_that_differ_in_case_only(file: File) -> None:
    for order in (["Users", "users"], ["users", "Users"]):
        for name in order:
            file.load(schema(name, {"id": INTEGER}), record(name, {"id": len(order[0])}))
        file.load(
            *(schema(name, {"id": INTEGER}) for name in order),
            *(record(name, {"id": ord(name[0])}) for name in order),
        )
    assert file.query("FROM main.users_2 WHERE id > 5") == [(ord("u"),)]
    assert file.query('FROM main."Users" WHERE id > 5') == [(ord("U"),)]


def test_empty_names(file: File) -> None:
    for _ in range(2):
        file.load(schema("", {"id": INTEGER, "": INTEGER}), record("", {"id": 1, "": 5}))
    assert file.query("FROM _") == [(1, 5)]
    assert list(file.types("_")) == ["id", "_"]


def test_numbered_name_that_is_there_already_is_left_alone(file: File) -> None:
    file.load(
        schema("t", {"Address": INTEGER, "address_2": INTEGER}, []), record("t", {"Address": 1})
    )
    properties = dict.fromkeys(("Address", "address_2", "address"), INTEGER)
    file.load(
        schema("t", properties, []), record("t", {"Address": 2, "address_2": 3, "address": 4})
    )
    assert file.query('SELECT "Address", address_2, address_3 FROM t ORDER BY 1') == [
        (1, None, None),
        (2, 3, 4),
    ]


NAME = st.text(st.sampled_from("aAbB_2é"), max_size=4)


@given(st.lists(NAME, unique=True), st.lists(NAME, unique=True))
def test_names_stay_apart_and_are_found_again(first: list[str], added: list[str]) -> None:
    assigned = assign(first, [])
    assert len({folded(name) for name in assigned.values()}) == len(first)
    assert all(assigned.values())
    again = assign(first[::-1], assigned.values())
    assert again == assigned
    more = assign([*first, *(name for name in added if name not in first)], assigned.values())
    assert len({folded(name) for name in more.values()}) == len(more)
