"""The stream of transcripts, fed by the pages of the transcript search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_genesys_search.paged_stream import PagedStream
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams import SearchChild
from tap_genesys_search.transcript_table import KEYS, START, TRANSCRIPTS

if TYPE_CHECKING:
    from tap_genesys_search.rows import Row
    from tap_genesys_search.search import FoundPage
    from tap_genesys_search.search_apis.search_api import SearchApi
    from tap_genesys_search.tap import TapGenesysSearch


class Transcripts(PagedStream, SearchChild):
    """The transcripts found."""

    name = TRANSCRIPTS
    primary_keys = tuple(key for key in KEYS if key != START)
    replication_key = START
    bookmark_key = START
    selected_by_default = False

    def __init__(self, tap: TapGenesysSearch) -> None:
        super().__init__(tap, schema=read_schema(self.name))

    @override
    def is_filled_by(self, search_api: SearchApi) -> bool:
        return self.name in search_api.tables

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        return page.tables.get(self.name, [])
