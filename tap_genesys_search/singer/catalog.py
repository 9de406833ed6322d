"""What stream maps see of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.helpers._catalog import get_selected_schema

if TYPE_CHECKING:
    from singer_sdk.mapper import PluginMapper
    from singer_sdk.singerlib import Catalog


def register_schemas(mapper: PluginMapper, catalog: Catalog) -> None:
    """Let stream maps see each stream's schema, also of streams that are not selected.

    The SDK takes the columns of a stream that is not selected for absent. A stream map for one
    then lacks the keys, and is refused, even while the catalog is discovered.

    Args:
        mapper: The tap's stream maps.
        catalog: The streams.
    """
    for entry in catalog.streams:
        name = entry.stream or entry.tap_stream_id
        mask = entry.metadata.resolve_selection()
        whole = entry.schema.to_dict()
        schema = get_selected_schema(name, whole, mask) if mask[()] else whole
        mapper.register_raw_stream_schema(name, schema, entry.key_properties)
