"""What becomes of values and types."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from target_duckdb_bulk.errors import KeyTypeError, RecordError, SchemaError
from tests.support import (
    BOOLEAN,
    INTEGER,
    MOMENT,
    NUMBER,
    OBJECT,
    TEXT,
    record,
    schema,
)

if TYPE_CHECKING:
    from tests.support import File

MAX = 2**63 - 1


def stored(file: File, property_: Any, value: Any, **more: Any) -> tuple[str, Any]:
    """Load one value and return the type of its column and what is in it."""
    file.load(
        schema("t", {"id": INTEGER, "v": property_}, **more), record("t", {"id": 1, "v": value})
    )
    return file.types("t")["v"], file.query("SELECT v FROM t")[0][0]


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("property_", "value", "type_", "expected"),
    [
        (TEXT, "", "VARCHAR", ""),
        (TEXT, "null", "VARCHAR", "null"),
        (TEXT, "a\x00b", "VARCHAR", "a\x00b"),
        (TEXT, "\U0001f600 \\ \" ' \n\t", "VARCHAR", "\U0001f600 \\ \" ' \n\t"),
        (TEXT, 'x","record":{"id":7},"y":"', "VARCHAR", 'x","record":{"id":7},"y":"'),
        (TEXT, {"a": [1]}, "VARCHAR", '{"a":[1]}'),
        (INTEGER, 0, "BIGINT", 0),
        (INTEGER, 2**53, "BIGINT", 2**53),
        (INTEGER, 2**53 + 1, "BIGINT", 2**53 + 1),
        (INTEGER, MAX, "BIGINT", MAX),
        (INTEGER, -(2**63), "BIGINT", -(2**63)),
        (INTEGER, 3.0, "BIGINT", 3),
        (INTEGER, MAX + 1, "DECIMAL(38,0)", Decimal(MAX + 1)),
        (INTEGER, -(10**37), "DECIMAL(38,0)", Decimal(-(10**37))),
        ({"type": "integer", "maximum": 2**64}, 5, "DECIMAL(38,0)", Decimal(5)),
        (NUMBER, 0.1, "DOUBLE", 0.1),
        (NUMBER, 1e300, "DOUBLE", 1e300),
        (NUMBER, 5, "DOUBLE", 5.0),
        (NUMBER, 2**60, "DOUBLE", 2.0**60),
        (NUMBER, 10**22, "DOUBLE", 1e22),
        ({"type": ["integer", "number"]}, 2.5, "DOUBLE", 2.5),
        (BOOLEAN, False, "BOOLEAN", False),
        (BOOLEAN, 1, "BOOLEAN", True),
        (OBJECT, {}, "JSON", "{}"),
        (OBJECT, {"a": {"b": [1, None, "é"]}}, "JSON", '{"a":{"b":[1,null,"é"]}}'),
        ({"type": "array"}, [], "JSON", "[]"),
        ({"type": ["array", "string"]}, "x", "JSON", '"x"'),
        ({}, 12345678901234567890123, "JSON", "12345678901234567890123"),
        (MOMENT, "2026-01-05T10:00:00Z", "TIMESTAMP WITH TIME ZONE", moment(2026, 1, 5, 10)),
        (MOMENT, "2026-01-05T10:00:00+02:00", "TIMESTAMP WITH TIME ZONE", moment(2026, 1, 5, 8)),
        (
            MOMENT,
            "2026-01-05T10:00:00-0330",
            "TIMESTAMP WITH TIME ZONE",
            moment(2026, 1, 5, 13, 30),
        ),
        (MOMENT, "2026-01-05T10:00:00", "TIMESTAMP WITH TIME ZONE", moment(2026, 1, 5, 10)),
        (
            MOMENT,
            "2026-01-05T10:00:00.123456Z",
            "TIMESTAMP WITH TIME ZONE",
            moment(2026, 1, 5, 10, 0, 0, 123456),
        ),
        ({"type": "string", "format": "date"}, "2026-02-28", "DATE", date(2026, 2, 28)),
        ({"type": "string", "format": "date"}, "2026-02-28T00:00:00Z", "DATE", date(2026, 2, 28)),
        ({"type": "string", "format": "time"}, "10:30:00.5", "TIME", time(10, 30, 0, 500000)),
        ({"type": "string", "format": "time"}, "10:30:00+02:00", "TIME", time(8, 30)),
        ({"type": ["string", "integer"]}, 5, "VARCHAR", "5"),
        ({"anyOf": [MOMENT, {"type": "null"}]}, None, "TIMESTAMP WITH TIME ZONE", None),
        ({"anyOf": [MOMENT, TEXT]}, "soon", "VARCHAR", "soon"),
        ({"oneOf": [{"type": "null"}, INTEGER]}, 4, "BIGINT", 4),
        ({"allOf": [{"description": "x"}, NUMBER]}, 4, "DOUBLE", 4.0),
        ({"enum": ["a", "b", None]}, "a", "VARCHAR", "a"),
        ({"const": 3}, 3, "BIGINT", 3),
    ],
)
def test_value_has_a_column_that_holds_it(
    file: File, property_: Any, value: Any, type_: str, expected: Any
) -> None:
    assert stored(file, property_, value) == (type_, expected)


def test_references_lead_to_types(file: File) -> None:
    definitions = {"level": {"$ref": "#/$defs/a~1b"}, "a/b": {"type": ["integer", "null"]}}
    assert stored(file, {"$ref": "#/$defs/level"}, 7, **{"$defs": definitions}) == ("BIGINT", 7)


@pytest.mark.parametrize(
    ("property_", "type_"),
    [
        ({"anyOf": 5}, "JSON"),
        ({"anyOf": []}, "JSON"),
        ({"oneOf": {"type": "string"}}, "JSON"),
        ({"allOf": 5}, "JSON"),
        ({"enum": 5}, "JSON"),
        ({"enum": {}}, "JSON"),
        ({"type": 5}, "JSON"),
        ({"$ref": 5}, "JSON"),
        (True, "JSON"),
        ({"type": "string", "format": ["date"]}, "VARCHAR"),
        ({"type": "string", "format": {}}, "VARCHAR"),
        ({"type": "string", "format": None}, "VARCHAR"),
        ({"type": "integer", "minimum": "0"}, "BIGINT"),
    ],
)
def test_part_of_a_schema_that_says_nothing_is_ignored(
    file: File, property_: Any, type_: str
) -> None:
    assert stored(file, property_, None) == (type_, None)


def test_circle_of_references_holds_anything(file: File) -> None:
    definitions = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
    property_ = {"$ref": "#/definitions/a"}
    assert stored(file, property_, [1], definitions=definitions) == ("JSON", "[1]")


def test_reference_that_leads_nowhere_holds_anything(file: File) -> None:
    assert stored(file, {"$ref": "https://example.org/x"}, "a") == ("JSON", '"a"')


def test_absent_and_null_are_null(file: File) -> None:
    properties = {"id": INTEGER, "a": TEXT, "b": OBJECT, "c": INTEGER, "d": MOMENT, "e": BOOLEAN}
    file.load(
        schema("t", properties),
        record("t", {"id": 1}),
        record("t", {"id": 2, **dict.fromkeys("abcde")}),
    )
    assert file.query("SELECT a, b, c, d, e FROM t") == [(None,) * 5] * 2


def test_always_null_has_no_column_until_it_has_a_type(file: File) -> None:
    file.load(schema("t", {"id": INTEGER, "a": {"type": "null"}}), record("t", {"id": 1}))
    assert file.types("t") == {"id": "BIGINT"}
    file.load(schema("t", {"id": INTEGER, "a": INTEGER}), record("t", {"id": 2, "a": 5}))
    assert file.query("FROM t ORDER BY id") == [(1, None), (2, 5)]


def test_undeclared_property_is_left_out(file: File) -> None:
    file.load(schema("t", {"id": INTEGER}), record("t", {"id": 1, "secret": "x"}))
    assert file.query("FROM t") == [(1,)]


def test_moments_are_utc_wherever_the_machine_is(
    file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert stored(file, MOMENT, "2026-07-01T00:00:00")[1] == moment(2026, 7, 1)


def test_long_integers_stay_exact_beside_short_ones(file: File) -> None:
    values = [1, MAX, 2**53 + 1, MAX + 1, None, 10**37 + 7]
    file.load(
        schema("t", {"id": INTEGER, "v": INTEGER}),
        *(record("t", {"id": i, "v": v}) for i, v in enumerate(values)),
    )
    assert [row[0] for row in file.query("SELECT v FROM t ORDER BY id")] == values


def test_long_keys_tell_records_apart(file: File) -> None:
    keys = [2**53, 2**53 + 1, 2**53 + 2, 2**53 + 1]
    messages = [record("t", {"id": key, "v": place}) for place, key in enumerate(keys)]
    for _ in range(2):
        file.load(schema("t", {"id": INTEGER, "v": INTEGER}), *messages)
    assert file.query("FROM t ORDER BY id") == [(2**53, 0), (2**53 + 1, 3), (2**53 + 2, 2)]


def test_number_that_double_does_not_tell_from_others_is_no_key(file: File) -> None:
    declared = schema("t", {"id": NUMBER, "v": NUMBER})
    rows: list[dict[str, Any]] = [{"id": 2**53 - 1, "v": 2**60}, {"id": 0.5}]
    file.load(declared, *(record("t", row) for row in rows))
    for key in (2**53, 2**53 + 1, -(2**53) - 1, 1e300):
        with pytest.raises(
            KeyTypeError, match='Key "id" of stream "t" is a number, and 1'
        ) as raised:
            file.load(declared, record("t", {"id": key}))
        assert "\n" not in str(raised.value)
    assert file.query("SELECT id FROM t ORDER BY id") == [(0.5,), (2**53 - 1,)]


def test_moments_as_keys(file: File) -> None:
    first, same = "2026-01-05T10:00:00+01:00", "2026-01-05T09:00:00Z"
    messages = [record("t", {"at": at, "v": at}) for at in (first, same)]
    file.load(schema("t", {"at": MOMENT, "v": TEXT}, ["at"]), *messages)
    assert file.query("SELECT v FROM t") == [(same,)]


def test_times_as_keys(file: File) -> None:
    messages = [record("t", {"at": at, "v": at}) for at in ("10:00:00+01:00", "09:00:00Z")]
    file.load(
        schema("t", {"at": {"type": "string", "format": "time"}, "v": TEXT}, ["at"]), *messages
    )
    assert file.query("FROM t") == [(time(9), "09:00:00Z")]


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        (INTEGER, "private"),
        (INTEGER, 1.5),
        (INTEGER, ""),
        (INTEGER, {}),
        (INTEGER, 10**39),
        ({"type": "integer", "maximum": 2**64}, 1.5),
        (NUMBER, "private"),
        (BOOLEAN, "private"),
        (BOOLEAN, 5),
        (BOOLEAN, {}),
        (MOMENT, "private"),
        (MOMENT, ""),
        (MOMENT, "2026-02-30T00:00:00Z"),
        ({"type": "string", "format": "date"}, "private"),
        ({"type": "string", "format": "date"}, "2026-02-28T10:00:00Z"),
        ({"type": "string", "format": "time"}, "private"),
        ({"type": "string", "format": "time"}, "24:00:00"),
        ({"type": "string", "format": "date"}, "infinity"),
        (MOMENT, "-infinity"),
        (NUMBER, float("inf")),
        (NUMBER, True),
        (NUMBER, False),
        (NUMBER, 2**53 + 1),
        (NUMBER, -(10**25) - 1),
        (NUMBER, 10**40),
        (INTEGER, True),
        (INTEGER, float("nan")),
        (INTEGER, 2**53 + 2.0),
        (INTEGER, "12345678901234567.89"),
        ({"type": "integer", "maximum": 2**64}, False),
        ({"type": "integer", "maximum": 2**64}, 1e22),
        (MOMENT, 1767571200),
        (MOMENT, 1767571200.5),
        ({"type": "string", "format": "date"}, 1767571200),
        ({"type": "string", "format": "date"}, 20260105),
        ({"type": "string", "format": "time"}, 36000),
        ({"type": "string", "format": "time"}, "2026-02-28"),
        ({"type": "string", "format": "time"}, "2026-02-28T10:00:00Z"),
        ({"type": "string", "format": "time"}, "epoch"),
        (BOOLEAN, "yes"),
        (BOOLEAN, 2),
    ],
)
def test_value_of_another_type_is_refused_without_being_told(
    file: File, property_: Any, value: Any
) -> None:
    file.load(schema("t", {"id": INTEGER, "v": property_}), record("t", {"id": 1}))
    with pytest.raises(RecordError) as raised:
        stored(file, property_, value)
    message = str(raised.value)
    assert '"v" of stream "t"' in message
    assert "private" not in message
    assert "\n" not in message
    assert file.query("SELECT id, v FROM t") == [(1, None)]


@pytest.mark.parametrize("others", [{}, {"flag": True}])
def test_number_that_is_none_stays_so(file: File, others: dict[str, Any]) -> None:
    values = {"id": 1, "v": float("nan"), **others}
    file.load(schema("t", {"id": INTEGER, "v": NUMBER, "flag": BOOLEAN}), record("t", values))
    assert file.query("SELECT isnan(v) FROM t") == [(True,)]


@pytest.mark.parametrize("name", ["v", "é", 'a"b', "a\\b", "is_true"])
@pytest.mark.parametrize("between", ["", "  "])
def test_boolean_is_no_number_whatever_its_name(file: File, name: str, between: str) -> None:
    line = (
        '{"type":"RECORD","stream":"t","record":{"id":1,"list":[true],"text":"true",%s%s:%strue}}'
    )
    declared = schema("t", {"id": INTEGER, name: INTEGER, "list": {}, "text": TEXT})
    with pytest.raises(RecordError, match="is BIGINT"):
        file.load(declared, line % (json.dumps(name), between, between))
    file.load(declared, record("t", {"id": 1, "list": [True], "text": "true", name: 2**53 - 1}))
    assert file.query("SELECT list, text FROM t") == [("[true]", "true")]


def test_fraction_beyond_double_is_no_integer(file: File) -> None:
    line = '{"type":"RECORD","stream":"t","record":{"id":1,"v":9007199254740993.5}}'
    with pytest.raises(RecordError, match='"v" of stream "t" is BIGINT'):
        file.load(schema("t", {"id": INTEGER, "v": INTEGER}), line)


def test_number_that_double_cannot_hold_is_refused(file: File) -> None:
    line = '{"type":"RECORD","stream":"t","record":{"id":1,"v":-1e400}}'
    with pytest.raises(RecordError, match='"v" of stream "t" is DOUBLE'):
        file.load(schema("t", {"id": INTEGER, "v": NUMBER}), line)


def test_half_a_surrogate_pair_does_not_stop_the_load(file: File) -> None:
    line = '{"type":"RECORD","stream":"t","record":{"id":%d,"v":"%s"}}'
    file.load(schema("t", {"id": INTEGER, "v": TEXT}), line % (1, "a\\ud800b"), line % (2, "ü"))
    assert file.query("FROM t ORDER BY id") == [(1, "a?b"), (2, "ü")]


def test_last_of_two_equal_names_counts(file: File) -> None:
    line = '{"type":"RECORD","stream":"t","record":{"id":1,"v":1,"v":2}}'
    file.load(schema("t", {"id": INTEGER, "v": INTEGER}), line)
    assert file.query("FROM t") == [(1, 2)]


def test_record_longer_than_a_buffer(file: File) -> None:
    text = "x" * 40_000_000
    file.load(schema("t", {"id": INTEGER, "v": TEXT}), record("t", {"id": 1, "v": text}))
    assert file.query("SELECT length(v) FROM t") == [(len(text),)]


@pytest.mark.parametrize("document", [{"type": "object"}, {"properties": {}}, [], None, 5])
def test_schema_without_columns_is_refused(file: File, document: Any) -> None:
    message = {"type": "SCHEMA", "stream": "t", "schema": document, "key_properties": []}
    with pytest.raises(SchemaError, match="correct the tap"):
        file.load(json.dumps(message))


def test_key_without_column_is_refused(file: File) -> None:
    with pytest.raises(SchemaError, match='lacks its key property "other"'):
        file.load(schema("t", {"id": INTEGER}, ["other"]))


def test_moments_far_away(file: File) -> None:
    ends = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
    file.load(
        schema("t", {"id": INTEGER, "v": MOMENT}),
        *(record("t", {"id": i, "v": v}) for i, v in enumerate(ends)),
    )
    (first,), (last,) = file.query("SELECT epoch_us(v) FROM t ORDER BY id")
    span = moment(9999, 12, 31, 23, 59, 59, 999999) - moment(1, 1, 1)
    assert timedelta(microseconds=last - first) == span
