from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tap_genesys_search.records.interactions import Normaliser, interactions_schema
from tap_genesys_search.records.rows import record_of, rows_of
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.settings.projection import DEFAULT_FIELDS, project
from tap_genesys_search.windows.window import Window
from tests.support.normalised import normalise_one

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
DAY = timedelta(days=1)
COMPLETE: dict[str, Any] = {
    "id": "c-1",
    "type": "email",
    "timestamp": "2026-01-05T09:12:33.127Z",
    "media": {"type": "chat"},
    "customer": {"name": "Ada Lovelace"},
    "relevanceScore": 0.75,
    "metadata": {"language": "en", "tags": ["vip"]},
}


def normaliser(*extra_fields: str, start: datetime = START) -> Normaliser:
    return Normaliser(
        project([*DEFAULT_FIELDS, *extra_fields]),
        InteractionSearch.read_column,
        Window(start, start + DAY),
        "search-1",
    )


def normalised(changes: dict[str, Any], *extra_fields: str) -> dict[str, Any]:
    return normalise_one(normaliser(*extra_fields), COMPLETE | changes)


def without(*attributes: str) -> dict[str, Any]:
    return {name: value for name, value in COMPLETE.items() if name not in attributes}


def test_complete_record_keeps_its_values_under_snake_case_columns() -> None:
    subject = normaliser()

    assert normalise_one(subject, COMPLETE) == {
        "id": "c-1",
        "type": "email",
        "timestamp": "2026-01-05T09:12:33.127Z",
        "media_type": "chat",
        "customer_name": "Ada Lovelace",
        "relevance_score": 0.75,
        "metadata": {"language": "en", "tags": ["vip"]},
        "search_id": "search-1",
    }
    assert subject.defaults_applied == {}
    assert subject.missing_fields == set()


def test_empty_record_gets_every_default() -> None:
    subject = normaliser()

    record = normalise_one(subject, {})

    assert record.pop("id").startswith("surrogate-")
    assert record == {
        "type": "conversation",
        "timestamp": "2026-01-05T00:00:00.000Z",
        "media_type": "voice",
        "customer_name": "anonymous",
        "relevance_score": 0.0,
        "metadata": {},
        "search_id": "search-1",
    }


@pytest.mark.parametrize(
    "changes",
    [
        dict.fromkeys(COMPLETE),
        {"media": {"type": None}, "customer": {"name": None}},
        {"media": {}, "customer": {}},
        {"media": None, "customer": None},
        {"media": "voice", "customer": ["Ada"]},
    ],
)
def test_null_and_absent_text_get_the_same_defaults(changes: dict[str, Any]) -> None:
    record = normalised({"type": None} | changes)

    assert record["type"] == "conversation"
    assert record["media_type"] == "voice"
    assert record["customer_name"] == "anonymous"


def test_each_default_is_counted_under_its_column() -> None:
    subject = normaliser()
    for record in (COMPLETE, {}, COMPLETE | {"type": None}, without("metadata", "id")):
        normalise_one(subject, record)

    assert subject.defaults_applied == {
        "id": 2,
        "type": 2,
        "timestamp": 1,
        "media_type": 1,
        "customer_name": 1,
        "relevance_score": 1,
        "metadata": 2,
    }


def test_fields_asked_for_and_absent_are_missing_but_null_ones_are_not() -> None:
    subject = normaliser("queue.name", "language")
    normalise_one(subject, without("customer") | {"media": None, "language": None, "queue": {}})

    assert subject.missing_fields == {"customer.name", "queue.name"}


def test_metadata_is_not_missing_where_it_was_not_asked_for() -> None:
    subject = normaliser()
    normalise_one(subject, without("metadata"))

    assert subject.missing_fields == set()


def test_column_of_a_field_that_was_not_asked_for_is_filled_where_it_comes_all_the_same() -> None:
    subject = Normaliser(
        project(["direction"]), InteractionSearch.read_column, Window(START, START + DAY), "s"
    )

    record = normalise_one(subject, COMPLETE | {"direction": "inbound"})

    assert record["id"] == "c-1"
    assert record["media_type"] == "chat"
    assert record["direction"] == "inbound"


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (0, 0.0),
        (1, 1.0),
        (0.123_456_7, 0.1235),
        (0.999_99, 1.0),
        (0.000_04, 0.0),
        (-0.5, 0.0),
        (17.3, 1.0),
        (1e308, 1.0),
        (math.inf, 1.0),
        (-math.inf, 0.0),
        pytest.param(10**400, 1.0, id="too large for a float"),
        pytest.param(-(10**400), 0.0, id="too small for a float"),
        ("0.62", 0.62),
        (" 4 ", 1.0),
    ],
)
def test_score_is_clamped_and_rounded(score: object, expected: float) -> None:
    subject = normaliser()

    assert (
        normalise_one(subject, COMPLETE | {"relevanceScore": score})["relevance_score"] == expected
    )
    assert subject.defaults_applied == {}


