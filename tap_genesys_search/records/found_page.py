"""A page of what a search found, normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tap_genesys_search.errors import TapGenesysSearchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Columns, Row


@dataclass(frozen=True)
class FoundPage:
    """What a page of a search, or a part of one, holds within the window.

    Attributes:
        interactions: The columns of the stream `interactions`.
        tables: Table to its rows; those that are wanted.
    """

    interactions: Columns
    tables: dict[str, list[Row]]

    @property
    def most_rows(self) -> int:
        """How many rows the longest table has."""
        return max(map(len, (self.interactions["id"], *self.tables.values())))


class Splitter(Protocol):
    """Makes the rows of tables of what a page holds."""

    def split(
        self, records: list[JsonObject], ids: list[str], starts: list[str], /
    ) -> dict[str, list[Row]]:
        """Give each table's rows of some records, given their ids and when they started."""
        ...


Facets = dict[str, list[Any]]
"""Facet name to its buckets, as they came."""


def stretches_of(pages: Iterable[FoundPage], most_rows: int) -> Iterator[list[FoundPage]]:
    """Cut pages into stretches that make a batch: as many as have no more rows in any table.

    Args:
        pages: What was found.
        most_rows: Of a batch; a page alone may have more.

    Yields:
        The stretches. Where the pages end with an error, what came before is not lost.
    """
    held: list[FoundPage] = []
    rows = 0
    try:
        for page in pages:
            rows += page.most_rows
            if held and rows > most_rows:
                yield held
                held, rows = [], page.most_rows
            held.append(page)
    except (TapGenesysSearchError, RecursionError):
        if held:
            yield held
        raise
    if held:
        yield held
