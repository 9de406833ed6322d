"""One search over one window, from its first page to its audit record."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    IncompleteSearchError,
    ReadingError,
    TapGenesysSearchError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.records.conversations.fields import is_open
from tap_genesys_search.records.facets import facet_records
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search.attempt import Attempt, DocumentReader
from tap_genesys_search.search.audit import cost_of, search_id
from tap_genesys_search.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from tap_genesys_search.jobs.open_jobs import OpenJobs
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets, FoundPage, Splitter
    from tap_genesys_search.search.attempt import ClosablePages
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.search_apis.completeness import Completeness
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.search")


ATTEMPTS = 3
"""Number of attempts before a window counts as incomplete."""


class Search:
    """One search over one window. Its pages are read as its records are asked for.

    Args:
        api: How to search.
        window: The window to search.
        settings: Give what to ask for.
        jobs: The open jobs of the run.
        most_pages: Pages to read at most, where not all are wanted.
        splitter: Splits documents into tables, where tables are wanted.

    Attributes:
        window: The window searched.
        id: The same for the same search over the same window, in every run.
        is_read: Whether all its interactions were read.
        still_open: Id to start of the conversations that had not ended.
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
        self.id = search_id(api.name, window.whole, settings, api.identity)
        # A job of a window that was cut short answers no other cut of its cell.
        self._jobs_id = search_id(api.name, window, settings, api.identity)
        self.is_read = False
        self._api = api
        self._settings = settings
        self._jobs = jobs
        self._most_pages = most_pages
        self._splitter = splitter
        self._started_at = utc_now()
        self._latency_seconds = 0.0
        self._facets: Facets | None = None
        self._ahead: Callable[[Generator[Page, None, None]], ClosablePages] = _as_they_are
        self._attempts: list[Attempt] = []
        self.still_open: dict[str, str] = {}
        self._read: Iterator[FoundPage] | None = None

    @property
    def total(self) -> int | None:
        """Number of matching records; None as long as it is unknown."""
        totals = (attempt.total for attempt in reversed(self._attempts))
        return next((total for total in totals if total is not None), None)

    @property
    def complete_until(self) -> datetime:
        """The moment up to which the search is complete: the window's end, or one before it.

        It lies within the window. The state must not move past it.
        """
        until = self._attempts[-1].complete_until if self._attempts else self.window.end
        return max(self.window.start, until)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of what was found within the window."""
        if not self._attempts:
            return frozenset()
        completeness = self._attempts[-1].completeness
        return completeness.known | completeness.ids

    @property
    def facet_window(self) -> Window:
        """The span of time that the facets count."""
        return self._api.facet_window(self.window)

    @property
    def matches_nothing(self) -> bool:
        """Whether the platform says that nothing matches, and nothing came."""
        return self.total == 0 and not self.ids

    @property
    def job_logs(self) -> list[JobLog]:
        """The job log of each attempt."""
        return [attempt.job_log for attempt in self._attempts]

    def start(self, ahead: Callable[[Generator[Page, None, None]], ClosablePages]) -> None:
        """Begin to read ahead.

        Args:
            ahead: Reads pages in a thread, before they are asked for.
        """
        self._ahead = ahead
        self._attempts.append(self._new_attempt())

    def pages(self) -> Iterator[FoundPage]:
        """Read what was found, page by page; a second call continues where the first one stopped.

        Returns:
            The pages, normalised.

        Raises:
            IncompleteSearchError: Fewer records came than the platform says match.
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
        return facet_records(self._answered_facets(), self.facet_window, self.id)

    def facet_names(self) -> set[str]:
        """Name the facets that were answered, also those without buckets."""
        return set(self._answered_facets())

    def _answered_facets(self) -> Facets:
        if self._facets is None:
            attempt = self._attempt
            self._facets = self._api.facets(self.window, attempt.first_facets, attempt.job_log)
        return self._facets

    def count_now(self) -> int | None:
        """Ask how many records match; the search must not be read afterwards.

        Returns:
            The total on the first page; None where it has none, or the search fails.
        """
        with suppress(TapGenesysSearchError):
            next(self.pages(), None)
        self.cancel()
        return self.total

    def finish(self) -> None:
        """Read the remaining pages, so that the audit covers the whole search."""
        for _ in self.pages():
            pass

    def abandon(self) -> None:
        """Tell the threads of the search that nobody will read it."""
        for attempt in self._attempts:
            attempt.job_log.abandon()

    def cancel(self) -> None:
        """End the search, and cancel what is still open on the platform."""
        for attempt in self._attempts:
            attempt.cancel()

    def audit(self, status: str, error: Exception | None) -> JsonObject:
        """Build the record of the stream `search_audits`.

        Args:
            status: `completed`, `split`, `incomplete` or `failed`.
            error: The reason, where it did not complete.

        Returns:
            The record, by the current state of the search.
        """
        cost = cost_of(self.job_logs)
        attempt = self._attempts[-1] if self._attempts else None
        completeness = attempt.completeness if attempt else self._api.completeness()
        normaliser = attempt.documents.normaliser if attempt else self._new_normaliser()
        extracted = len(self.ids)
        matching = None if self.total is None else self.total - len(completeness.ids_outside)
        if matching is not None and self.is_read:
            matching = max(matching, extracted)  # a total may be approximate
        return {
            "search_id": self.id,
            "started_at": format_timestamp(self._started_at),
            "completed_at": format_timestamp(utc_now()),
            "search_api": self._api.name,
            "query_ids": cost["query_ids"],
            "window_start": format_timestamp(self.window.start),
            "window_end": format_timestamp(self.window.end),
            "status": status,
            "latency_ms": round(self._latency_seconds * 1000),
            "poll_count": cost["poll_count"],
            "page_count": cost["page_count"],
            "retry_count": cost["retry_count"],
            "total_matching_records": matching,
            "extracted_records": extracted,
            "hit_rate_percentage": round(extracted / matching * 100, 2) if matching else 0.0,
            "missing_fields": sorted(normaliser.missing_fields),
            "defaults_applied": dict(sorted(normaliser.defaults_applied.items())),
            "error": str(error) if error else None,
        }

    def _read_until_complete(self) -> Iterator[FoundPage]:
        before: Completeness | None = None
        for attempts_left in reversed(range(ATTEMPTS)):
            attempt = self._attempt
            completeness = attempt.completeness
            problem: ReadingError
            try:
                yield from attempt.found_pages()
            except ReadingError as error:
                problem = error
            else:
                if completeness.is_complete:
                    self.is_read = True
                    return
                if confirmed := completeness.confirms(before):
                    logger.log(level_of(completeness), "Window %s %s", self.window, confirmed)
                    self.is_read = True
                    return
                before = completeness
                problem = IncompleteSearchError(
                    f"Window {self.window} {completeness.describe_shortage()}"
                )
            if not attempts_left:
                in_each = f"{problem.fact}, in each of {ATTEMPTS} readings"
                raise type(problem)(in_each, problem.advice)
            logger.log(level_of(completeness), "%s: reading the window again", problem.fact)
            attempt.cancel()
            self._attempts.append(self._new_attempt(attempt))

    @property
    def _attempt(self) -> Attempt:
        """The current attempt."""
        if not self._attempts:
            self._attempts.append(self._new_attempt())
        return self._attempts[-1]

    def _new_attempt(self, before: Attempt | None = None) -> Attempt:
        lookback = self._settings.lookback_or(self._api.lookback)
        settled_at = self.window.end + lookback if lookback else None
        job_log = JobLog(self._jobs_id, self._jobs, settled_at)
        completeness = before.completeness.after() if before else self._api.completeness()
        # An attempt that adds to the rows of the one before counts their defaults, too.
        adds = before.documents.normaliser if before and completeness.known else None
        documents = DocumentReader(
            adds or self._new_normaliser(),
            self._new_normaliser(),
            self._splitter,
            is_open if self._api.finds_conversations else None,
            self.still_open,
        )
        pages = self._ahead(self._timed(self._api.pages(self.window, job_log)))
        return Attempt(self._api, self.window, completeness, job_log, pages, documents)

    def _timed(self, pages: Iterator[Page]) -> Generator[Page, None, None]:
        """Pass pages on, and time how long the platform takes."""
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
        return Normaliser(
            self._settings.projection,
            self._api.read_column,
            self.window,
            self.id,
            self._api.unread_times,
        )


def level_of(completeness: Completeness) -> int:
    """Choose the level at which a further attempt is logged: INFO where it is expected."""
    return logging.INFO if completeness.is_routine else logging.WARNING


def _as_they_are(pages: Generator[Page, None, None]) -> ClosablePages:
    return pages
