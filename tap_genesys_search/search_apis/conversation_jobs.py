"""Conversation detail jobs: queued, then read by cursor; the way for large extracts."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode

from typing_extensions import override

from tap_genesys_search.errors import (
    RequestError,
    ResultExpiredError,
    SearchFailedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.jobs.wait import in_grace, resume, wait_for_job
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.platform.page_size import PageSize, fit_search_page
from tap_genesys_search.platform.responses import place_of, size_of
from tap_genesys_search.records.conversation_fields import (
    conversation_start,
    read_conversation_field,
)
from tap_genesys_search.records.tables import CONVERSATION_TABLES
from tap_genesys_search.search_apis import conversation_query
from tap_genesys_search.search_apis.base import Page, SearchApi
from tap_genesys_search.search_apis.conversation_facets import build_aggregations
from tap_genesys_search.search_apis.conversation_filters import build_filters
from tap_genesys_search.timestamps import read_moment
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.jobs.wait import Patience
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.settings.parse import Settings


logger = logging.getLogger("tap-genesys-search.conversation_jobs")


PATH = "/api/v2/analytics/conversations/details/jobs"

LARGEST_PAGE = 1000

WHOLE = "window"
"""One job answers all of a window."""


MOST_EMPTY_PAGES = 100
"""Pages may be short, even empty, but a platform that answers nothing else has lost its way."""


RESULTS = frozenset({"conversations", "cursor", "dataAvailabilityDate"})
"""Keys of the model `AnalyticsConversationAsyncQueryResponse`; a page has at least one of them."""


class JobState(Enum):
    """Where a job stands (model `AsyncQueryStatus`), and what its end means."""

    QUEUED = ("QUEUED", None)
    PENDING = ("PENDING", None)
    FULFILLED = ("FULFILLED", "")
    FAILED = (
        "FAILED",
        "has failed. Run again; if it recurs for the same dates, lower window_hours",
    )
    CANCELLED = ("CANCELLED", "was cancelled, by an administrator or another program. Run again")
    EXPIRED = ("EXPIRED", "has expired before its results were read. Run again")

    def __init__(self, wire_name: str, outcome: str | None) -> None:
        self.wire_name = wire_name
        self.outcome = outcome

    @property
    def is_terminal(self) -> bool:
        """Whether a job stays in this state."""
        return self.outcome is not None


_STATES = {state.wire_name: state for state in JobState}


class ConversationJobs(SearchApi):
    """Searches conversations by asynchronous jobs.

    A job's interval matches every conversation alive in it. With `startOfDayIntervalMatching` only
    those match that started after the beginning of the interval's first day (model
    `AsyncConversationQuery`); what started outside of the window is then left out here.
    """

    name: ClassVar[str] = "conversation_jobs"
    lookback: ClassVar[timedelta] = timedelta(hours=48)
    permissions: ClassVar[tuple[str, ...]] = ("analytics:conversationDetail:view",)
    searches_whole_days: ClassVar[bool] = True
    tables: ClassVar[frozenset[str]] = frozenset(CONVERSATION_TABLES)

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        super().__init__(client, settings)
        self._lost_at: dict[Window, int] = {}

    @property
    @override
    def identity(self) -> tuple[str, ...]:
        matching = self._settings.conversation_matching
        return () if matching == "started" else (matching,)

    @property
    @override
    def most_matches(self) -> int | None:
        return None

    @override
    def probe(self, job_log: JobLog) -> None:
        self.available_until(job_log)

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        try:
            self._submit(Window(window.start, window.start + self.finest_window), job_log)
        finally:
            self.cancel(job_log)

    @override
    def check_filters(self) -> None:
        build_filters(self._settings.filters)
        build_aggregations(self._settings.facets)

    @override
    def available_until(self, job_log: JobLog) -> datetime | None:
        answer = self._client.call(
            "GET", f"{PATH}/availability", asked=Asked.PROBE, on_retry=job_log.count_retry
        )
        date = answer.get("dataAvailabilityDate")
        try:
            return read_moment(date)
        except (ValueError, OverflowError):
            raise SearchFailedError(
                f"{place_of(answer, PATH)} answered {self._client.quote(date)[:64]!r} for a date"
            ) from None

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        try:
            path = resume(
                job_log,
                WHOLE,
                self._patience,
                lambda job, patience: self._wait(job, window, job_log, patience),
            )
            if path is None:
                with self.explained(window):
                    job = self._submit(window, job_log)
                path = self._wait(job, window, job_log, self._patience)
            with self.explained(window):
                yield from self._results(path, window, job_log)
            job_log.job_closed(WHOLE)
        finally:
            self.cancel(job_log)

    @override
    def cancel(self, job_log: JobLog) -> None:
        self.cancel_jobs(job_log.give_up_jobs())

    @override
    def cancel_jobs(self, jobs: Iterable[str]) -> None:
        for job in jobs:  # they are limited in number
            with suppress(RequestError):
                self._client.call_once("DELETE", _path(job))

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_conversation_field(record, field)

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        if self._settings.conversation_matching == "active":
            return True
        start = conversation_start(record)
        return start is None or window.start <= start < window.end

    @override
    def facet_window(self, window: Window) -> Window:
        return window.whole_days()

    @override
    def facets(self, window: Window, answered: Callable[[], Facets], job_log: JobLog) -> Facets:
        # Jobs answer none; the query does, and one conversation is as few as it can answer.
        if not self._settings.facets:
            return {}
        body = conversation_query.build_query(self._settings, window, 1, 1)
        answer = self._client.call(
            "POST",
            conversation_query.PATH,
            json=body,
            asked=Asked.SEARCH,
            on_retry=job_log.count_retry,
        )
        return conversation_query.read_answer(answer).facets

    def _submit(self, window: Window, job_log: JobLog) -> str:
        body: JsonObject = {
            "interval": str(window),
            "order": "asc",
            "orderBy": "conversationStart",
            "startOfDayIntervalMatching": self._settings.conversation_matching == "started",
            **build_filters(self._settings.filters),
        }
        _, job = self._submit_job(PATH, body, WHOLE, job_log, Asked.SEARCH, _read_job_id)
        return job

    def _wait(self, job: str, window: Window, job_log: JobLog, patience: Patience) -> str:
        """Wait until a job is fulfilled, and give its path."""
        path = _path(job)

        def poll() -> JobState | None:
            answer = self._poll(path, job_log)
            if answer is None:
                return None
            state = read_state(answer, place_of(answer, path), self._client.quote)
            return state if state.is_terminal else None

        wait_for_job(poll, job_log, WHOLE, f"The job of window {window}", patience)
        return path

    def _results(self, path: str, window: Window, job_log: JobLog) -> Iterator[Page]:
        size = PageSize(self._page_size)
        cursor: str | None = None
        seen: set[str] = set()
        empty = read = 0
        while True:
            try:
                answer = self._results_page(path, size, cursor, job_log)
            except ResultExpiredError as error:
                raise self._find_depth(error, window, read) from None
            place = place_of(answer, f"{path}/results")
            page, cursor = read_results(answer, place)
            if "conversations" not in answer and cursor is None:
                logger.warning(
                    "Window %s: %s answered neither conversations nor a cursor, which is taken for "
                    "the end of the results",
                    window,
                    place,
                )
            job_log.count_page()
            yield page
            read += len(page.records)
            if cursor is None:
                return
            if cursor in seen:
                raise SearchFailedError(f"{place} answered the same cursor twice")
            seen.add(cursor)
            empty = 0 if page.records else empty + 1
            if empty >= MOST_EMPTY_PAGES:
                raise SearchFailedError(f"{place} answered {empty} empty pages in a row")

    def _find_depth(
        self, error: ResultExpiredError, window: Window, read: int
    ) -> TapGenesysSearchError:
        """Tell results that are lost from such that end at a limit: those end there again."""
        if read and self._lost_at.get(window) == read:
            return TooManyMatchesError(f"{error}, at conversation {read} of two jobs")
        self._lost_at[window] = read
        return error

    @override
    def _largest_page(self) -> int:
        return min(self._settings.page_size, LARGEST_PAGE)

    def _results_page(
        self, path: str, size: PageSize, cursor: str | None, job_log: JobLog
    ) -> JsonObject:
        """Read the results behind a cursor, fewer where the answer would be too large."""

        def ask() -> JsonObject:
            asked = {"pageSize": size.rows, **({"cursor": cursor} if cursor else {})}
            return self._client.call(
                "GET",
                f"{path}/results?{urlencode(asked)}",
                asked=Asked.RESULTS,
                on_retry=job_log.count_retry,
            )

        # An answer that says nothing at all is not the end of the results.
        for _ in range(2):
            answer = fit_search_page(size, lambda: in_grace(ask, job_log))
            if RESULTS & answer.keys():
                return answer
        raise SearchFailedError(
            f"{place_of(answer, f'{path}/results')} answered twice without anything that results "
            "have. Run again: the state is kept"
        )


def _read_job_id(answer: JsonObject) -> str:
    job = answer.get("jobId")
    if not isinstance(job, str) or not is_id(job):
        raise SearchFailedError(f"POST {PATH} answered without a jobId")
    return job


def _path(job: str) -> str:
    return f"{PATH}/{quote(job, safe='')}"


def read_state(answer: JsonObject, path: str, quote_text: Callable[[object], str]) -> JobState:
    """Read where a job stands; one that ended without results raises.

    Args:
        answer: Model `AsyncQueryStatus`.
        path: Where it came from, for the error.
        quote_text: Writes what the platform says, for the error.

    Raises:
        ResultExpiredError: The job has expired.
        SearchFailedError: The job failed, was cancelled, has expired, or says something unknown.
    """
    name = answer.get("state")
    state = _STATES.get(name.upper()) if isinstance(name, str) else None
    if state is None:
        raise SearchFailedError(f"{path} answered the unknown state {quote_text(name)[:64]!r}")
    if state.outcome:
        message = answer.get("errorMessage")
        message = quote_text(message) if isinstance(message, str) else ""
        said = f' ("{message}")' if message else ""
        error = ResultExpiredError if state is JobState.EXPIRED else SearchFailedError
        raise error(f"{path} answered {state.wire_name}{said}: the job {state.outcome}")
    return state


def read_results(answer: JsonObject, path: str) -> tuple[Page, str | None]:
    """Check a page of results.

    Returns:
        The page, and the cursor of the next one, None on the last.

    Raises:
        SearchFailedError: Conversations or cursor are not what the model says.
    """
    records = answer.get("conversations") or []
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SearchFailedError(f"{path} answered conversations that are no list of objects")
    cursor = answer.get("cursor") or None
    if cursor is not None and not isinstance(cursor, str):
        raise SearchFailedError(f"{path} answered a cursor that is no text")
    return Page(records, None, {}, size_of(answer)), cursor
