"""Mapping a page of records at once, as the SDK maps one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from singer_sdk.mapper import CustomStreamMap, SameRecordTransform

from tap_genesys_search.singer.pages.flattening import Flattener
from tap_genesys_search.singer.pages.map_rules import MapRules, rules_of
from tap_genesys_search.singer.pages.row_maps import RowMaps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from singer_sdk.mapper import PluginMapper, StreamMap

    from tap_genesys_search.records.rows import Records, Row


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
        PageMap(one.stream_alias, _page_function(one, its_rules))
        for one, its_rules in zip(mapper.stream_maps[stream], rules, strict=True)
    ]


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
