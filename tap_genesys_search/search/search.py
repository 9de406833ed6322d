"""One search over one window, from its first page to its audit record."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    AdvisedError,
    IncompleteSearchError,
    ReadingError,
    TapGenesysSearchError,
)
from tap_genesys_search.records.facets import facet_records
from tap_genesys_search.search.attempts import Attempts
from tap_genesys_search.search.audit import cost_of
from tap_genesys_search.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.jobs.open_jobs import OpenJobs
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets, FoundPage, Splitter
    from tap_genesys_search.search.attempts import ClosablePages
    from tap_genesys_search.search.document_reader import Unsettled
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
        is_read: Whether all its interactions were read.
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
        self.is_read = False
        self._api = api
        self._started_at = utc_now()
        self._facets: Facets | None = None
        self._attempts = Attempts(api, window, settings, jobs, most_pages, splitter)
        self._read: Iterator[FoundPage] | None = None

    @property
    def id(self) -> str:
        """The id, the same for the same search over the same window, in every run."""
        return self._attempts.search_id

    @property
    def unsettled(self) -> dict[str, Unsettled]:
        """Id to the conversations of which more may come."""
        return self._attempts.unsettled

    @property
    def total(self) -> int | None:
        """Number of matching records; None as long as it is unknown."""
        totals = (attempt.total for attempt in reversed(self._attempts.made))
        return next((total for total in totals if total is not None), None)

    @property
    def complete_until(self) -> datetime:
        """The moment up to which the search is complete: the window's end, or one before it.

        It lies within the window. The state must not move past it.
        """
        made = self._attempts.made
        until = made[-1].complete_until if made else self.window.end
        return max(self.window.start, until)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of what was found within the window."""
        if not self._attempts.made:
            return frozenset()
        completeness = self._attempts.current.completeness
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
        return [attempt.job_log for attempt in self._attempts.made]

    def start(self, ahead: Callable[[Generator[Page, None, None]], ClosablePages]) -> None:
        """Begin to read ahead.

        Args:
            ahead: Reads pages in a thread, before they are asked for.
        """
        self._attempts.start(ahead)

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
            attempt = self._attempts.current
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
        for attempt in self._attempts.made:
            attempt.job_log.abandon()

    def cancel(self) -> None:
        """End the search, and cancel what is still open on the platform."""
        for attempt in self._attempts.made:
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
        attempt = self._attempts.current if self._attempts.made else None
        completeness = attempt.completeness if attempt else self._api.completeness()
        normaliser = attempt.documents.normaliser if attempt else self._attempts.new_normaliser()
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
            "latency_ms": round(self._attempts.seconds_waited * 1000),
            "poll_count": cost["poll_count"],
            "page_count": cost["page_count"],
            "retry_count": cost["retry_count"],
            "total_matching_records": matching,
            "extracted_records": extracted,
            "hit_rate_percentage": round(extracted / matching * 100, 2) if matching else 0.0,
            "missing_fields": sorted(normaliser.missing_fields),
            "defaults_applied": dict(sorted(normaliser.defaults_applied.items())),
            "error": _said(status, error) if error else None,
        }

    def _read_until_complete(self) -> Iterator[FoundPage]:
        before: Completeness | None = None
        for attempts_left in reversed(range(ATTEMPTS)):
            attempt = self._attempts.current
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
            self._attempts.again()


def _said(status: str, error: Exception) -> str:
    """Write the reason of an audit. Where the parts of a window follow there is nothing to do."""
    return error.fact if status == "split" and isinstance(error, AdvisedError) else str(error)


def level_of(completeness: Completeness) -> int:
    """Choose the level at which a further attempt is logged: INFO where it is expected."""
    return logging.INFO if completeness.is_routine else logging.WARNING
