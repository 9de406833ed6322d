"""One search over one window, from its first page to its audit record."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from typing import TYPE_CHECKING, Any

from tap_genesys_search.errors import IncompleteSearchError, TooManyMatchesError
from tap_genesys_search.normalise import Normaliser
from tap_genesys_search.search_apis.search_api import Page, SearchApi, Tally
from tap_genesys_search.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_genesys_search.settings import Settings
    from tap_genesys_search.transport import JsonObject
    from tap_genesys_search.windows import Window

logger = logging.getLogger("tap-genesys-search.search")

READINGS = 2
"""How often a window is read before it counts as short of its total."""


class Search:
    """One search over one window. Its pages are read as its records are asked for.

    Attributes:
        window: The window searched.
        id: The same for the same search over the same window, in every run.
        tally: What the search has cost so far.
        total: How many interactions match, or None before the first page.
        read_ids: Ids of the interactions read so far.
    """

    def __init__(self, api: SearchApi, window: Window, settings: Settings) -> None:
        self.window = window
        self.id = search_id(api.name, window, settings)
        self.tally = Tally()
        self.total: int | None = None
        self.read_ids: set[str] = set()
        self._api = api
        self._settings = settings
        self._started_at = utc_now()
        self._latency_seconds = 0.0
        self._page_count = 0
        self._facets: dict[str, list[Any]] = {}
        self._pages: Iterator[Page] = self.request_pages()
        self._peeked: Page | None = None
        self._normaliser = self._new_normaliser()
        self._reading: Iterator[JsonObject] | None = None

    def request_pages(self) -> Iterator[Page]:
        """Search and read pages, checking that the window isn't too large for one search."""
        limit = self._settings.max_records_per_search
        pages = self._api.pages(self.window, self.tally)
        while True:
            started = time.monotonic()
            try:
                page = next(pages, None)
            finally:
                self._latency_seconds += time.monotonic() - started
            if page is None:
                return
            if page.total > limit:
                raise TooManyMatchesError(
                    f"Window {self.window} matches {page.total} interactions, one search may "
                    f"match {limit}",
                    page.total,
                )
            yield page

    def read_pages_from(self, pages: Iterator[Page]) -> None:
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

    def facets(self) -> Mapping[str, list[Any]]:
        """Read the facets, which come with the first page."""
        if self.total is None:
            self._peeked = self._next_page()
        return self._facets

    def finish(self) -> None:
        """Read what nobody asked for, so that the audit tells of the whole search."""
        for _ in self.interactions():
            pass

    def audit(self, status: str, error: Exception | None) -> JsonObject:
        """Build the record of the stream `search_audits`.

        Args:
            status: `completed`, `split`, `incomplete` or `failed`.
            error: Why it did not complete.

        Returns:
            The record, as things stand now.
        """
        extracted = len(self.read_ids)
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
            "total_matching_records": self.total,
            "extracted_records": extracted,
            "hit_rate_percentage": round(extracted / self.total * 100, 2) if self.total else 0.0,
            "missing_fields": sorted(self._normaliser.missing_fields),
            "defaults_applied": dict(sorted(self._normaliser.defaults_applied.items())),
            "error": str(error) if error else None,
        }

    def _read_until_complete(self) -> Iterator[JsonObject]:
        for readings_left in reversed(range(READINGS)):
            while (page := self._next_page()) is not None:
                for raw in page.records:
                    record = self._normaliser.normalise(raw)
                    self.read_ids.add(record["id"])
                    yield record
            missing = (self.total or 0) - len(self.read_ids)
            if missing <= 0:
                return
            if readings_left:
                logger.warning(
                    "Window %s is short of %d of %s interactions, reading it again",
                    self.window,
                    missing,
                    self.total,
                )
                self._pages = self.request_pages()
                self._normaliser = self._new_normaliser()
        raise IncompleteSearchError(
            f"Window {self.window} yields {len(self.read_ids)} of {self.total} interactions, even "
            "when read again"
        )

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
            if self.total is None:
                self._facets = page.facets
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
