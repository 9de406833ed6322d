"""The attempts at one window. Each reads the window's pages once, from the first to the last."""

from __future__ import annotations

import time
from itertools import compress, count
from operator import not_
from typing import TYPE_CHECKING, Protocol

from tap_genesys_search.errors import TooManyMatchesError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.records.conversations.fields import is_open
from tap_genesys_search.records.fields import ABSENT, unscored
from tap_genesys_search.records.ids import surrogate_of
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search.audit import search_id
from tap_genesys_search.search.document_reader import DocumentReader
from tap_genesys_search.search_apis.page import check_size

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_genesys_search.jobs.open_jobs import OpenJobs
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets, FoundPage, Splitter
    from tap_genesys_search.search.document_reader import Unsettled
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.search_apis.completeness import Completeness
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window

READ_AT_ONCE = 200
"""Number of records that are normalised, split and written at a time. Their rows take several times
the space, and are made and written faster while they are in the processor's cache."""


class ClosablePages(Protocol):
    """Pages that may be left unread."""

    def __next__(self) -> Page: ...

    def __iter__(self) -> Iterator[Page]: ...

    def close(self) -> None:
        """Read no further pages."""


class Attempt:
    """One attempt at a window.

    Args:
        api: The search API; tells what lies in the window, and reads fields.
        window: The window searched.
        completeness: Decides whether the attempt is complete.
        job_log: Counts what the attempt costs.
        pages: The pages of the search.
        documents: Reads what is on them.

    Attributes:
        completeness: As given; kept up to date.
        job_log: As given.
        documents: As given.
        total: Number of records by the platform; None as long as it gives none.
        complete_until: The moment up to which the pages so far leave nothing out.
    """

    def __init__(
        self,
        api: SearchApi,
        window: Window,
        completeness: Completeness,
        job_log: JobLog,
        pages: ClosablePages,
        documents: DocumentReader,
    ) -> None:
        self.completeness = completeness
        self.job_log = job_log
        self.documents = documents
        self.total: int | None = None
        self.complete_until = window.end
        self._api = api
        self._window = window
        self._pages = pages
        self._first_facets: Facets | None = None
        self._peeked: Page | None = None

    def found_pages(self) -> Iterator[FoundPage]:
        """Read the window once.

        Yields:
            The records within the window, without those that an earlier attempt has written.

        Raises:
            TapGenesysSearchError: The search failed.
        """
        completeness = self.completeness
        previous: list[JsonObject] = []
        while (page := self._next_page()) is not None:
            completeness.totals.add(page.total)
            completeness.covered = max(completeness.covered, page.covered)
            completeness.is_moving |= page.is_moving
            self.complete_until = min(self.complete_until, page.complete_until or self._window.end)
            if page.records and page.records == previous:
                completeness.is_going_round = True
                break
            previous = page.records
            known = completeness.count
            yield from self._read_page(page)
            completeness.rows += len(page.records)
            if page.records and completeness.count == known and not completeness.has_more_to_come:
                completeness.is_going_round = True
                break
        if completeness.totals <= {None} and not completeness.is_going_round:
            # The platform gave no total; the end of the pages says how many there are.
            self.total = completeness.count

    def first_facets(self) -> Facets:
        """Give the facets of the first page, and read that page first unless it has come."""
        if self._first_facets is None:
            self._peeked = self._next_page()
        return self._first_facets or {}

    def cancel(self) -> None:
        """End the attempt, and cancel what is still open on the platform."""
        self.job_log.abandon()
        self._api.cancel(self.job_log)
        self._pages.close()

    def _next_page(self) -> Page | None:
        if self._peeked is not None:
            peeked, self._peeked = self._peeked, None
            return peeked
        try:
            page = next(self._pages, None)
        except TooManyMatchesError as error:
            self.total = error.total
            raise
        if page is not None:
            check_size(page)
            if self._first_facets is None:
                self._first_facets = page.facets
            if page.total is not None:
                self.total = page.total
        return page

    def _read_page(self, page: Page) -> Iterator[FoundPage]:
        are_inside = [self._api.is_within(raw, self._window) for raw in page.records]
        inside = list(compress(page.records, are_inside))
        outside = compress(page.records, map(not_, are_inside))
        self.completeness.ids_outside.update(map(self._identity, outside))
        if self.completeness.known:
            inside = [raw for raw in inside if not self._is_written(raw)]
        for first in range(0, len(inside) or 1, READ_AT_ONCE):
            yield self._found(inside[first : first + READ_AT_ONCE])

    def _is_written(self, raw: JsonObject) -> bool:
        """Tell whether an earlier attempt has written a record, and count it for this one.

        One that has ended since is to be written again.
        """
        found = self._api.read_field(raw, "id")
        if type(found) is not str or not found:
            # A record without an id gets the same one in every attempt.
            found = self.documents.identify(raw)
        if found not in self.completeness.known:
            return False
        self.completeness.ids.add(found)
        return not self.documents.has_ended(found, raw)

    def _identity(self, raw: JsonObject) -> str:
        """Identify a record outside the window: by its id, or else by its content."""
        found = self._api.read_field(raw, "id")
        has_id = found is not ABSENT and found is not None
        return str(found) if has_id else surrogate_of(unscored(raw))

    def _found(self, records: list[JsonObject]) -> FoundPage:
        page = self.documents.read(records)
        self.completeness.add(page.interactions["id"], records)
        return page


