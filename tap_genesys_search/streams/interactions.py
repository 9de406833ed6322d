"""The streams `interactions` and `interaction_facets`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_genesys_search.records.interactions import interactions_schema
from tap_genesys_search.records.rows import rows_of
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.base import PagedStream, WindowedStream
from tap_genesys_search.streams.search_audits import SearchAudits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.records.found_page import FoundPage
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.streams.context import RunContext


class Interactions(PagedStream):
    """The interactions found."""

    name = "interactions"
    parent_stream_type = SearchAudits
    primary_keys = ("id",)
    replication_key = "timestamp"
    bookmark_key = "timestamp"

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=interactions_schema(context.projection))

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        wanted = self.columns_wanted()
        return rows_of({column: page.interactions[column] for column in wanted})


class InteractionFacets(WindowedStream):
    """How the interactions found spread over the values of some fields."""

    name = "interaction_facets"
    parent_stream_type = SearchAudits
    primary_keys = ("search_id", "facet", "bucket_key")
    bookmark_key = "window_end"

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))
        self._read_facets: Callable[[], Iterable[Record]] = tuple

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # Without a replication key the SDK takes the stream for a full refresh; a new version
        # would delete the facets of earlier windows.
        return False

    @override
    def get_batch_config(self, config: Any) -> None:
        # A few records a window: files of their own would be tiny.
        return None

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        return self._read_facets()

    @override
    def sync_rest(self, search: Search, context: Context) -> None:
        self._read_facets = search.facets
        self.sync(context=context)