@pytest.mark.parametrize("score", [None, True, False, "", "high", "NaN", [0.5], {"value": 0.5}])
def test_score_that_is_no_number_is_zero_and_counted(score: object) -> None:
    subject = normaliser()

    assert normalise_one(subject, COMPLETE | {"relevanceScore": score})["relevance_score"] == 0.0
    assert subject.defaults_applied == {"relevance_score": 1}


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("2026-01-05T09:12:33Z", "2026-01-05T09:12:33Z"),
        ("2026-01-05T10:12:33.127+01:00", "2026-01-05T09:12:33.127Z"),
        ("2026-01-05T09:12:33", "2026-01-05T09:12:33.000Z"),
        ("2026-01-05", "2026-01-05T00:00:00.000Z"),
        (1_767_604_353_127, "2026-01-05T09:12:33.127Z"),
        (1_767_604_353, "2026-01-05T09:12:33.000Z"),
        (1_767_604_353.127, "2026-01-05T09:12:33.127Z"),
        ("1767604353128", "2026-01-05T09:12:33.128Z"),
        (" 1767604353 ", "2026-01-05T09:12:33.000Z"),
    ],
)
def test_timestamp_is_written_in_utc(timestamp: object, expected: str) -> None:
    subject = normaliser()

    assert normalise_one(subject, COMPLETE | {"timestamp": timestamp})["timestamp"] == expected
    assert subject.defaults_applied == {}


def test_space_around_a_timestamp_is_left_out() -> None:
    written = normalised({"timestamp": " 2026-01-05T09:12:33.127Z "})["timestamp"]
    leading = normalised({"timestamp": " 2026-01-05T09:12:33.127Z"})["timestamp"]

    assert written == leading == "2026-01-05T09:12:33.127Z"


@pytest.mark.parametrize(
    "timestamp",
    [None, "", "yesterday", 20_260_105, 17_676_043_531, True, ["2026-01-05"], "2026-02-30"],
)
def test_timestamp_that_is_none_becomes_the_start_of_the_window(timestamp: object) -> None:
    subject = normaliser()
    record = normalise_one(subject, COMPLETE | {"timestamp": timestamp})

    assert record["timestamp"] == "2026-01-05T00:00:00.000Z"
    assert subject.defaults_applied == {"timestamp": 1}


def test_timestamp_that_cannot_be_read_stays_in_the_metadata() -> None:
    good = COMPLETE | {"id": "c-2"}
    page = [COMPLETE | {"timestamp": "yesterday"}, good, COMPLETE | {"timestamp": None}]

    metadata = normaliser().normalise(page)["metadata"]

    assert metadata == [
        {**COMPLETE["metadata"], "timestamp": "yesterday"},
        *[COMPLETE["metadata"]] * 2,
    ]
    assert page[0]["metadata"] is COMPLETE["metadata"]
    assert "timestamp" not in COMPLETE["metadata"]


def test_timestamp_that_cannot_be_read_takes_no_place_of_the_metadata() -> None:
    record = normalised({"timestamp": "yesterday", "metadata": {"timestamp": "of its own"}})

    assert record["metadata"] == {"timestamp": "of its own", "timestamp_": "yesterday"}


@pytest.mark.parametrize(
    ("given", "expected"), [("c-1", "c-1"), (42, "42"), (0, "0"), (1.5, "1.5"), (["a"], '["a"]')]
)
def test_id_is_text_whatever_its_type(given: object, expected: str) -> None:
    assert normalised({"id": given})["id"] == expected


@pytest.mark.parametrize("record", [without("id"), COMPLETE | {"id": None}, COMPLETE | {"id": ""}])
def test_missing_id_becomes_the_same_surrogate_in_every_reading(record: dict[str, Any]) -> None:
    first = normalise_one(normaliser(), record)["id"]
    second = normalise_one(normaliser(), dict(reversed(record.items())))["id"]

    assert first == second
    assert first.startswith("surrogate-")


def test_surrogate_is_told_by_every_attribute_of_the_record() -> None:
    subject = normaliser()
    changes: list[dict[str, Any]] = [
        {},
        {"type": "call"},
        {"timestamp": "2026-01-05T09:12:33.128Z"},
        {"media": {"type": "voice"}},
        {"customer": {"name": "Grace Hopper"}},
        {"relevanceScore": 0.750_000_1},
        {"metadata": {}},
        {"unasked": 1},
    ]

    ids = {normalise_one(subject, without("id") | change)["id"] for change in changes}

    assert len(ids) == len(changes)


