"""Splitting the documents that a search finds into the rows of tables, a page at a time.

Each level of a document is walked through once, whichever tables are wanted, and no deeper than
the deepest of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.conversations.tables import TABLES, sources_under
from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.row_reader import RowReader
from tap_genesys_search.schemas import read_sources
from tap_genesys_search.timestamps import as_platform_timestamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.conversations.tables import Table
    from tap_genesys_search.records.rows import Row


def table_reader(table: str, columns: Collection[str]) -> RowReader:
    """Make what makes the rows of a table.

    Args:
        table: Name of the table.
        columns: Its columns that are wanted.
    """
    return RowReader(table, TABLES[table].keys, columns, sources_under(TABLES[table]))


class TableSplitter:
    """Splits documents of one kind into the rows of their tables.

    Args:
        readers: The tables wanted, at least one, and what makes their rows.
    """

    def __init__(self, readers: Mapping[str, RowReader]) -> None:
        self._readers = readers
        walked = {table for name in readers for table in TABLES[name].lineage}
        self._walked = [table for table in TABLES.values() if table in walked]
        root = self._walked[0]
        self._start = read_sources(root.name)[root.start]

    def split(
        self, documents: Sequence[JsonObject], ids: Sequence[str], starts: Sequence[str]
    ) -> dict[str, list[Row]]:
        """Split the documents of a page.

        Args:
            documents: Models `AnalyticsConversation` of the official SDK, with or without
                attributes, or results of the transcript search.
            ids: Their ids, as interactions have them.
            starts: When they started, as interactions have it.

        Returns:
            Table to its rows.
        """
        parts: dict[Table | None, list[Part]] = {
            None: [*self._documents(documents, ids, starts)],
        }
        for table in self._walked:
            parts[table] = table.find(parts[table.under], table.source)
        return {name: reader.read(parts[TABLES[name]]) for name, reader in self._readers.items()}

    def _documents(
        self, documents: Sequence[JsonObject], ids: Sequence[str], starts: Sequence[str]
    ) -> Iterator[Part]:
        for document, id_, start in zip(documents, ids, starts, strict=True):
            came = document.get(self._start)
            is_lost = came != start and came is not None and as_platform_timestamp(came) != start
            yield Part((id_, start), document, {self._start: came} if is_lost else None)
