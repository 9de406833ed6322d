"""The bases of streams that are filled window by window."""

from __future__ import annotations

import logging
from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from typing_extensions import override

from tap_genesys_search.records.conversations.splitter import table_reader
from tap_genesys_search.singer.base_stream import BaseStream
from tap_genesys_search.singer.fast_path import RowStream
from tap_genesys_search.singer.metrics import RunCounter, RunTimer
from tap_genesys_search.streams.fingerprint import ASKED, how_written, whose
from tap_genesys_search.windows.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context

    from tap_genesys_search.records.found_page import FoundPage
    from tap_genesys_search.records.row_reader import RowReader
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.streams.context import RunContext
    from tap_genesys_search.windows.window import Window


class WindowedStream(BaseStream):
    """A stream whose state says which spans of time are complete."""

    bookmark_key: str
    """The replication key that the state names."""

    delete_first: ClassVar[str] = ""
    """What to delete before rows are read again with other settings, where these change keys."""

    def __init__(self, tap: Tap, context: RunContext, schema: dict[str, Any]) -> None:
        super().__init__(tap, schema=schema)
        self.run = context
        # Empty, not None: one bookmark for each stream, not one for each search.
        self.state_partitioning_keys = ()
        self._record_counter = RunCounter(self.name)
        self._sync_timer = RunTimer(self.name)

    @cached_property
    def coverage(self) -> Coverage:
        """The spans that are complete; none where the stream is to be read as a whole.

        Raises:
            StateError: The state of the stream is invalid.
        """
        if self.replication_key and self.replication_method == REPLICATION_FULL_TABLE:
            return Coverage()
        return self.state_manager.coverage(self.run.settings.start)

    def fingerprint(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        """Describe what this stream is asked for.

        Args:
            asked: The same of all streams that are read with it.
        """
        return asked

    def whole_fingerprint(self, asked: Mapping[str, object]) -> dict[str, object]:
        """Describe what this stream is asked for, by whom, and how its rows are written.

        Args:
            asked: The fingerprint of what all streams are asked for that are read with it.
        """
        return {**whose(self.run.settings), **self._how_written, **self.fingerprint(asked)}

    @cached_property
    def _how_written(self) -> dict[str, object]:
        columns = self.schema["properties"]
        return how_written(
            [column for column in columns if not self.mask["properties", column]],
            self.stream_map_definitions,
            self.flattening,
        )

    def complete(self, window: Window, asked: Mapping[str, object]) -> None:
        """Note that all of a window is written.

        Args:
            window: The window.
            asked: The fingerprint of what all streams were asked for.
        """
        self._keep(self.coverage.add(window))
        self.state_manager.stream_state[ASKED] = self.whole_fingerprint(asked)

    def reopen(self, window: Window) -> None:
        """Note that a window is not complete after all."""
        self._keep(self.coverage.remove(window))

    def _keep(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.state_manager.write_coverage(coverage, self.bookmark_key)

    def forget_all_but(self, read_again: Sequence[Window]) -> None:
        """Forget what is kept of windows, where no later run reads them again.

        Args:
            read_again: The spans of time that a later run may read again.
        """

    def is_filled_by(self, search_api: SearchApi) -> bool:  # noqa: ARG002
        """Tell whether a search API fills this stream."""
        return True

    def sync_rest(self, search: Search, context: Context) -> None:
        """Sync what a search found beside its pages; those were synced before.

        Args:
            search: The search.
            context: Of that search.
        """

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        # The SDK announces each sync of a child and each failure, here for each window. The
        # progress and the error line report both better.
        super().log(message, *args, level=logging.DEBUG, **kwargs)

    @override
    def get_record_counter(self, **kwargs: Any) -> RunCounter:
        return self._record_counter

    @override
    def get_sync_timer(self) -> RunTimer:
        return self._sync_timer

    @override
    def log_sync_costs(self) -> None:
        if self.selected:
            self._record_counter.log_run()
            self._sync_timer.log_run()


class PagedStream(RowStream, WindowedStream):
    """A stream that is filled from the pages of searches."""

    _pages: Iterable[FoundPage] = ()

    @abstractmethod
    def get_rows(self, page: FoundPage) -> list[Row]:
        """Return a page's rows for this stream, without deselected columns."""

    def sync_pages(self, pages: Iterable[FoundPage], context: Context) -> None:
        """Sync the stream from some pages.

        Args:
            pages: Pages of one search.
            context: Of that search.
        """
        self._pages = pages
        self.sync(context=context)

    @override
    def row_pages(self) -> Iterable[list[Row]]:
        return map(self.get_rows, self._pages)


class SearchTable(PagedStream):
    """A table of parts of the documents found. Only some search APIs fill it."""

    selected_by_default = False

    @override
    def is_filled_by(self, search_api: SearchApi) -> bool:
        return self.name in search_api.tables

    @cached_property
    def reader(self) -> RowReader:
        """Makes the rows of a run; it warns once of times that it can't read."""
        return table_reader(self.name, self.columns_wanted())

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        return page.tables.get(self.name, [])
