"""One search over one window, from its first page to its audit record."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from tap_genesys_search.errors import IncompleteSearchError, TooManyMatchesError
from tap_genesys_search.facets import facet_records
from tap_genesys_search.normalise import Normaliser
from tap_genesys_search.search_apis.search_api import Facets, Page, SearchApi, Tally
from tap_genesys_search.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tap_genesys_search.settings import Settings
    from tap_genesys_search.transport import JsonObject
    from tap_genesys_search.windows import Window

logger = logging.getLogger("tap-genesys-search.search")

READINGS = 3
"""How often a window is read before it counts as short of its total, or as not holding still."""


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
        most_pages: Pages to read at most, where not all are wanted.

    Attributes:
        window: The window searched.
        id: The same for the same search over the same window, in every run.
        tally: What the search has cost so far.
        total: How many records the search has, or None as long as that isn't known.
        read_ids: Ids of the interactions in the current reading of the window.
    """

    def __init__(
        self,
        api: SearchApi,
        window: Window,
        settings: Settings,
        most_pages: int | None = None,
    ) -> None:
        self.window = window
        self.id = search_id(api.name, window, settings)
        self.tally = Tally()
        self.total: int | None = None
        self.read_ids: set[str] = set()
        self._ids_outside: set[str] = set()
        self._api = api
        self._settings = settings
        self._most_pages = most_pages
        self._started_at = utc_now()
        self._latency_seconds = 0.0
        self._page_count = 0
        self._first_facets: Facets | None = None
        self._facets: Facets | None = None
        self._pages: ClosablePages = self.request_pages()
        self._peeked: Page | None = None
        self._normaliser = self._new_normaliser()
        self._reading: Iterator[JsonObject] | None = None

    def request_pages(self) -> Generator[Page, None, None]:
        """Search and read pages, timing how long the platform takes."""
        pages = islice(self._api.pages(self.window, self.tally), self._most_pages)
        while True:
            started = time.monotonic()
            try:
                page = next(pages, None)
            finally:
                self._latency_seconds += time.monotonic() - started
            if page is None:
                return
            yield page

    def read_pages_from(self, pages: ClosablePages) -> None:
        """Take the pages from elsewhere, from a thread that reads ahead."""
        self._pages = pages

    def interactions(self) -> Iterator[JsonObject]:
        """Read the normalised interactions; a second call goes on where the first one left off.

        Returns:
            Records of the stream `interactions`.

        Raises:
            IncompleteSearchError: There are fewer than the platform says match.
            TapGenesysSearchError: The search failed.
        """
        if self._reading is None:
            self._reading = self._read_until_complete()
        return self._reading

    def facets(self) -> Iterator[JsonObject]:
        """Read the facets.

        Yields:
            Records of the stream `interaction_facets`.
        """
        if self._facets is None:
            self._facets = self._api.facets(self.window, self._read_first_facets, self.tally)
        return facet_records(self._facets, self._api.facet_window(self.window), self.id)

    def finish(self) -> None:
        """Read what nobody asked for, so that the audit tells of the whole search."""
        for _ in self.interactions():
            pass

    def cancel(self) -> None:
        """Cancel what is still open on the platform; there is nothing to where all was read."""
        self.tally.is_wanted = False
        self._api.cancel(self.tally)

    def audit(self, status: str, error: Exception | None) -> JsonObject:
        """Build the record of the stream `search_audits`.

        Args:
            status: `completed`, `split`, `incomplete` or `failed`.
            error: Why it did not complete.

        Returns:
            The record, as things stand now.
        """
        extracted = len(self.read_ids)
        matching = None if self.total is None else self.total - len(self._ids_outside)
        return {
            "search_id": self.id,
            "started_at": format_timestamp(self._started_at),
            "completed_at": format_timestamp(utc_now()),
            "search_api": self._api.name,
            "query_ids": list(self.tally.query_ids),
            "window_start": format_timestamp(self.window.start),
            "window_end": format_timestamp(self.window.end),
            "status": status,
            "latency_ms": round(self._latency_seconds * 1000),
            "poll_count": self.tally.polls,
            "page_count": self._page_count,
            "retry_count": self.tally.retries,
            "total_matching_records": matching,
            "extracted_records": extracted,
            "hit_rate_percentage": round(extracted / matching * 100, 2) if matching else 0.0,
            "missing_fields": sorted(self._normaliser.missing_fields),
            "defaults_applied": dict(sorted(self._normaliser.defaults_applied.items())),
            "error": str(error) if error else None,
        }

    def _read_until_complete(self) -> Iterator[JsonObject]:
        before: set[str] | None = None
        for readings_left in reversed(range(READINGS)):
            self.read_ids, self._ids_outside, totals, rows = set(), set(), set(), 0
            while (page := self._next_page()) is not None:
                known = len(self.read_ids) + len(self._ids_outside)
                yield from self._read_page(page)
                totals.add(page.total)
                rows += len(page.records)
                read = len(self.read_ids) + len(self._ids_outside)
                if page.records and read == known:
                    rows = -1  # a page that only repeats, and the next might do so for ever
                    break
            ids = self.read_ids | self._ids_outside
            if totals <= {None}:  # no total was said; that there is no further page says it all
                self.total = len(ids)
            if totals <= {None, len(ids)}:
                return
            if totals == {rows} and ids == before:
                logger.warning(
                    "Window %s has only %d ids in its %d interactions, again and again: some "
                    "share one id",
                    self.window,
                    len(ids),
                    rows,
                )
                return
            before = ids
            said = ", then ".join(str(total) for total in sorted(filter(None, totals)))
            if readings_left:
                logger.warning(
                    "Window %s yields %d interactions, the platform says %s: reading it again",
                    self.window,
                    len(ids),
                    said or 0,
                )
                self._start_reading()
        raise IncompleteSearchError(
            f"Window {self.window} yields {len(ids)} of {said or 0} interactions, read "
            f"{READINGS} times"
        )

    def _read_page(self, page: Page) -> Iterator[JsonObject]:
        for raw in page.records:
            if self._api.is_within(raw, self.window):
                record = self._normaliser.normalise(raw)
                self.read_ids.add(record["id"])
                yield record
            else:
                self._ids_outside.add(str(self._api.read_field(raw, "id")))

    def _start_reading(self) -> None:
        """Read from the first page again."""
        self._pages.close()
        self._pages = self.request_pages()
        self._normaliser = self._new_normaliser()

    def _read_first_facets(self) -> Facets:
        if self._first_facets is None:
            self._peeked = self._next_page()
        return self._first_facets or {}

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
            self._page_count += 1
            if self._first_facets is None:
                self._first_facets = page.facets
            self.total = page.total
        return page

    def _new_normaliser(self) -> Normaliser:
        return Normaliser(self._settings.projection, self._api.read_field, self.window, self.id)


def search_id(api_name: str, window: Window, settings: Settings) -> str:
    """Derive the id of a search from what is searched, not from when or how.

    Args:
        api_name: The search API.
        window: The window searched.
        settings: Give the client, who lives in one org and region, and what is asked for.

    Returns:
        32 hexadecimal digits.
    """
    identity = [
        api_name,
        settings.client_id,
        settings.projection.fields,
        settings.filters,
        settings.facets,
        str(window),
    ]
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
