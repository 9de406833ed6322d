"""The streams of the parts of conversations, each a table of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.conversations import KEYS
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.search_audits import SearchTable

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_genesys_search.streams.context import RunContext


START = "conversation_start"


class ConversationTable(SearchTable):
    """A table of the parts of the conversations found.

    Args:
        tap: The tap.
        name: Which table.
    """

    replication_key = START
    bookmark_key = START

    def __init__(self, tap: Tap, context: RunContext, name: str) -> None:
        self.name = name
        super().__init__(tap, context, schema=read_schema(name))
        self.primary_keys = tuple(key for key in KEYS[name] if key != START)