def test_equal_records_without_id_do_not_collapse_and_find_their_surrogates_again() -> None:
    subject = normaliser()
    first_reading = [normalise_one(subject, without("id"))["id"] for _ in range(3)]
    subject = normaliser()
    second_reading = [normalise_one(subject, without("id"))["id"] for _ in range(3)]

    first = first_reading[0]
    # A warehouse has rows by these ids: other numbers would be further rows.
    assert first_reading == [first, f"{first}-1", f"{first}-2"]
    assert second_reading == first_reading


def test_records_of_a_page_are_read_as_each_alone() -> None:
    odd: list[dict[str, Any]] = [
        {},
        {"metadata": None, "relevanceScore": None, "customer": None},
        {"metadata": ["a"], "relevanceScore": "0.5", "type": 7},
        {"metadata": {"a": 1}, "relevanceScore": 1, "timestamp": "2026-01-05T10:00:00+01:00"},
        {"timestamp": 7, "media": {"type": None}},
    ]
    page = [COMPLETE, *({**COMPLETE, "id": f"c-{place}", **one} for place, one in enumerate(odd))]
    together = [record_of(row) for row in rows_of(normaliser("x.y").normalise(page))]
    assert together == [normalise_one(normaliser("x.y"), one) for one in page]


def test_equal_records_without_id_and_timestamp_in_two_windows_do_not_collapse() -> None:
    record = without("id", "timestamp")

    assert (
        normalise_one(normaliser(), record)["id"]
        != normalise_one(normaliser(start=START + DAY), record)["id"]
    )


@pytest.mark.parametrize("metadata", [["vip"], "vip", 7, True, 0, "", []])
def test_metadata_that_is_no_object_is_kept_in_one(metadata: object) -> None:
    subject = normaliser()

    assert normalise_one(subject, COMPLETE | {"metadata": metadata})["metadata"] == {
        "value": metadata
    }
    assert subject.defaults_applied == {}


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        ({"type": 5}, "type", "5"),
        ({"type": ""}, "type", ""),
        ({"media": {"type": ["voice", "chat"]}}, "media_type", '["voice","chat"]'),
        ({"customer": {"name": {"first": "Zoë"}}}, "customer_name", '{"first":"Zoë"}'),
        ({"customer": {"name": False}}, "customer_name", "false"),
    ],
)
def test_text_column_holds_other_types_as_json(
    changes: dict[str, Any], column: str, expected: str
) -> None:
    assert normalised(changes)[column] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("Support", "Support"),
        ("", ""),
        (0, "0"),
        (12_500, "12500"),
        (True, "true"),
        ({"b": [1]}, '{"b":[1]}'),
    ],
)
def test_extra_field_becomes_a_text_column(value: object, expected: str | None) -> None:
    assert normalised({"queue": {"name": value}}, "queue.name")["queue_name"] == expected


def test_extra_field_is_a_column_of_the_schema_that_may_be_null() -> None:
    schema = interactions_schema(project([*DEFAULT_FIELDS, "queue.name"]))
    assert schema["properties"]["queue_name"] == {
        "type": ["string", "null"],
        "description": "Field `queue.name` of the platform.",
    }


def test_extra_column_of_an_absent_field_is_null() -> None:
    assert normalised({}, "queue.name")["queue_name"] is None


def test_flat_dotted_keys_read_like_nested_ones() -> None:
    flat = without("media", "customer") | {
        "media.type": "chat",
        "customer.name": "Ada Lovelace",
        "queue.name": "Support",
    }
    nested = COMPLETE | {"queue": {"name": "Support"}}

    assert normalise_one(normaliser("queue.name"), flat) == normalise_one(
        normaliser("queue.name"), nested
    )


def test_half_a_surrogate_pair_in_a_string_harms_neither_id_nor_output() -> None:
    broken = "caf\ud83d"
    record = normalised(
        {"id": None, "customer": {"name": broken}, "metadata": {broken: [broken]}, "x": broken}, "x"
    )

    assert record["id"].startswith("surrogate-")
    assert record["customer_name"] == broken
    assert json.loads(json.dumps(record).encode()) == record


def test_record_itself_is_left_as_it_came() -> None:
    came = json.dumps(COMPLETE)
    record = json.loads(came)

    normalise_one(normaliser("queue.name"), record)

    assert json.dumps(record) == came
