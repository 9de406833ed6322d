"""From a search's facets to records of the stream `interaction_facets`."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

from tap_genesys_search.json_types import has_64_bits
from tap_genesys_search.records.ids import EMPTY_TEXT
from tap_genesys_search.records.interactions import as_text, read_number
from tap_genesys_search.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.windows.window import Window


KEY_NAMES = ("key", "value", "term", "name")

COUNT_NAMES = ("count", "docCount", "doc_count")


def facet_records(
    facets: Mapping[str, list[Any]], window: Window, search_id: str
) -> Iterator[JsonObject]:
    """Make a record of each bucket.

    Args:
        facets: Facet name to its buckets, as they came.
        window: The window searched.
        search_id: Id of the search.

    Yields:
        Records of `interaction_facets`; none for a facet without buckets.
    """
    for facet, buckets in facets.items():
        found = [came if isinstance(came, dict) else {"value": came} for came in buckets]
        for position, (bucket, key) in enumerate(zip(found, _keys(found), strict=True)):
            yield {
                "search_id": search_id,
                "window_start": format_timestamp(window.start),
                "window_end": format_timestamp(window.end),
                "facet": facet,
                "bucket_key": key,
                "bucket_count": _count(_first(bucket, COUNT_NAMES)),
                "position": position,
                "bucket": bucket,
            }


def gone_record(row: tuple[str, str, str], window: Window) -> JsonObject:
    """Make the record that takes back a bucket of an earlier reading.

    Args:
        row: Search id, facet and bucket key.
        window: The window that the search counts.

    Returns:
        A record of `interaction_facets` that counts nothing.
    """
    search_id, facet, bucket_key = row
    return {
        "search_id": search_id,
        "window_start": format_timestamp(window.start),
        "window_end": format_timestamp(window.end),
        "facet": facet,
        "bucket_key": bucket_key,
        "bucket_count": 0,
        "position": None,
        "bucket": None,
    }


def _keys(buckets: list[JsonObject]) -> list[str]:
    """Name what each bucket counts, no two alike: a warehouse would keep only one of them.

    A number and the text of its digits are kept apart, and so are buckets that the platform
    answers twice. The text keeps its name, whatever comes first.
    """
    values = [_value(bucket) for bucket in buckets]
    keys = [as_text(value) or EMPTY_TEXT for value in values]
    if len(set(keys)) < len(keys):
        _number_repeated(keys, sorted(range(len(keys)), key=lambda at: _precedence(values[at])))
    return keys


def _number_repeated(keys: list[str], places: list[int]) -> None:
    """Number keys that come again, as in `voice (2)`.

    Args:
        keys: The keys.
        places: Their places, in the order of precedence.
    """
    taken, times = set(keys), Counter[str]()
    for place in places:
        key = name = keys[place]
        times[key] += 1
        while times[key] > 1 and (name := f"{key} ({times[key]})") in taken:
            times[key] += 1
        taken.add(name)
        keys[place] = name


def _precedence(value: object) -> tuple[bool, str]:
    return not isinstance(value, str), as_text(value) or ""


def _value(bucket: JsonObject) -> object:
    """Read what a bucket counts; a range has no name and is named by its bounds."""
    value = _first(bucket, KEY_NAMES)
    if value is not None:
        return value
    return {name: value for name, value in bucket.items() if name not in COUNT_NAMES}


def _first(bucket: JsonObject, names: tuple[str, ...]) -> object:
    return next((bucket[name] for name in names if bucket.get(name) is not None), None)


def _count(value: object) -> int | None:
    number = read_number(value)
    if number is None or not math.isfinite(number):
        return None
    # Not by way of a float, which has no room for all of a large integer's digits.
    count = value if isinstance(value, int) else int(number)
    return count if has_64_bits(count) else None
