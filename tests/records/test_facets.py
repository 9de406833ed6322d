from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest

from tap_genesys_search.records.facets import facet_records
from tap_genesys_search.windows.window import Window

WINDOW = Window(
    datetime(2026, 1, 5, tzinfo=timezone.utc), datetime(2026, 1, 6, 12, tzinfo=timezone.utc)
)


def records(facets: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return list(facet_records(facets, WINDOW, "search-1"))


def record_of(bucket: object) -> dict[str, Any]:
    (record,) = records({"media.type": [bucket]})
    return record


def test_bucket_becomes_a_record() -> None:
    assert records({"media.type": [{"key": "voice", "count": 12}]}) == [
        {
            "search_id": "search-1",
            "window_start": "2026-01-05T00:00:00.000Z",
            "window_end": "2026-01-06T12:00:00.000Z",
            "facet": "media.type",
            "bucket_key": "voice",
            "bucket_count": 12,
            "position": 0,
            "bucket": {"key": "voice", "count": 12},
        }
    ]


def test_buckets_keep_facet_and_position() -> None:
    found = records(
        {
            "media.type": [{"key": "voice", "count": 3}, {"key": "chat", "count": 1}],
            "queue.name": [{"key": "Support", "count": 4}],
        }
    )

    assert [(one["facet"], one["position"], one["bucket_key"]) for one in found] == [
        ("media.type", 0, "voice"),
        ("media.type", 1, "chat"),
        ("queue.name", 0, "Support"),
    ]


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        (["", '""'], ['""', '"" (2)']),
        (['""', ""], ['"" (2)', '""']),
        ([1, "1"], ["1 (2)", "1"]),
        (["1", 1], ["1", "1 (2)"]),
        (["a", "a", "a"], ["a", "a (2)", "a (3)"]),
        (["a (2)", "a", "a"], ["a (2)", "a", "a (3)"]),
        ([True, "true", None], ["true (2)", "true", '{"key":null}']),
    ],
    ids=str,
)
def test_no_two_buckets_of_a_facet_share_a_key(values: list[Any], keys: list[str]) -> None:
    found = records({"media.type": [{"key": value, "count": 1} for value in values]})
    assert [one["bucket_key"] for one in found] == keys


def test_facet_without_buckets_yields_no_record() -> None:
    assert records({"media.type": [], "queue.name": []}) == []


@pytest.mark.parametrize("name", ["key", "value", "term", "name"])
def test_key_is_read_from_each_of_its_names(name: str) -> None:
    assert record_of({name: "voice", "count": 1})["bucket_key"] == "voice"


@pytest.mark.parametrize("name", ["count", "docCount", "doc_count"])
def test_count_is_read_from_each_of_its_names(name: str) -> None:
    assert record_of({"key": "voice", name: 7})["bucket_count"] == 7


def test_null_key_or_count_leaves_the_word_to_the_next_name() -> None:
    record = record_of({"key": None, "term": "voice", "count": None, "doc_count": 7})

    assert (record["bucket_key"], record["bucket_count"]) == ("voice", 7)


@pytest.mark.parametrize(
    ("key", "expected"),
    [(5, "5"), (0, "0"), (1.5, "1.5"), (True, "true"), ("", '""'), (["a", "b"], '["a","b"]')],
)
def test_key_is_text_whatever_its_type(key: object, expected: str) -> None:
    assert record_of({"key": key, "count": 1})["bucket_key"] == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, 0),
        (12.0, 12),
        ("12", 12),
        (None, None),
        (True, None),
        ("many", None),
        (math.nan, None),
        (math.inf, None),
        ([12], None),
        pytest.param(10**400, None, id="too large for a float"),
        (1e300, None),
        ("1e300", None),
        (-1e300, None),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63), -(2**63)),
        (float(2**63), None),
    ],
)
def test_count_is_a_whole_number_or_null(count: object, expected: int | None) -> None:
    assert record_of({"key": "voice", "count": count})["bucket_count"] == expected


def test_bucket_is_kept_as_it_came() -> None:
    bucket = {"term": "voice", "docCount": 7, "share": 0.5, "nested": {"buckets": [1]}}

    assert record_of(bucket)["bucket"] == bucket


@pytest.mark.parametrize(
    ("bucket", "key"), [("voice", "voice"), (5, "5"), (["voice", 3], '["voice",3]')]
)
def test_bucket_that_is_no_object_is_kept_as_a_value(bucket: object, key: str) -> None:
    record = record_of(bucket)

    assert record["bucket_key"] == key
    assert record["bucket_count"] is None
    assert record["bucket"] == {"value": bucket}


def test_bucket_without_key_and_count_still_becomes_a_record() -> None:
    record = record_of({"share": 0.5})

    assert isinstance(record["bucket_key"], str)
    assert record["bucket_count"] is None
    assert record["bucket"] == {"share": 0.5}


def test_half_a_surrogate_pair_in_a_key_is_kept() -> None:
    assert record_of({"key": "caf\ud83d", "count": 1})["bucket_key"] == "caf\ud83d"


def test_empty_text_and_no_value_are_told_apart() -> None:
    found = records({"queueId": [{"value": "", "count": 3}, {"count": 4}, {"value": None}]})
    assert [one["bucket_key"] for one in found] == ['""', "{}", '{"value":null}']


def test_buckets_without_a_key_do_not_collapse() -> None:
    ranges = [{"gte": 0, "lt": 60, "count": 3}, {"gte": 60, "count": 5}]

    assert len({record["bucket_key"] for record in records({"durationMs": ranges})}) == 2
