"""Mapping a page of records at once, as the SDK maps one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from singer_sdk.mapper import CustomStreamMap, SameRecordTransform

from tap_genesys_search.errors import StreamMapError
from tap_genesys_search.records.rows import as_dict
from tap_genesys_search.singer.pages.flattening import Flattener
from tap_genesys_search.singer.pages.map_errors import ADVICE
from tap_genesys_search.singer.pages.map_rules import MapRules, rules_of
from tap_genesys_search.singer.pages.row_maps import RowMaps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from singer_sdk.mapper import PluginMapper, StreamMap

    from tap_genesys_search.records.rows import Records, Row


NO_VALUES = (None, "")
"""Some databases can't tell an empty text from null, and no key may be null."""


@dataclass(frozen=True)
class PageMap:
    """What becomes of the records of a stream.

    Attributes:
        stream: The name of the stream that they are written to.
        of: Maps a page. It may leave out records.
    """

    stream: str
    of: Callable[[Sequence[Row]], Records]


def page_maps(stream: str, mapper: PluginMapper) -> list[PageMap]:
    """Make what maps the pages of a stream.

    Args:
        stream: The name of the stream.
        mapper: The SDK's, which knows the stream.

    Returns:
        A map for each stream that the records are written to.
    """
    rules = rules_of(stream, mapper.stream_maps_dict)
    return [
        PageMap(one.stream_alias, _with_keys(stream, one, its_rules))
        for one, its_rules in zip(mapper.stream_maps[stream], rules, strict=True)
    ]


def _with_keys(
    stream: str, stream_map: StreamMap, rules: MapRules | None
) -> Callable[[Sequence[Row]], Records]:
    """Make what maps a page, and checks the keys that the stream map makes."""
    function, keys = _page_function(stream_map, rules), keys_made(stream_map, rules)
    if not keys:
        return function

    def checked(rows: Sequence[Row]) -> Records:
        records = function(rows)
        check_keys_made(stream, keys, records)
        return records

    return checked


def _page_function(
    stream_map: StreamMap, rules: MapRules | None
) -> Callable[[Sequence[Row]], Records]:
    options = stream_map.flattening_options
    flatten = None
    if options and stream_map.flattening_enabled:
        flatten = Flattener(options, stream_map.transformed_schema)
    if isinstance(stream_map, CustomStreamMap) and rules:
        return RowMaps(stream_map, rules, flatten).of
    if not isinstance(stream_map, SameRecordTransform):
        return lambda _: ()
    return flatten.of if flatten else lambda rows: rows


def keys_made(stream_map: StreamMap, rules: MapRules | None) -> tuple[str, ...]:
    """List the key columns that hold what a stream map says. The others always have a value.

    Args:
        stream_map: The stream map.
        rules: What it does, None where it does nothing.
    """
    own = stream_map.raw_key_properties or ()
    return tuple(
        key
        for key in stream_map.transformed_key_properties or ()
        if rules and (key in rules.columns or key not in own)
    )


def check_keys_made(stream: str, keys: Collection[str], records: Records) -> None:
    """Check that records have values in all key columns.

    Raises:
        StreamMapError: One has not.
    """
    for key in keys:
        if any(as_dict(one).get(key) in NO_VALUES for one in records):
            raise StreamMapError(
                f"A stream map failed for stream {stream}, column {key}: a key column, it is null "
                "or empty for some record, and a row without a key can't be told from others",
                ADVICE,
            )
