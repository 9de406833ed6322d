"""Catalogs: written by hand, or discovered by another version or with other settings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_genesys_search.errors import NothingSelectedError, StateError
from tap_genesys_search.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from singer_sdk import Stream
    from singer_sdk.singerlib import Catalog
    from singer_sdk.singerlib.catalog import CatalogEntry


COLUMN_DEPTH = 2
"""Parts of a column's breadcrumb, `("properties", "customer_name")`."""


logger = logging.getLogger("tap-genesys-search.catalog")


def refuse_nothing(streams: Iterable[Stream]) -> None:
    """Refuse a run in which no stream is selected.

    Raises:
        NothingSelectedError: None is.
    """
    if not any(stream.selected for stream in streams):
        raise NothingSelectedError(
            "No stream is selected, so nothing would be extracted. See --discover for the names of "
            "the streams; in Meltano, a rule of select that excludes needs one beside it that "
            "selects"
        )


def warn_of_unknown_names(catalog: Catalog, streams: Mapping[str, Stream]) -> None:
    """Warn of what a catalog selects and the tap does not have.

    Args:
        catalog: As it was given.
        streams: The tap's streams by their names.
    """
    for entry in catalog.streams:
        name = entry.tap_stream_id
        if name in streams:
            for column in _unknown_columns(entry, streams[name]):
                meant = did_you_mean(column, streams[name].schema["properties"])
                logger.warning(
                    "The catalog selects the unknown column %r of %s, which is ignored%s",
                    column,
                    name,
                    meant,
                )
        elif entry.metadata.resolve_selection()[()]:
            meant = did_you_mean(name, streams)
            logger.warning(
                "The catalog selects the unknown stream %r, which is ignored%s", name, meant
            )


def check_keys(catalog: Catalog, streams: Mapping[str, Stream]) -> None:
    """Check that what a catalog selects has the keys by which a target tells rows apart.

    Args:
        catalog: As it was given.
        streams: The tap's streams by their names.

    Raises:
        StateError: A key column is deselected, or the catalog names others.
    """
    for entry in catalog.streams:
        selection = entry.metadata.resolve_selection()
        stream = streams.get(entry.tap_stream_id)
        if stream is None or not selection[()]:
            continue
        named = entry.key_properties or entry.metadata.root.table_key_properties or ()
        if {*named} != {*stream.primary_keys}:
            raise StateError(
                f"The catalog names {', '.join(named) or 'nothing'} as the key of {stream.name}, "
                f"which is {', '.join(stream.primary_keys)}. Correct key_properties, or make the "
                "catalog again with --discover"
            )
        for key in stream.primary_keys:
            if not selection["properties", key]:
                raise StateError(
                    f"The catalog deselects {key!r}, a key column of {stream.name}. Select it, or "
                    "deselect the stream"
                )


def _unknown_columns(entry: CatalogEntry, stream: Stream) -> Iterator[str]:
    """List the columns that are selected by name, and that a stream does not have."""
    for place, metadata in entry.metadata.items():
        column = place[-1] if len(place) == COLUMN_DEPTH else None
        if column and metadata.selected and column not in stream.schema["properties"]:
            yield column


def leave_out_unknown_columns(streams: Iterable[Stream]) -> None:
    """Deselect the columns that the catalog lacks, and say in one line how to get them.

    The SDK would leave them out as well, and warn of each set of columns without advice.

    Args:
        streams: Those that are selected.
    """
    lacking = {stream.name: _lacking_columns(stream) for stream in streams}
    described = [f"{name} {', '.join(columns)}" for name, columns in lacking.items() if columns]
    if described:
        logger.warning(
            "The catalog lacks columns that the streams have by now, so they are left out: %s. To "
            "get them, use meltano run --refresh-catalog, or make the catalog again with "
            "--discover",
            "; ".join(described),
        )


def _lacking_columns(stream: Stream) -> list[str]:
    """Deselect the columns of a stream that its catalog lacks, and list them."""
    known = stream.effective_schema["properties"]
    lacking = [column for column in stream.schema["properties"] if column not in known]
    for column in lacking:
        stream.mask["properties", column] = False
    return lacking
