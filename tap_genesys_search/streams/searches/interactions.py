"""The streams `interactions` and `interaction_facets`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from tap_genesys_search.records.interactions import interactions_schema
from tap_genesys_search.records.rows import rows_of
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.search.remembered.counted_facets import (
    CountedFacets,
    counted_of,
    read_counted,
)
from tap_genesys_search.streams.base import PagedStream, WindowedStream
from tap_genesys_search.streams.fingerprint import how_cut
from tap_genesys_search.streams.searches.search_audits import SearchAudits
from tap_genesys_search.streams.state_warnings import DELETE_BEFORE_SEARCHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import FoundPage
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.streams.context import RunContext
    from tap_genesys_search.windows.window import Window


COUNTED = "counted"
"""The key of the facets, of windows that a later run reads again, in the stream's state."""


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
    delete_first = DELETE_BEFORE_SEARCHING

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))
        self._search: Search | None = None

    @cached_property
    def _counted(self) -> CountedFacets:
        return CountedFacets(read_counted(self.stream_state.get(COUNTED)))

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
    def fingerprint(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        settings = self.run.settings
        return {**asked, **how_cut(settings), "facets": list(settings.facets)}

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        if self._search is None:
            return
        records = list(self._search.facets())
        gone = [] if self.is_connection_test else self._count(self._search, records)
        yield from records
        yield from gone

    def _count(self, search: Search, records: Sequence[JsonObject]) -> list[JsonObject]:
        """Note the facets of a search, and list the records that take earlier ones back."""
        span, answered = search.facet_window, search.facet_names()
        if not search.matches_nothing:
            self._counted.warn_of_lack(search.id, span, answered, self.run.settings.facet_names)
        elif span == search.window:
            answered |= self._counted.facets  # nothing is left in any bucket
        gone = self._counted.add(counted_of(search.id, span, answered, records))
        # Before the rows: after a kill, those that no state knows could never be taken back.
        self._keep_counted()
        self.write_state()
        return gone

    @override
    def sync_rest(self, search: Search, context: Context) -> None:
        self._search = search
        self.sync(context=context)

    @override
    def forget_all_but(self, read_again: Sequence[Window]) -> None:
        self._counted.settle(self.coverage, read_again)
        self._keep_counted()

    def _keep_counted(self) -> None:
        kept = self._counted.to_state()
        if kept:
            self.stream_state[COUNTED] = kept
        else:
            self.stream_state.pop(COUNTED, None)
