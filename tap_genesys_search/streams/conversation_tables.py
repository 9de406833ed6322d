"""The streams of the parts of conversations, and that of transcripts: each a table of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.conversations import KEYS
from tap_genesys_search.records.transcripts import KEYS as TRANSCRIPT_KEYS
from tap_genesys_search.records.transcripts import START as TRANSCRIPT_START
from tap_genesys_search.records.transcripts import TRANSCRIPTS
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.base import SearchTable
from tap_genesys_search.streams.search_audits import SearchAudits

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_genesys_search.streams.context import RunContext


START = "conversation_start"


class ConversationTable(SearchTable):
    """A table of the parts of the conversations found.

    Args:
        tap: The tap.
        context: What the streams of a run share.
        name: Which table.
    """

    parent_stream_type = SearchAudits
    replication_key = START
    bookmark_key = START

    def __init__(self, tap: Tap, context: RunContext, name: str) -> None:
        self.name = name
        super().__init__(tap, context, schema=read_schema(name))
        self.primary_keys = tuple(key for key in KEYS[name] if key != START)


class Transcripts(SearchTable):
    """The transcripts found."""

    name = TRANSCRIPTS
    parent_stream_type = SearchAudits
    primary_keys = tuple(key for key in TRANSCRIPT_KEYS if key != TRANSCRIPT_START)
    replication_key = TRANSCRIPT_START
    bookmark_key = TRANSCRIPT_START

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))
