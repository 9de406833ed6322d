"""Rows made of documents: by their shape, which is fast, just as value by value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.row_reader import LARGEST_SHAPE, NAMES_KEPT, SHAPES_KEPT, RowReader
from tap_genesys_search.records.rows import record_of
from tap_genesys_search.schemas import read_schema, read_sources

STREAM = "conversation_sessions"
KEYS = ("conversation_id", "conversation_start", "participant_id", "session_id")
VALUES = ("c", "2026-01-05T00:00:00.000Z", "p", "s")
COLUMNS = tuple(read_schema(STREAM)["properties"])

scalars = st.sampled_from(
    [None, True, 0, -7, 2**63 - 1, 0.5, 3.0, 1e300, "", "x", "2026-01-05T10:00:00Z", "2026-01-05"]
)
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.just("flowId"), scalars)
names = st.sampled_from([*read_sources(STREAM).values(), "segments", "unknown", "media_count"])
documents = st.dictionaries(names.filter(lambda name: "." not in name), values, max_size=8)


def reader(columns: tuple[str, ...] = COLUMNS) -> RowReader:
    return RowReader(STREAM, KEYS, columns, ("segments", "metrics"))


def read(reader: RowReader, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    rows = reader.read([Part(VALUES, document) for document in documents])
    return [record_of(row) for row in rows]


def own(record: dict[str, Any]) -> dict[str, Any]:
    """Leave the keys out."""
    return {name: value for name, value in record.items() if name not in KEYS}


@pytest.mark.thorough
@settings(deadline=None)
@given(st.lists(documents, max_size=4))
def test_a_row_by_its_shape_is_the_row_value_by_value(page: list[dict[str, Any]]) -> None:
    known = reader()
    read(known, *page)  # learns the shapes and types
    one_by_one = [row for document in page for row in read(reader(), document)]
    assert read(known, *page) == one_by_one
    for document, record in zip(page, one_by_one, strict=True):
        check_nothing_is_lost(document, record)


def check_nothing_is_lost(document: dict[str, Any], record: dict[str, Any]) -> None:
    columns = {source: name for name, source in read_sources(STREAM).items()}
    schema = read_schema(STREAM)["properties"]
    for name, value in document.items():
        if name in {"segments", "metrics", "sessionId"}:
            continue
        if name in record.get("extra", {}):
            assert record["extra"][name] == value
            assert record.get(columns.get(name, "no column")) is None
        elif schema[columns[name]].get("format") == "date-time" and value is not None:
            assert record[columns[name]].startswith("2026-01-05T")
        else:
            assert record[columns[name]] == value


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("mediaCount", 3.0, 3),
        ("mediaCount", 3.5, None),
        ("mediaCount", True, None),
        ("mediaCount", "3", None),
        ("mediaCount", 2.0**60, None),
        ("recording", 1, None),
        ("recording", False, False),
        ("ani", 5, None),
        ("requestedRoutings", ["Standard", None], ["Standard", None]),
        ("requestedRoutings", ["Standard", 5], None),
        ("requestedRoutings", "Standard", None),
        ("eligibleAgentCounts", [1, 2.0], [1, 2]),
        ("eligibleAgentCounts", [1, "2"], None),
        ("agentGroups", [{"a": 1}], [{"a": 1}]),
        ("agentGroups", [1], None),
        ("detectedSpeechStart", "2026-01-05T10:00:00.5+01:00", "2026-01-05T09:00:00.500Z"),
        ("detectedSpeechStart", "2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
        ("detectedSpeechStart", "10 o'clock", None),
        ("detectedSpeechStart", 1767607200, "2026-01-05T10:00:00.000Z"),
        ("detectedSpeechStart", 1767607200500, "2026-01-05T10:00:00.500Z"),
        ("detectedSpeechStart", "1767607200501", "2026-01-05T10:00:00.501Z"),
        ("detectedSpeechStart", 17676072005, None),
        ("flow", "f-1", None),
    ],
)
def test_a_value_fits_its_column_or_is_kept_beside(name: str, value: Any, expected: Any) -> None:
    column = {source: column for column, source in read_sources(STREAM).items()}[name]
    known = reader()
    for _ in range(2):  # the second time the shape is known
        (record,) = read(known, {name: value})
        assert record[column] == expected
        assert type(record[column]) is type(expected)
        assert record.get("extra") == ({name: value} if expected is None else None)


def test_an_odd_timestamp_leaves_its_neighbours_as_they_are() -> None:
    good, odd = "2026-01-05T10:00:00.000Z", "2026-01-05 10:00"
    page = [{"detectedSpeechStart": each} for each in (good, odd, good)]
    assert [own(record) for record in read(reader(), *page)] == [
        {"detected_speech_start": moment} for moment in (good, good, good)
    ]


def test_an_id_within_an_object_stands_beside_it() -> None:
    known = reader()
    flows: list[Any] = [{"flowId": "f-1"}, {"flowId": 5}, {}, None, {"flowId": "f-2", "new": 1}]
    records = read(known, *({"flow": flow} for flow in flows))
    assert [record["flow_id"] for record in records] == ["f-1", None, None, None, "f-2"]
    assert [record["flow"] for record in records] == flows


def test_deselected_columns_are_neither_read_nor_kept() -> None:
    known = reader(("conversation_id", "session_id", "ani", "flow_id"))
    document = {"ani": "tel:1", "dnis": 5, "flow": {"flowId": "f"}, "unknown": 1}
    expected = {"conversation_id": "c", "session_id": "s", "ani": "tel:1", "flow_id": "f"}
    assert read(known, document) == read(known, document) == [expected]
    assert read(known, {**document, "ani": 5}) == [{**expected, "ani": None}]
    assert not known.kept


def test_what_is_remembered_is_bounded() -> None:
    known = reader()
    for number in range(SHAPES_KEPT + 10):
        read(known, {f"new{number}": number})
    read(known, {f"many{number}": number for number in range(LARGEST_SHAPE + 1)})
    assert len(known._shapes) <= SHAPES_KEPT  # noqa: SLF001 - memory shows nowhere else
    assert len(known.kept) == NAMES_KEPT
