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
    assigned = assign(first, {})
    assert len({folded(name) for name in assigned.values()}) == len(first)
    assert all(assigned.values())
    again = assign(first[::-1], dict.fromkeys(assigned.values()))
    assert again == assigned
    everyone = [*first, *(name for name in added if name not in first)]
    more = assign(everyone, dict.fromkeys(assigned.values()))
    assert len({folded(name) for name in more.values()}) == len(more)


@given(st.lists(st.lists(NAME, unique=True), max_size=4))
def test_no_name_gets_what_was_made_for_another(runs: list[list[str]]) -> None:
    made: dict[str, str] = {}
    for names in runs:
        assigned = assign(names, dict(made))
        assert all(made.get(place, name) == name for name, place in assigned.items())
        made |= {place: name for name, place in assigned.items()}
        assert len(set(map(folded, made))) == len(made)
    assert len(made) == len({name for names in runs for name in names})


def test_property_of_another_case_has_a_column_of_its_own_in_later_runs(file: File) -> None:
    first = {"id": INTEGER, "name": INTEGER, "Name_2": INTEGER}
    file.load(schema("t", first), record("t", {"id": 1, "name": 2, "Name_2": 3}))
    for value in (4, 5):
        file.load(
            schema("t", {"id": INTEGER, "Name": INTEGER}), record("t", {"id": 1, "Name": value})
        )
    file.load(schema("t", {**first, "Name": INTEGER}), record("t", {"id": 2, "Name": 6, "name": 7}))
    assert list(file.types("t")) == ["id", "name", "Name_2", "Name_3"]
    assert file.query("FROM t ORDER BY id") == [(1, 2, 3, 5), (2, 7, None, 6)]


def test_stream_of_another_case_has_a_table_of_its_own_in_later_runs(file: File) -> None:
    for name in ("users", "Users_2"):
        file.load(schema(name, {"id": INTEGER}), record(name, {"id": len(name)}))
    for _ in range(2):
        file.load(schema("Users", {"id": INTEGER}), record("Users", {"id": 1}))
    assert file.query("FROM users") == [(5,)]
    assert file.query('FROM "Users_2"') == [(7,)]
    assert file.query('FROM "Users_3"') == [(1,)]


@pytest.mark.parametrize("comment", ["people wrote this", '{"target-duckdb-bulk": 5}', "[]"])
def test_comment_of_somebody_else_does_not_matter(file: File, comment: str) -> None:
    file.execute(f"CREATE TABLE t (id BIGINT, createdat BIGINT); COMMENT ON TABLE t IS '{comment}'")
    for _ in range(2):
        file.load(
            schema("t", {"id": INTEGER, "createdAt": INTEGER}),
            record("t", {"id": 1, "createdAt": 2}),
        )
    assert file.query("FROM t") == [(1, 2)]
    assert file.query("SELECT comment FROM duckdb_tables()") == [(comment,)]


def test_columns_that_another_program_made_are_found_one_after_the_other(file: File) -> None:
    file.execute("CREATE TABLE t (id BIGINT, a BIGINT, b BIGINT)")
    for name in "BA":
        file.load(
            schema("t", {"id": INTEGER, name: INTEGER}), record("t", {"id": 1, name: ord(name)})
        )
    assert file.query("FROM t") == [(1, ord("A"), ord("B"))]
