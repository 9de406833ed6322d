"""Single values: ids made of contents, fields by their dotted names, types of columns."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.platform.http.responses import LONGEST_ID
from tap_genesys_search.records.column_types import MISFIT, Column
from tap_genesys_search.records.conversations.fields import read_conversation_field
from tap_genesys_search.records.fields import ABSENT, read_dotted, read_dotted_column
from tap_genesys_search.records.ids import check_ids, digest_of, surrogate_of
from tap_genesys_search.records.row_reader import NAMES_SHOWN, warn_of_kept
from tap_genesys_search.records.unread_times import UnreadTimes


def test_surrogates_are_those_of_earlier_versions() -> None:
    # A warehouse has rows by these ids: other ids would be further rows.
    assert surrogate_of({"b": [1, None], "a": "ü"}) == "surrogate-9d57496cc00f5bc8e497bb536b5910e6"
    assert digest_of("a") == "ca978112ca1bbdcafac231b39a23dc4d"


def test_id_that_is_longer_than_any_should_be_is_refused() -> None:
    check_ids(["x" * LONGEST_ID])
    check_ids([])
    with pytest.raises(SearchFailedError) as refused:
        check_ids(["x", "x" * (LONGEST_ID + 1)])
    assert str(refused.value) == (
        f"The platform answered an id of {LONGEST_ID + 1:,} characters, and no more than "
        f"{LONGEST_ID:,} are read. Leave it out with filters, and report it to Genesys support"
    )


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        ({"queue": {"name": "Sales"}}, "queue.name", "Sales"),
        ({"queue.name": "flat", "queue": {"name": "nested"}}, "queue.name", "flat"),
        ({"queue": {"name": None}}, "queue.name", None),
        ({"queue": None}, "queue.name", None),
        ({"queue": {}}, "queue.name", ABSENT),
        ({"queue": "Sales"}, "queue.name", ABSENT),
        ({}, "queue.name", ABSENT),
        ({"id": None}, "id", None),
        ({}, "id", ABSENT),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a": {"b.c": 1}}, "a.b.c", 1),
        ({"a": {"b": None}}, "a.b.c", None),
    ],
)
def test_field_of_one_record_is_that_of_a_column(
    record: dict[str, Any], field: str, value: object
) -> None:
    # `b.c` within an object is a flat key of the column's reader alone.
    assert read_dotted_column([record, {}], field) == [value, ABSENT]
    if record != {"a": {"b.c": 1}}:
        assert read_dotted(record, field) == value


def test_conversation_is_of_the_type_conversation() -> None:
    assert read_conversation_field({"type": "other"}, "type") == "conversation"


@pytest.mark.parametrize(
    ("kind", "value", "fitted"),
    [
        ("string", "x", "x"),
        ("string", 7, MISFIT),
        ("date-time", "2026-01-05T11:00:00+01:00", "2026-01-05T10:00:00.000Z"),
        ("date-time", "soon", MISFIT),
        ("date-time", 7, MISFIT),
        ("boolean", False, False),
        ("boolean", 0, MISFIT),
        ("integer", 7, 7),
        ("integer", 7.0, 7),
        ("integer", -7.0, -7),
        ("integer", 2.0**53 - 1, 2**53 - 1),
        # From here on a float does not say which integer was meant.
        ("integer", 2.0**53, MISFIT),
        ("integer", -(2.0**53), MISFIT),
        ("integer", 7.5, MISFIT),
        ("integer", True, MISFIT),
        ("integer", "7", MISFIT),
        ("number", 7, 7),
        ("number", 7.5, 7.5),
        ("number", True, MISFIT),
        ("number", "7", MISFIT),
        ("object", {"a": 1}, {"a": 1}),
        ("object", 7, MISFIT),
    ],
)
def test_value_fits_its_column_or_does_not(kind: str, value: object, fitted: object) -> None:
    column = Column("c", kind, is_array=False)
    found = column.fit(value)
    assert found == fitted
    assert type(found) is type(fitted)
    assert column.fit(None) is None

    array = Column("c", kind, is_array=True)
    assert array.fit([None, value]) == (MISFIT if fitted is MISFIT else [None, fitted])
    assert array.fit(None) is None
    assert array.fit(value) is MISFIT


def test_times_that_can_not_be_read_are_said_once_for_each_column(
    caplog: pytest.LogCaptureFixture,
) -> None:
    times = UnreadTimes("conversations", "extra")
    for column in ("start", "end", "start"):
        times.note(column)
    assert caplog.messages == [
        f"Stream conversations: column {column} has times that can't be read. They are kept in "
        "extra as they came"
        for column in ("start", "end")
    ]


def test_what_is_kept_in_extra_is_said_by_names_alone(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("tap-genesys-search.tables")
    warn_of_kept(logger, {"conversations": [], "conversation_sessions": []})
    assert caplog.messages == []
    names = [f"new{number}" for number in range(NAMES_SHOWN + 1)]
    warn_of_kept(logger, {"conversations": names, "none": [], "conversation_sessions": ["other"]})
    assert caplog.messages == [
        (
            "Kept in the column extra, because no column has the name, the value is of another "
            f"type, or another part has the id: conversations {', '.join(names[:-1])}, and 1 more; "
            "conversation_sessions other"
        )
    ]
