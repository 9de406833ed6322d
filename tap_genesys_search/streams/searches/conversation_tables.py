"""The streams of conversations and their parts, and of transcripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.base import SearchTable
from tap_genesys_search.streams.searches.search_audits import SearchAudits

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_genesys_search.records.conversations.tables import Table
    from tap_genesys_search.streams.context import RunContext


class DocumentTable(SearchTable):
    """A table of the documents that searches find, or of parts of these.

    Args:
        tap: The tap.
        context: The objects that the streams of a run share.
        table: The table.
    """

    parent_stream_type = SearchAudits

    def __init__(self, tap: Tap, context: RunContext, table: Table) -> None:
        self.name = table.name
        super().__init__(tap, context, schema=read_schema(table.name))
        self.primary_keys = tuple(key for key in table.keys if key != table.start)
        self.replication_key = self.bookmark_key = table.start
