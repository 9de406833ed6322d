"""Catalogs that were discovered by another version, or with other settings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk import Stream


logger = logging.getLogger("tap-genesys-search.catalog")


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
