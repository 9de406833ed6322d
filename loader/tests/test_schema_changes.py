"""Streams that are declared with other columns, types or keys than before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from target_duckdb_bulk.errors import DatabaseError, KeyTypeError, NarrowerTypeError
from tests.support import BOOLEAN, INTEGER, MOMENT, NUMBER, OBJECT, TEXT, record, schema

if TYPE_CHECKING:
    from tests.support import File

DATE = {"type": ["string", "null"], "format": "date"}
TIME = {"type": ["string", "null"], "format": "time"}
BIG = {"type": ["integer", "null"], "maximum": 2**64}


def one(property_: Any, key: int, value: Any) -> list[Any]:
    return [schema("t", {"id": INTEGER, "v": property_}), record("t", {"id": key, "v": value})]


@pytest.mark.parametrize(
    ("before", "value", "after", "other", "expected"),
    [
        (INTEGER, 5, NUMBER, 0.5, [5.0, 0.5]),
        (INTEGER, 5, TEXT, "x", ["5", "x"]),
        (INTEGER, 5, BIG, 2**64, [5, 2**64]),
        (NUMBER, 1.5, TEXT, "x", ["1.5", "x"]),
        (BOOLEAN, True, TEXT, "x", ["true", "x"]),
        (DATE, "2026-01-05", TEXT, "x", ["2026-01-05", "x"]),
        (TIME, "10:00:00", TEXT, "x", ["10:00:00", "x"]),
        (MOMENT, "2026-01-05T10:00:00+01:00", TEXT, "x", ["2026-01-05T09:00:00.000000Z", "x"]),
        (TEXT, 'a"b', OBJECT, {"a": 1}, ['"a\\"b"', '{"a":1}']),
        (INTEGER, 5, OBJECT, {}, ["5", "{}"]),
        (NUMBER, 1.5, OBJECT, {}, ["1.5", "{}"]),
        (BOOLEAN, True, OBJECT, {}, ["true", "{}"]),
        (MOMENT, "2026-01-05T10:00:00Z", OBJECT, {}, ['"2026-01-05T10:00:00.000000Z"', "{}"]),
        (DATE, "2026-01-05", OBJECT, {}, ['"2026-01-05"', "{}"]),
    ],
)
def test_wider_type_widens_the_column(
    file: File, before: Any, value: Any, after: Any, other: Any, expected: list[Any]
) -> None:
    messages = [*one(before, 1, value), *one(after, 2, other)]
    file.load(*messages)
    file.load(*messages[:2], default_target_schema="other")
    file.load(*messages[2:], default_target_schema="other")
    for name in ("main", "other"):
        assert [row[0] for row in file.query(f"SELECT v FROM {name}.t ORDER BY id")] == expected


def test_date_becomes_midnight(file: File) -> None:
    file.load(*one(DATE, 1, "2026-01-05"))
    file.load(*one(MOMENT, 2, "2026-01-05T10:00:00Z"))
    assert file.query("SELECT v - (SELECT v FROM t WHERE id = 1) = INTERVAL 10 HOUR FROM t") == [
        (False,),
        (True,),
    ]


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        (TEXT, "5", INTEGER),
        (NUMBER, 5.5, INTEGER),
        (OBJECT, {}, TEXT),
        (MOMENT, "2026-01-05T10:00:00Z", DATE),
        (TEXT, "x", MOMENT),
        (BOOLEAN, True, INTEGER),
        (INTEGER, 1, BOOLEAN),
        (INTEGER, 2**53 + 1, NUMBER),
    ],
)
def test_narrower_type_is_refused(file: File, before: Any, value: Any, after: Any) -> None:
    file.load(*one(before, 1, value))
    rows = file.query("FROM t")
    with pytest.raises(NarrowerTypeError) as raised:
        file.load(*one(after, 2, None))
    assert str(raised.value).startswith('Column "v" of stream "t" is ')
    assert "\n" not in str(raised.value)
    assert file.query("FROM t") == rows


def test_column_that_values_have_widened_stays_so(file: File) -> None:
    for key, value in ((1, 2**63), (2, 5)):
        file.load(*one(INTEGER, key, value))
    assert file.query("SELECT v FROM t ORDER BY id") == [(2**63,), (5,)]


def test_new_columns_are_added_and_old_ones_keep_their_values(file: File) -> None:
    file.load(schema("t", {"id": INTEGER, "a": TEXT}), record("t", {"id": 1, "a": "x"}))
    file.load(schema("t", {"id": INTEGER, "b": TEXT}), record("t", {"id": 1, "b": "y"}))
    assert file.query("SELECT id, a, b FROM t") == [(1, "x", "y")]


def test_property_that_a_record_leaves_out_becomes_null(file: File) -> None:
    file.load(schema("t", {"id": INTEGER, "a": TEXT}), record("t", {"id": 1, "a": "x"}))
    file.load(schema("t", {"id": INTEGER, "a": TEXT}), record("t", {"id": 1}))
    assert file.query("FROM t") == [(1, None)]


@pytest.mark.parametrize(
    ("before", "value", "after", "same"),
    [
        (MOMENT, "2026-01-05T10:00:00Z", TEXT, "2026-01-05T10:00:00Z"),
        (NUMBER, 5, {"type": ["number", "string"]}, 5),
        (TIME, "10:00:00Z", TEXT, "10:00:00Z"),
        (TEXT, "a/b", {}, "a/b"),
        (DATE, "2026-01-05", TEXT, "2026-01-05"),
    ],
)
def test_key_that_would_be_written_another_way_is_refused(
    file: File, before: Any, value: Any, after: Any, same: Any
) -> None:
    file.load(schema("t", {"id": before}))
    file.load(schema("t", {"id": before}), record("t", {"id": value}))
    rows = file.query("FROM t")
    with pytest.raises(KeyTypeError, match='Column "id" of stream "t" is a key and') as raised:
        file.load(schema("t", {"id": after}), record("t", {"id": same}))
    assert "\n" not in str(raised.value)
    assert file.query("FROM t") == rows


@pytest.mark.parametrize("after", [NUMBER, BIG, TEXT, {"type": ["integer", "string"]}])
def test_integer_key_is_found_in_a_wider_type(file: File, after: Any) -> None:
    file.load(schema("t", {"id": INTEGER}), record("t", {"id": 5}), record("t", {"id": 2**40}))
    file.load(schema("t", {"id": after}), record("t", {"id": 5}), record("t", {"id": 2**40}))
    assert file.query("SELECT count(*) FROM t") == [(2,)]


def test_key_without_records_may_change(file: File) -> None:
    file.load(schema("t", {"id": MOMENT}))
    file.load(schema("t", {"id": TEXT}), record("t", {"id": "x"}))
    assert file.query("FROM t") == [("x",)]


def test_other_key_counts_from_then_on(file: File) -> None:
    properties = {"id": INTEGER, "mail": TEXT}
    file.load(schema("t", properties), record("t", {"id": 1, "mail": "a"}))
    file.load(schema("t", properties, ["mail"]), record("t", {"id": 2, "mail": "a"}))
    assert file.query("FROM t") == [(2, "a")]


def test_key_of_two_and_nothing_else(file: File) -> None:
    messages = [schema("t", {"a": INTEGER, "b": TEXT}, ["b", "a"])]
    messages += [record("t", {"a": a, "b": b}) for a, b in ((1, "x"), (1, "y"), (1, "x"))]
    for _ in range(2):
        file.load(*messages)
    assert file.query("FROM t ORDER BY b") == [(1, "x"), (1, "y")]


def test_stream_without_records_has_a_table(file: File) -> None:
    file.load(schema("t", {"id": INTEGER}))
    assert file.types("t") == {"id": "BIGINT"}


def test_tables_of_target_duckdb_are_taken_over(file: File) -> None:
    file.execute(
        "CREATE TABLE main.t (createdat timestamp, id varchar PRIMARY KEY, n hugeint, s smallint);"
        "INSERT INTO main.t VALUES ('2026-01-05 10:00:00', 'a', 1, 1)"
    )
    properties = {"id": TEXT, "createdAt": MOMENT, "n": INTEGER, "s": INTEGER, "new": TEXT}
    file.load(
        schema("t", properties),
        *(
            record(
                "t", {"id": key, "createdAt": "2026-01-05T10:00:00+02:00", "n": 2**70, "s": 70000}
            )
            for key in "ab"
        ),
    )
    rows = file.query("SELECT id, createdat::VARCHAR, n, s, new FROM t ORDER BY id")
    assert rows == [(key, "2026-01-05 08:00:00", 2**70, 70000, None) for key in "ab"]
    assert file.types("t")["createdat"] == "TIMESTAMP"


def test_change_that_an_index_forbids_is_told_in_one_line(file: File) -> None:
    file.load(*one(INTEGER, 1, 5))
    file.execute("CREATE INDEX i ON t (v)")
    with pytest.raises(DatabaseError, match=r'table of stream "t" can\'t be made or changed: \w+'):
        file.load(*one(TEXT, 2, "x"))
    assert file.query("FROM t") == [(1, 5)]


def test_view_in_the_place_of_a_table_is_told_in_one_line(file: File) -> None:
    file.execute("CREATE VIEW t AS SELECT 1 AS id")
    with pytest.raises(DatabaseError) as raised:
        file.load(*one(INTEGER, 1, 5))
    assert "\n" not in str(raised.value)


def test_views_of_a_table_stay(file: File) -> None:
    file.load(*one(INTEGER, 1, 5))
    file.execute("CREATE VIEW w AS SELECT id, v FROM t")
    file.load(*one(TEXT, 2, "x"))
    assert file.query("SELECT count(*) FROM w") == [(2,)]
