"""The stream of transcripts, fed by the pages of the transcript search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.records.transcripts import KEYS, START, TRANSCRIPTS
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.search_audits import SearchTable

if TYPE_CHECKING:
    from singer_sdk import Tap

    from tap_genesys_search.streams.context import RunContext


class Transcripts(SearchTable):
    """The transcripts found."""

    name = TRANSCRIPTS
    primary_keys = tuple(key for key in KEYS if key != START)
    replication_key = START
    bookmark_key = START

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))
