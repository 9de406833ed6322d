"""The interaction search: one submission is queued, polled, and answers one page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from typing_extensions import override

from tap_genesys_search.errors import (
    ApiRefusedError,
    NotOfferedError,
    PageTooLargeError,
    SearchFailedError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.jobs.wait import resume, wait_for_job
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import errors_in, place_of, size_of
from tap_genesys_search.platform.page_size import PageSize
from tap_genesys_search.records.fields import read_dotted, read_dotted_column
from tap_genesys_search.search_apis.page import Page, answered_facets, check_progress, read_count
from tap_genesys_search.search_apis.platform_search import PlatformSearch
from tap_genesys_search.settings.projection import project
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.jobs.wait import Patience
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.settings.parse import Settings


PATH = "/api/v2/analytics/conversations/details/query"


TOTAL = "totalMatchingRecords"

LARGEST_SEARCH = 50_000
"""A query may match no more."""


class QueryStatus(Enum):
    """Where a query stands; a status that is not among these ends the search as failed."""

    PENDING = ("pending", False)
    COMPLETED = ("completed", True)

    def __init__(self, wire_name: str, is_terminal: bool) -> None:  # noqa: FBT001
        self.wire_name = wire_name
        self.is_terminal = is_terminal


_STATUSES = {status.wire_name: status for status in QueryStatus}


class InteractionSearch(PlatformSearch):
    """Searches interactions by the interaction search contract."""

    name: ClassVar[str] = "interaction_search"
    lookback: ClassVar[timedelta] = timedelta(hours=1)
    least_requests: ClassVar[int] = 2  # to submit a query, to ask for its result

    permissions: ClassVar[tuple[str, ...]] = ()

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        # A query says in its status how it stands.
        super().__init__(client.for_answers_with({"status"}), settings)

    @property
    @override
    def most_matches(self) -> int:
        return min(self._settings.max_records_per_search, LARGEST_SEARCH)

    @override
    def probe(self, job_log: JobLog) -> None:
        # Without the user's fields and filters: a mistake in them is not for a probe to find. And
        # to its end: a query left open would be one more in flight.
        settings = replace(self._settings, projection=project(("id",)), filters=())
        window = Window(settings.start, settings.start + self.finest_window)
        try:
            InteractionSearch(self._client, settings)._query(window, 0, 1, job_log, Asked.PROBE)  # noqa: SLF001
        except PageTooLargeError as error:  # the answer to a poll
            raise ApiRefusedError(error.fact, status=error.status) from None

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        least = Window(window.start, window.start + self.finest_window)
        self._query(least, 0, self._settings.page_size, job_log, Asked.SEARCH)

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        offset = 0
        limit = self.most_matches
        size = PageSize(self._page_size)
        while True:
            page = self._page(window, offset, size, job_log)
            job_log.count_page()
            check_progress(size, page, window)
            total = page.total or 0
            if total > limit or total == LARGEST_SEARCH:  # it may be cut off there
                raise TooManyMatchesError(
                    f"Window {window} matches {total} interactions, one search may match {limit}",
                    total,
                )
            if 0 < total <= offset and page.records:
                raise TooManyMatchesError(
                    f"Window {window} has more interactions than the {total} that it counts"
                )
            yield page
            offset += len(page.records)
            is_full = total > 0 and len(page.records) >= size.rows
            if not page.records or (offset >= total and not is_full):
                return

    def _page(self, window: Window, offset: int, size: PageSize, job_log: JobLog) -> Page:
        """Read the interactions from an offset on, fewer where the answer would be too large."""
        asked = Asked.PAGE if offset else Asked.SEARCH

        def ask() -> Page:
            return self._query(window, offset, size.rows, job_log, asked)

        return self._fit_page(size, window, ask)

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_dotted(record, field)

    @classmethod
    @override
    def read_column(cls, records: list[JsonObject], field: str) -> list[Any]:
        return read_dotted_column(records, field)

    def _query(self, window: Window, offset: int, size: int, job_log: JobLog, asked: Asked) -> Page:
        """Submit the query of one page and wait until it is completed."""
        part = f"{offset}+{size}"
        page = resume(
            job_log,
            part,
            self._patience,
            lambda query, patience: self._wait(query, part, window, job_log, patience),
        )
        if page is None:
            payload = build_payload(self._settings, window, offset, size)
            page = self._submit_and_wait(payload, part, window, job_log, asked)
        job_log.job_closed(part)
        return page

    def _submit_and_wait(
        self, payload: JsonObject, part: str, window: Window, job_log: JobLog, asked: Asked
    ) -> Page:
        query, query_id = self._submit_job(PATH, payload, part, job_log, asked, _read_query_id)
        # One that is completed at once may come with its page, or only say so.
        if self._read_status(query, PATH).is_terminal and TOTAL in query:
            return self._read_page(query, PATH)
        return self._wait(query_id, part, window, job_log, self._patience)

    def _wait(
        self, query_id: str, part: str, window: Window, job_log: JobLog, patience: Patience
    ) -> Page:
        path = f"{PATH}/{quote(query_id, safe='')}"

        def poll() -> JsonObject | None:
            answer = self._poll(path, job_log)
            if answer is None:
                return None
            return answer if self._read_status(answer, path).is_terminal else None

        what = f"Query {self._client.quote(query_id)[:64]!r} of window {window}"
        completed = wait_for_job(poll, job_log, part, what, patience)
        return self._read_page(completed, path)

    def _read_page(self, answer: JsonObject, path: str) -> Page:
        if errors_in(answer) or answer.get("errorMessage"):
            message = _failure_message(answer, self._client.quote)
            raise SearchFailedError(
                f"{place_of(answer, path)} answered a completed search with an error{message}"
            )
        return read_page(answer, place_of(answer, path))

    def _read_status(self, answer: JsonObject, path: str) -> QueryStatus:
        """Read where a query stands; one that failed, or says something unknown, ends here."""
        name = answer.get("status")
        status = _STATUSES.get(name.lower()) if isinstance(name, str) else None
        if status is None:
            message = _failure_message(answer, self._client.quote)
            status_said = self._client.quote(name)[:64]
            raise SearchFailedError(
                f"{place_of(answer, path)} answered status {status_said!r}, so the search has "
                f"failed{message}",
                "Run again: the state is kept. If it recurs for the same dates, lower window_hours",
            )
        return status


def _read_query_id(answer: JsonObject) -> str:
    query_id = answer.get("id")
    if isinstance(query_id, int) and not isinstance(query_id, bool):
        query_id = str(query_id)
    if not isinstance(query_id, str) or not query_id:
        raise NotOfferedError(
            f"POST {PATH} answered without a query id: the org does not speak the interaction "
            "search contract"
        )
    if not is_id(query_id):
        raise SearchFailedError(f"POST {PATH} answered a query id that can't be one")
    return query_id


def build_payload(settings: Settings, window: Window, offset: int, page_size: int) -> JsonObject:
    """Build the body that submits the query of one page.

    Args:
        settings: Give projection and further predicates.
        window: Span of time in which the interactions lie.
        offset: How many interactions of the window to pass over.
        page_size: How many interactions to ask for.

    Returns:
        The body, `{"query": {"filter", "fields", "pageSize", "offset"}}`.
    """
    within_window = {
        "type": "range",
        "field": "timestamp",
        "range": {"start": format_timestamp(window.start), "end": format_timestamp(window.end)},
    }
    return {
        "query": {
            # The window comes last, so that what the platform says of predicate 0 is about the
            # setting's filters[0].
            "filter": {"type": "and", "predicates": [*settings.filters, within_window]}
            if settings.filters
            else within_window,
            # Without ids, pages that repeat can't be told from records that are alike.
            "fields": list(dict.fromkeys((*settings.projection.fields, "id"))),
            "pageSize": page_size,
            "offset": offset,
        }
    }


def read_page(answer: JsonObject, path: str) -> Page:
    """Check a completed query and read its page.

    Args:
        answer: What the platform answers.
        path: Where it came from, for the error.

    Returns:
        The page.

    Raises:
        SearchFailedError: Results, total or facets are not what the contract says.
    """

    def refuse(what: str) -> SearchFailedError:
        return SearchFailedError(f"{path} answered a completed search with {what}")

    records = answer.get("results")
    if records is None:
        records = []
    if not are_objects(records):
        raise refuse("results that are not a list of objects")
    total = read_count(answer.get(TOTAL))
    if total is None:
        raise refuse("a totalMatchingRecords that is not a count")
    facets = answer.get("facets")
    if facets is None:
        facets = {}
    if not isinstance(facets, dict):
        raise refuse("facets that are not an object")
    buckets = {
        name: facet.get("buckets") if isinstance(facet, dict) else facet
        for name, facet in facets.items()
    }
    return Page(records, total, answered_facets(buckets), size_of(answer))


def _failure_message(answer: JsonObject, quote_text: Callable[[object], str]) -> str:
    said = [
        one.get(key)
        for one in (*errors_in(answer), answer)
        for key in ("message", "errorMessage", "code")
    ]
    message = next((text for text in said if text and isinstance(text, str)), None)
    return f': "{quote_text(message)}"' if message else ""
