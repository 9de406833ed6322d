"""Writing what searches find to the streams that they fill."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from singer_sdk.exceptions import AbortedSyncFailedException, AbortedSyncPausedException

from tap_genesys_search.records.conversations.splitter import TableSplitter
from tap_genesys_search.records.found_page import stretches_of
from tap_genesys_search.records.row_reader import warn_of_kept
from tap_genesys_search.search.run import Wanted
from tap_genesys_search.streams.base import PagedStream, SearchTable

if TYPE_CHECKING:
    import logging
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from singer_sdk import Stream

    from tap_genesys_search.records.found_page import FoundPage
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.streams.base import WindowedStream


@dataclass(frozen=True)
class FilledStreams:
    """Selected streams that the searches of a run fill.

    Attributes:
        streams: The streams.
        wants_audits: Whether the audits are selected. They cover all pages of a search.
        most_records: Records of each stream to read, in a connection test; None in a run.
    """

    streams: Sequence[WindowedStream]
    wants_audits: bool
    most_records: int | None = None

    def only(self, names: Collection[str]) -> FilledStreams:
        """Choose the streams with some names."""
        return replace(self, streams=[one for one in self.streams if one.name in names])

    @property
    def paged(self) -> list[PagedStream]:
        """The streams that are filled from the pages of searches."""
        return paged_of(self.streams)

    @property
    def wanted(self) -> Wanted:
        """What the streams want of each search."""
        tables = self._tables()
        splitter = TableSplitter({one.name: one.reader for one in tables}) if tables else None
        # The facets come with the first page. It is enough where nothing else is wanted, and for a
        # connection test.
        wants_all = (self.paged or self.wants_audits) and self.most_records is None
        return Wanted(splitter, None if wants_all else 1, self.most_records)

    def write(self, search: Search) -> None:
        """Write what a search finds, for each of the streams.

        Args:
            search: The search.

        Raises:
            TapGenesysSearchError: The search failed.
        """
        context = {"search_id": search.id}
        for pages in self._pages_at_once(search):
            for stream in self.paged:
                with dry_run_may_end():
                    stream.sync_pages(pages, context)
        if self.wants_audits and self.most_records is None:
            search.finish()  # before the facets: those of a window that fails are not written
        for other in self.streams:
            with dry_run_may_end():
                other.sync_rest(search, context)

    def warn_of_kept(self, logger: logging.Logger) -> None:
        """Warn of what the tables have put into the column `extra`."""
        warn_of_kept(logger, {table.name: table.reader.kept for table in self._tables()})

    def _pages_at_once(self, search: Search) -> Iterator[Iterable[FoundPage]]:
        """Divide the pages of a search into what is written for one stream after the other."""
        paged = self.paged
        if not paged:
            return
        pages = search.pages()
        batches = [stream.get_batch_config(stream.config) for stream in paged]
        sizes = [batch.batch_size for batch in batches if batch]
        if sizes and self.most_records is None:
            yield from stretches_of(pages, min(sizes))
        elif len(paged) == 1:
            yield pages
        else:
            # A connection test reads one page.
            yield from ([page] for page in islice(pages, self.most_records))

    def _tables(self) -> list[SearchTable]:
        return [stream for stream in self.streams if isinstance(stream, SearchTable)]


def paged_of(streams: Iterable[Stream]) -> list[PagedStream]:
    """List those of some streams that are filled from the pages of searches."""
    return [stream for stream in streams if isinstance(stream, PagedStream)]


def dry_run_may_end() -> AbstractContextManager[None]:
    """End the connection test of one stream, and continue with the next."""
    return suppress(AbortedSyncFailedException, AbortedSyncPausedException)
