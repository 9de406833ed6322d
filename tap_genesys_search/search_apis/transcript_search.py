"""The transcript search: what was said, at most 1,000 results a search."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import (
    ApiRefusedError,
    RequestError,
    SearchRefusedError,
    TooManyMatchesError,
)
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.platform.page_size import PageSize, fit_search_page
from tap_genesys_search.platform.rate_limit import Endpoint, RequestBudget
from tap_genesys_search.records.tables import TRANSCRIPTS
from tap_genesys_search.search_apis.platform_search import PlatformSearch
from tap_genesys_search.search_apis.transcript_fields import (
    TIME_FIELDS,
    fields_from,
    is_any_dated,
    moment_of,
    read_transcript_field,
)
from tap_genesys_search.search_apis.transcript_filters import check_criterion
from tap_genesys_search.search_apis.transcript_requests import (
    LARGEST_SEARCH,
    PATH,
    build_search,
    largest_page,
    read_answer,
    read_later_answer,
)
from tap_genesys_search.settings.projection import project
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings


logger = logging.getLogger("tap-genesys-search.transcript_search")


SEARCHES_PER_MINUTE = 240
"""Searches over a range of time (https://developer.genesys.cloud/organization/search/search-limits)."""


TIME_FIELD = "transcript_time_field"
"""Key in the state of the field that dates the org's transcripts."""


_ENDPOINT = Endpoint("POST", PATH, "api")


class TranscriptSearch(PlatformSearch):
    """Searches transcripts by when they start; each one becomes an interaction."""

    name: ClassVar[str] = "transcript_search"
    tables: ClassVar[frozenset[str]] = frozenset({TRANSCRIPTS.name})
    lookback: ClassVar[timedelta] = timedelta(hours=72)
    permissions: ClassVar[tuple[str, ...]] = (
        "analytics:conversationDetail:view",
        "recording:recording:view",
        "recording:recordingSegment:view",
    )

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        super().__init__(client, settings)
        self._pace = RequestBudget(SEARCHES_PER_MINUTE)
        self._time_field: str | None = None
        self._is_time_field_found = False

    @property
    @override
    def most_matches(self) -> int:
        return min(self._settings.max_records_per_search, LARGEST_SEARCH)

    @property
    @override
    def learnt(self) -> JsonObject:
        return {TIME_FIELD: self._time_field} if self._time_field else {}

    @override
    def take_learnt(self, state: Mapping[str, Any]) -> None:
        kept = state.get(TIME_FIELD)
        self._time_field = kept if kept in TIME_FIELDS else None

    @override
    def probe(self, job_log: JobLog) -> None:
        read_answer(self._first_accepted(lambda field: self._ask_least(field, job_log)))

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        least = Window(window.start, window.start + self.finest_window)
        rows = self._largest_page()

        def ask(field: str) -> JsonObject:
            body = build_search(self._settings, least, field, 1, rows)
            return self._search(body, Asked.SEARCH, job_log)

        self._first_accepted(ask)

    @override
    def check_filters(self) -> None:
        for position, criterion in enumerate(self._settings.filters):
            check_criterion(f"filters[{position}]", criterion)

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        size = PageSize(self._page_size)
        read = asked = 0
        is_dated = False
        with self.explained(window):
            field, page = self._first_page(window, size, job_log)
        while True:
            total = page.total or 0
            # A total of as many as can be paged through may be cut off there.
            if total > self.most_matches or total == LARGEST_SEARCH:
                raise TooManyMatchesError(
                    f"Window {window} matches {total} transcripts, one search may match "
                    f"{self.most_matches}",
                    total,
                )
            if page.total is not None and read >= total and page.records:
                raise TooManyMatchesError(
                    f"Window {window} has more transcripts than the {total} that it counts"
                )
            is_dated = is_dated or is_any_dated(page.records, TIME_FIELDS, window)
            yield page
            read += len(page.records)
            asked += size.rows
            is_short = len(page.records) < size.rows
            if not page.records or (is_short and page.total is not None and read >= total):
                break
            with self.explained(window):
                page = self._page(window, field, asked, size, job_log)
        if read and not is_dated:
            logger.warning(
                "Window %s: none of %d transcripts is dated within it by %s. Check whether the "
                "platform searches by another field",
                window,
                read,
                " or ".join(TIME_FIELDS),
            )

    def _first_page(self, window: Window, size: PageSize, job_log: JobLog) -> tuple[str, Page]:
        """Ask for the first page, by the field that dates transcripts or by each that may.

        What an earlier run has found is asked first, but that it finds nothing proves nothing as
        long as this run has found nothing by it.

        Returns:
            The field, and the page.

        Raises:
            SearchRefusedError: The search is refused by whichever field.
        """
        refused: dict[str, SearchRefusedError] = {}
        answered: dict[str, Page] = {}
        for field in fields_from(self._time_field):
            try:
                page = self._page(window, field, 0, size, job_log)
            except SearchRefusedError as error:
                refused[field] = error
                continue
            is_found = self._is_time_field_found and field == self._time_field
            # Where the known field finds nothing, the other one may have taken its place.
            if (is_found and page.records) or is_any_dated(page.records, [field], window):
                self._time_field, self._is_time_field_found = field, True
                return field, page
            answered[field] = page
        if self._is_time_field_found and self._time_field in answered:
            return self._time_field, answered[self._time_field]
        for field, refusal in refused.items():
            # That the other one finds nothing says nothing where the field is not what is refused.
            if not answered or self._accepts(field, job_log):
                raise refusal
            (self._time_field,) = answered
            self._is_time_field_found = True
        found = (field for field, page in answered.items() if page.records)
        field = next(found, next(iter(answered)))
        return field, answered[field]

    def _accepts(self, field: str, job_log: JobLog) -> bool:
        """Find out whether the platform can search by a field at all."""
        try:
            self._ask_least(field, job_log)
        except ApiRefusedError:
            return False
        return True

    def _first_accepted(self, ask: Callable[[str], JsonObject]) -> JsonObject:
        """Ask by each time field until the platform takes one."""
        refusals: list[RequestError] = []
        for field in fields_from(self._time_field):
            try:
                return ask(field)
            except (ApiRefusedError, SearchRefusedError) as error:
                refusals.append(error)
        raise refusals[0]

    def _ask_least(self, field: str, job_log: JobLog) -> JsonObject:
        """Ask for one transcript of a moment, without what the settings add."""
        settings = replace(self._settings, projection=project(("id",)), filters=())
        window = Window(settings.start, settings.start + self.finest_window)
        return self._search(build_search(settings, window, field, 1, 1), Asked.PROBE, job_log)

    @override
    def _largest_page(self) -> int:
        return largest_page(self._settings.page_size)

    def _page(
        self, window: Window, field: str, asked: int, size: PageSize, job_log: JobLog
    ) -> Page:
        """Read the transcripts behind those asked for, fewer where there is too much in them."""

        def ask() -> JsonObject:
            number = asked // size.rows + 1
            body = build_search(self._settings, window, field, number, size.rows)
            return self._search(body, Asked.PAGE if asked else Asked.SEARCH, job_log)

        answer = fit_search_page(size, ask, asked)
        job_log.count_page()
        return read_later_answer(answer) if asked else read_answer(answer)

    def _search(self, body: JsonObject, asked: Asked, job_log: JobLog) -> JsonObject:
        """Search when the platform's limit of searches allows it."""

        def pace_retry() -> None:
            job_log.count_retry()
            self._pace.acquire(_ENDPOINT)

        self._pace.acquire(_ENDPOINT)
        return self._client.call("POST", PATH, json=body, asked=asked, on_retry=pace_retry)

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_transcript_field(record, field)

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        # Whether a DATE_RANGE includes its end is not documented.
        moment = moment_of(record, fields_from(self._time_field)[0])
        return moment is None or window.start <= moment < window.end
