"""One search over one window, from its first page to its audit record."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Protocol

from tap_genesys_search.errors import (
    IncompleteSearchError,
    ResultExpiredError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.job_log import Tally
from tap_genesys_search.records.facets import facet_records
from tap_genesys_search.records.fields import ABSENT, unscored
from tap_genesys_search.records.found_page import FoundPage, Splitter
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.timestamps import format_timestamp, utc_now
from tap_genesys_search.windows.window import LONGEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_genesys_search.jobs.open_jobs import OpenJobs
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.search_apis.base import Page, SearchApi
    from tap_genesys_search.search_apis.completeness import Reading
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.search")


READINGS = 3
"""How often a window is read before it counts as short of its total, or as not holding still."""


SPLIT_AT_ONCE = 100
"""How many conversations are split and written before the next: what they become is several times
as large, and is written faster while it is in the processor's cache."""


class ClosablePages(Protocol):
    """Pages that may be left unread."""

    def __next__(self) -> Page: ...

    def __iter__(self) -> Iterator[Page]: ...

    def close(self) -> None:
        """Read no further pages."""


class Search:
    """One search over one window. Its pages are read as its records are asked for.

    Args:
        api: How to search.
        window: The window to search.
        settings: Give what to ask for.
        jobs: The open jobs of the run.
        most_pages: Pages to read at most, where not all are wanted.
        splitter: Splits what is found into tables, where some of those are wanted.

    Attributes:
        window: The window searched.
        id: The same for the same search over the same window, in every run.
        tallies: What each reading of the window has cost so far.
        total: How many records the search has, or None as long as that isn't known.
        reading: What the current reading of the window has shown.
        is_read: Whether all interactions were read.
    """

    def __init__(
        self,
        api: SearchApi,
        window: Window,
        settings: Settings,
        jobs: OpenJobs,
        most_pages: int | None = None,
        splitter: Splitter | None = None,
    ) -> None:
        self.window = window
        self.id = search_id(api.name, window, settings)
        self.tallies: list[Tally] = []
        self.total: int | None = None
        self.reading: Reading = api.reading()
        self.is_read = False
        self._api = api
        self._settings = settings
        self._jobs = jobs
        self._most_pages = most_pages
        self._splitter = splitter
        self._started_at = utc_now()
        self._latency_seconds = 0.0
        self._first_facets: Facets | None = None
        self._facets: Facets | None = None
        self._ahead: Callable[[Generator[Page, None, None]], ClosablePages] = _as_they_are
        self._pages: ClosablePages | None = None
        self._peeked: Page | None = None
        self._normaliser = self._new_normaliser()
        self._identifier = self._new_normaliser()
        self._read: Iterator[FoundPage] | None = None

    def start(self, ahead: Callable[[Generator[Page, None, None]], ClosablePages]) -> None:
        """Begin to read ahead.

        Args:
            ahead: Makes of pages that are read as they are asked for such that are read before.
        """
        self._ahead = ahead
        self._pages = self._request_pages()

    def pages(self) -> Iterator[FoundPage]:
        """Read what was found, page by page; a second call goes on where the first one left off.

        Returns:
            The pages, normalised.

        Raises:
            IncompleteSearchError: There are fewer than the platform says match.
            TapGenesysSearchError: The search failed.
        """
        if self._read is None:
            self._read = self._read_until_complete()
        return self._read

    def facets(self) -> Iterator[JsonObject]:
        """Read the facets.

        Yields:
            Records of the stream `interaction_facets`.
        """
        if self._facets is None:
            self._facets = self._api.facets(self.window, self._read_first_facets, self._tally)
        return facet_records(self._facets, self._api.facet_window(self.window), self.id)

    def count_now(self) -> int | None:
        """Ask how many records match, by a search of its own, which must not be read after this.

        Returns:
            What the first page says; None where it says nothing, or the search fails.
        """
        with suppress(TapGenesysSearchError):
            next(self.pages(), None)
        self.cancel()
        return self.total

    def finish(self) -> None:
        """Read what nobody asked for, so that the audit tells of the whole search."""
        for _ in self.pages():
            pass

    def abandon(self) -> None:
        """Let the search know that nobody will read it."""
        for tally in self.tallies:
            tally.abandon()

    def cancel(self) -> None:
        """End the search, and cancel what is still open on the platform."""
        self.abandon()
        for tally in self.tallies:
            self._api.cancel(tally)
        if self._pages is not None:
            self._pages.close()

    def audit(self, status: str, error: Exception | None) -> JsonObject:
        """Build the record of the stream `search_audits`.

        Args:
            status: `completed`, `split`, `incomplete` or `failed`.
            error: Why it did not complete.

        Returns:
            The record, as things stand now.
        """
        extracted = len(self.reading.ids | self.reading.known)
        matching = None if self.total is None else self.total - len(self.reading.ids_outside)
        if matching is not None and self.is_read:
            matching = max(matching, extracted)  # a total may be near only
        return {
            "search_id": self.id,
            "started_at": format_timestamp(self._started_at),
            "completed_at": format_timestamp(utc_now()),
            "search_api": self._api.name,
            "query_ids": [query for tally in self.tallies for query in tally.query_ids],
            "window_start": format_timestamp(self.window.start),
            "window_end": format_timestamp(self.window.end),
            "status": status,
            "latency_ms": round(self._latency_seconds * 1000),
            "poll_count": sum(tally.polls for tally in self.tallies),
            "page_count": sum(tally.pages for tally in self.tallies),
            "retry_count": sum(tally.retries for tally in self.tallies),
            "total_matching_records": matching,
            "extracted_records": extracted,
            "hit_rate_percentage": round(extracted / matching * 100, 2) if matching else 0.0,
            "missing_fields": sorted(self._normaliser.missing_fields),
            "defaults_applied": dict(sorted(self._normaliser.defaults_applied.items())),
            "error": str(error) if error else None,
        }

    def _read_until_complete(self) -> Iterator[FoundPage]:
        before: Reading | None = None
        for readings_left in reversed(range(READINGS)):
            problem: IncompleteSearchError | ResultExpiredError
            try:
                yield from self._read_pages()
            except ResultExpiredError as error:
                problem = error
            else:
                if self.reading.is_complete:
                    self.is_read = True
                    return
                if confirmed := self.reading.confirms(before):
                    logger.log(self._log_level, "Window %s %s", self.window, confirmed)
                    self.is_read = True
                    return
                before = self.reading
                problem = IncompleteSearchError(
                    f"Window {self.window} {self.reading.describe_shortage()}"
                )
            if not readings_left:
                raise type(problem)(f"{problem}, in each of {READINGS} readings")
            logger.log(self._log_level, "%s: reading the window again", problem)
            self._start_again()

    @property
    def _log_level(self) -> int:
        return logging.INFO if self.reading.is_routine else logging.WARNING

    def _read_pages(self) -> Iterator[FoundPage]:
        """Read the window once."""
        reading = self.reading
        previous: list[JsonObject] = []
        while (page := self._next_page()) is not None:
            reading.totals.add(page.total)
            reading.covered = max(reading.covered, page.covered)
            reading.is_moving |= page.is_moving
            if page.records and page.records == previous:
                reading.is_going_round = True
                break
            previous = page.records
            known = reading.count
            yield from self._read_page(page)
            reading.rows += len(page.records)
            if page.records and reading.count == known and not reading.has_more_to_come:
                reading.is_going_round = True
                break
        if reading.totals <= {None} and not reading.is_going_round:
            self.total = reading.count  # none was said: that there is no further page says it all

    def _read_page(self, page: Page) -> Iterator[FoundPage]:
        inside: list[JsonObject] = []
        for raw in page.records:
            if self._api.is_within(raw, self.window):
                if not self._is_written(raw):
                    inside.append(raw)
            else:
                self.reading.ids_outside.add(self._identity(raw))
        if self._splitter is None:
            yield self._found(inside)
            return
        for first in range(0, len(inside) or 1, SPLIT_AT_ONCE):
            yield self._found(inside[first : first + SPLIT_AT_ONCE])

    def _is_written(self, raw: JsonObject) -> bool:
        """Tell whether an earlier reading has written a record, and note that it came again."""
        if not self.reading.known:
            return False
        found = self._api.read_field(raw, "id")
        if type(found) is not str or not found:
            # A record without an id gets the same one in every reading.
            found = self._identifier.normalise([raw])["id"][0]
        if found not in self.reading.known:
            return False
        self.reading.ids.add(found)
        return True

    def _identity(self, raw: JsonObject) -> str:
        """Tell a record that is not written from others, by its id or else by what it holds."""
        found = self._api.read_field(raw, "id")
        has_id = found is not ABSENT and found is not None
        return str(found) if has_id else json.dumps(unscored(raw), sort_keys=True)

    def _found(self, records: list[JsonObject]) -> FoundPage:
        columns = self._normaliser.normalise(records)
        self.reading.add(columns["id"], records)
        if self._splitter is None:
            return FoundPage(columns, {})
        return FoundPage(
            columns, self._splitter.split(records, columns["id"], columns["timestamp"])
        )

    def _start_again(self) -> None:
        """Read from the first page again."""
        self.cancel()
        self.reading = self.reading.after()
        self._first_facets = self._peeked = None
        self._identifier = self._new_normaliser()
        if not self.reading.known:
            self._normaliser = self._new_normaliser()
        self._pages = self._request_pages()

    def _read_first_facets(self) -> Facets:
        if self._first_facets is None:
            self._peeked = self._next_page()
        return self._first_facets or {}

    def _next_page(self) -> Page | None:
        if self._peeked is not None:
            peeked, self._peeked = self._peeked, None
            return peeked
        if self._pages is None:
            self._pages = self._request_pages()
        try:
            page = next(self._pages, None)
        except TooManyMatchesError as error:
            self.total = error.total
            raise
        if page is not None:
            if self._first_facets is None:
                self._first_facets = page.facets
            if page.total is not None:
                self.total = page.total
        return page

    @property
    def _tally(self) -> Tally:
        """The tally of the current reading."""
        if not self.tallies:
            self.tallies.append(self._new_tally())
        return self.tallies[-1]

    def _new_tally(self) -> Tally:
        lookback = min(self._settings.lookback, LONGEST_WINDOW)
        return Tally(self.id, self._jobs, self.window.end + lookback if lookback else None)

    def _request_pages(self) -> ClosablePages:
        """Begin a reading: search and read pages, timing how long the platform takes."""
        tally = self._new_tally()
        self.tallies.append(tally)
        return self._ahead(self._timed(self._api.pages(self.window, tally)))

    def _timed(self, pages: Iterator[Page]) -> Generator[Page, None, None]:
        for _ in range(self._most_pages) if self._most_pages else count():
            started = time.monotonic()
            try:
                page = next(pages, None)
            finally:
                self._latency_seconds += time.monotonic() - started
            if page is None:
                return
            yield page

    def _new_normaliser(self) -> Normaliser:
        return Normaliser(self._settings.projection, self._api.read_column, self.window, self.id)


def _as_they_are(pages: Generator[Page, None, None]) -> ClosablePages:
    return pages


def search_id(api_name: str, window: Window, settings: Settings) -> str:
    """Derive the id of a search from what is searched, not from when or how.

    Args:
        api_name: The search API.
        window: The window searched.
        settings: Give the client, who lives in one org and region, and what is asked for.

    Returns:
        32 hexadecimal digits.
    """
    identity: list[object] = [
        api_name,
        settings.client_id,
        settings.projection.fields,
        settings.filters,
        settings.facets,
        str(window),
    ]
    if settings.conversation_matching != "started":
        identity.append(settings.conversation_matching)
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