class Attempts:
    """The attempts at one window, the current one last. The first one is made when it is needed.

    Args:
        api: How to search.
        window: The window to search.
        settings: Give what to ask for.
        jobs: The open jobs of the run.
        most_pages: Pages to read at most, where not all are wanted.
        splitter: Splits documents into tables, where tables are wanted.

    Attributes:
        search_id: The id of the search, the same in every run.
        made: The attempts that were made.
        unsettled: Id to the conversations of which more may come.
        seconds_waited: How long the platform took to answer, in all attempts.
    """

    def __init__(
        self,
        api: SearchApi,
        window: Window,
        settings: Settings,
        jobs: OpenJobs,
        most_pages: int | None,
        splitter: Splitter | None,
    ) -> None:
        self.search_id = search_id(api.name, window.whole, settings, api.identity)
        self.made: list[Attempt] = []
        self.unsettled: dict[str, Unsettled] = {}
        self.seconds_waited = 0.0
        # A job of a window that was cut short answers no other cut of its cell.
        self._jobs_id = search_id(api.name, window, settings, api.identity)
        self._api = api
        self._window = window
        self._settings = settings
        self._jobs = jobs
        self._most_pages = most_pages
        self._splitter = splitter
        self._ahead: Callable[[Generator[Page, None, None]], ClosablePages] = _as_they_are

    def start(self, ahead: Callable[[Generator[Page, None, None]], ClosablePages]) -> None:
        """Make the first attempt, and have the pages of all attempts read ahead.

        Args:
            ahead: Reads pages in a thread, before they are asked for.
        """
        self._ahead = ahead
        self.made.append(self._make())

    @property
    def current(self) -> Attempt:
        """The current attempt."""
        if not self.made:
            self.made.append(self._make())
        return self.made[-1]

    def again(self) -> None:
        """End the current attempt, and make another one."""
        self.current.cancel()
        self.made.append(self._make(self.current))

    def new_normaliser(self) -> Normaliser:
        """Make what turns the documents of this search into rows of interactions."""
        return Normaliser(
            self._settings.projection,
            self._api.read_column,
            self._window,
            self.search_id,
            self._api.unread_times,
        )

    def _make(self, before: Attempt | None = None) -> Attempt:
        lookback = self._settings.lookback_or(self._api.lookback)
        settled_at = self._window.end + lookback if lookback else None
        job_log = JobLog(self._jobs_id, self._jobs, settled_at)
        completeness = before.completeness.after() if before else self._api.completeness()
        # An attempt that adds to the rows of the one before counts their defaults, too.
        adds = before.documents.normaliser if before and completeness.known else None
        documents = DocumentReader(
            adds or self.new_normaliser(),
            self.new_normaliser(),
            self._splitter,
            is_open if self._api.finds_conversations else None,
            self._api.is_settling,
            self.unsettled,
        )
        pages = self._ahead(self._timed(self._api.pages(self._window, job_log)))
        return Attempt(self._api, self._window, completeness, job_log, pages, documents)

    def _timed(self, pages: Iterator[Page]) -> Generator[Page, None, None]:
        """Pass pages on, and time how long the platform takes."""
        for _ in range(self._most_pages) if self._most_pages else count():
            started = time.monotonic()
            try:
                page = next(pages, None)
            finally:
                self.seconds_waited += time.monotonic() - started
            if page is None:
                return
            yield page


def _as_they_are(pages: Generator[Page, None, None]) -> ClosablePages:
    return pages
