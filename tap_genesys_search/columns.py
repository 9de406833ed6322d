"""A page of records as columns: what is done to all of them is done faster so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_genesys_search.answers import JsonObject

Columns = dict[str, list[Any]]
"""Column to its values, one for each record of a page; every column of a stream, in order."""


def records_of(columns: Columns) -> Iterator[JsonObject]:
    """Make the records of a page of its columns."""
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))
