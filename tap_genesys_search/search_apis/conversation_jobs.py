"""Conversation detail jobs: queued, then read by cursor; the way for large extracts."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from typing_extensions import override

from tap_genesys_search.errors import (
    RequestError,
    ResultExpiredError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.wait import resume, wait_for_job
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import place_of
from tap_genesys_search.platform.page_size import PageSize
from tap_genesys_search.records.conversations.fields import read_conversation_field
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.search_apis.conversations.facets import build_aggregations
from tap_genesys_search.search_apis.conversations.filters import build_filters, describe_places
from tap_genesys_search.search_apis.conversations.job_answers import (
    PATH,
    JobState,
    read_date,
    read_job_id,
    read_state,
)
from tap_genesys_search.search_apis.conversations.job_counts import (
    JobCompleteness,
    JobCounts,
    started_outside,
    starts_within,
)
from tap_genesys_search.search_apis.conversations.job_results import JobResults
from tap_genesys_search.search_apis.platform_search import PlatformSearch
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.jobs.wait import Patience
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.search_apis.completeness import Completeness
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings


LARGEST_PAGE = 1000

WHOLE = "window"
"""One job answers all of a window."""


class ConversationJobs(PlatformSearch):
    """Searches conversations by asynchronous jobs.

    A job's interval matches every conversation alive in it. With `startOfDayIntervalMatching` only
    those match that started after the beginning of the interval's first day (model
    `AsyncConversationQuery`); what started outside of the window is then left out here.
    """

    name: ClassVar[str] = "conversation_jobs"
    lookback: ClassVar[timedelta] = timedelta(hours=48)
    least_requests: ClassVar[int] = 3  # to submit a job, to ask for its state, to read its results

    permissions: ClassVar[tuple[str, ...]] = ("analytics:conversationDetail:view",)
    tables: ClassVar[frozenset[str]] = frozenset(CONVERSATION_TABLES)
    completeness: ClassVar[type[Completeness]] = JobCompleteness

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        super().__init__(client, settings)
        self._lost_at: dict[Window, int] = {}
        self._counts = JobCounts(client, settings)

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

    @property
    @override
    def places_of_filters(self) -> str:
        return describe_places(self._settings.filters)

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
        return read_date(date, place_of(answer, PATH), self._client.quote)

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
                yield from self._counted(self._results(path, window, job_log), window, job_log)
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

    @property
    @override
    def finds_again(self) -> bool:
        return self._settings.conversation_matching == "active"

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        return self.finds_again or starts_within(record, window)

    @override
    def facet_window(self, window: Window) -> Window:
        return window.whole_days()

    @override
    def facets(self, window: Window, answered: Callable[[], Facets], job_log: JobLog) -> Facets:
        # Jobs answer none; the query does, and one conversation is as few as it can answer.
        return self._counts.facets(window, job_log) if self._settings.facets else {}

    def _submit(self, window: Window, job_log: JobLog) -> str:
        body: JsonObject = {
            "interval": str(window),
            "order": "asc",
            "orderBy": "conversationStart",
            "startOfDayIntervalMatching": self._settings.conversation_matching == "started",
            **build_filters(self._settings.filters),
        }
        _, job = self._submit_job(PATH, body, WHOLE, job_log, Asked.SEARCH, read_job_id)
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

    def _counted(
        self, results: Iterator[tuple[Page, bool]], window: Window, job_log: JobLog
    ) -> Iterator[Page]:
        """Give the last page of the results the total, where what the job found can be compared."""
        elsewhere: set[str] = set()
        found: set[str] = set()
        for page, is_last in results:
            elsewhere |= started_outside(page, window)
            found.update(str(record.get("conversationId")) for record in page.records)
            if is_last and page.complete_until is None:
                within = len(found - elsewhere)
                page = self._counts.count(  # noqa: PLW2901
                    page, window, within, len(elsewhere), job_log
                )
            yield page

    def _results(self, path: str, window: Window, job_log: JobLog) -> Iterator[tuple[Page, bool]]:
        """Read the pages of results, and tell which one is the last."""
        results = JobResults(self._client, path, window, PageSize(self._page_size), job_log)
        try:
            yield from results.pages()
        except ResultExpiredError as error:
            raise self._find_depth(error, window, results.read) from None

    def _find_depth(
        self, error: ResultExpiredError, window: Window, read: int
    ) -> TapGenesysSearchError:
        """Tell results that are lost from such that end at a limit: those end there again."""
        if read and self._lost_at.get(window) == read:
            return TooManyMatchesError(f"{error.fact}, at conversation {read} of two jobs")
        self._lost_at[window] = read
        return error

    @override
    def _largest_page(self) -> int:
        return min(self._settings.page_size, LARGEST_PAGE)


def _path(job: str) -> str:
    return f"{PATH}/{quote(job, safe='')}"
