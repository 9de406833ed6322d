"""The streams of the parts of conversations, each a table of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_genesys_search.conversation_tables import KEYS
from tap_genesys_search.paged_stream import PagedStream
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams import SearchChild

if TYPE_CHECKING:
    from tap_genesys_search.rows import Row
    from tap_genesys_search.search import FoundPage
    from tap_genesys_search.search_apis.search_api import SearchApi
    from tap_genesys_search.tap import TapGenesysSearch

START = "conversation_start"


class ConversationTable(PagedStream, SearchChild):
    """A table of the parts of the conversations found.

    Args:
        tap: The tap.
        name: Which table.
    """

    replication_key = START
    bookmark_key = START
    selected_by_default = False

    def __init__(self, tap: TapGenesysSearch, name: str) -> None:
        self.name = name
        super().__init__(tap, schema=read_schema(name))
        self.primary_keys = tuple(key for key in KEYS[name] if key != START)

    @override
    def is_filled_by(self, search_api: SearchApi) -> bool:
        return self.name in search_api.tables

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        return page.tables.get(self.name, [])
