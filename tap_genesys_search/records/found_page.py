"""A page of what a search found, normalised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
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

    def kept_in_extra(self) -> dict[str, list[str]]:
        """Tell which properties had no column or did not fit it: table to their names."""
        ...


Facets = dict[str, list[Any]]
"""Facet name to its buckets, as they came."""
