"""The transcript search: what was said, at most 1,000 results a search."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import (
    ApiRefusedError,
    IncompleteSearchError,
    RequestError,
    SearchRefusedError,
    TooManyMatchesError,
)
from tap_genesys_search.platform.http.bodies import LARGEST_ANSWER
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.page_size import PageSize
from tap_genesys_search.records.conversations.tables import TRANSCRIPTS
from tap_genesys_search.search_apis.page import check_progress
from tap_genesys_search.search_apis.platform_search import PlatformSearch
from tap_genesys_search.search_apis.transcripts.fields import (
    TIME_FIELDS,
    count_dated,
    is_any_dated,
    read_transcript_field,
)
from tap_genesys_search.search_apis.transcripts.filters import check_criterion
from tap_genesys_search.search_apis.transcripts.mixture import merge, not_among
from tap_genesys_search.search_apis.transcripts.paced_requests import PacedRequests
from tap_genesys_search.search_apis.transcripts.requests import (
    LARGEST_SEARCH,
    build_search,
    check_total,
    largest_page,
    read_answer,
)
from tap_genesys_search.search_apis.transcripts.times import (
    ACCEPTED,
    MIXED,
    REFUSED,
    TimeFields,
    warn_of_other_times,
)
from tap_genesys_search.settings.projection import project
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings


LARGEST_LIST = 2 * LARGEST_ANSWER
"""Room that the transcripts of a window may take, all of which are held until the last has come."""


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
        self._requests = PacedRequests(client, settings)
        self._times = TimeFields()

    @property
    @override
    def most_matches(self) -> int:
        return min(self._settings.max_records_per_search, LARGEST_SEARCH)

    @property
    @override
    def learnt(self) -> JsonObject:
        return self._times.learnt

    @override
    def take_learnt(self, state: Mapping[str, Any]) -> None:
        self._times.take(state)

    @override
    def probe(self, job_log: JobLog) -> None:
        read_answer(self._first_accepted(lambda field: self._ask_least(field, job_log)))

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        least = Window(window.start, window.start + self.finest_window)
        rows = self._largest_page()

        def ask(field: str) -> JsonObject:
            body = build_search(self._settings, least, [field], 1, rows)
            return self._requests.send(body, Asked.SEARCH, job_log)

        self._first_accepted(ask)

    @override
    def check_filters(self) -> None:
        for position, criterion in enumerate(self._settings.filters):
            check_criterion(f"filters[{position}]", criterion)

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        if self._times.are_mixed:
            both = self._times.in_order
            lists = self._read_by_both(window, both, job_log)
            if lists is not None:
                yield from merge(both[0], *lists)
                return
            self._times.note_other(REFUSED)
        size = PageSize(self._page_size)
        with self.explained(window):
            field, first = self._first_page(window, size, job_log)
        found: list[JsonObject] = []
        for page in self._list(window, [field], first, size, job_log):
            yield page
            found += page.records
        if found:
            warn_of_other_times(found, window)
            self._look_for_others(window, field, found, job_log)

    def _list(
        self, window: Window, fields: Sequence[str], page: Page, size: PageSize, job_log: JobLog
    ) -> Iterator[Page]:
        """Read a list from its first page on, to an empty page or a short one at its total."""
        read = asked = room = 0
        while True:
            check_total(page, read, window, self.most_matches)
            check_progress(size, page, window)
            room += page.size
            if room > LARGEST_LIST:
                raise TooManyMatchesError(
                    f"Window {window} has transcripts of more than {LARGEST_LIST // 2**20} MB"
                )
            yield page
            read += len(page.records)
            asked += size.rows
            is_short = len(page.records) < size.rows
            if not page.records or (is_short and page.total is not None and read >= page.total):
                return
            with self.explained(window):
                page = self._requests.page(window, fields, asked, size, job_log)

    def _read_by_both(
        self, window: Window, both: Sequence[str], job_log: JobLog
    ) -> list[list[Page]] | None:
        """Read a window by each time field; None where the org refuses one by now."""
        with self.explained(window):
            try:
                return [self._read(window, fields, job_log) for fields in (both, both[::-1])]
            except SearchRefusedError:
                return None

    def _read(self, window: Window, fields: Sequence[str], job_log: JobLog) -> list[Page]:
        size = PageSize(self._page_size)
        first = self._requests.page(window, fields, 0, size, job_log)
        return list(self._list(window, fields, first, size, job_log))

    def _look_for_others(
        self, window: Window, field: str, found: list[JsonObject], job_log: JobLog
    ) -> None:
        """Find out whether a window has transcripts that only the other time field dates.

        Raises:
            IncompleteSearchError: It has; a further reading searches by both.
        """
        (other,) = set(TIME_FIELDS) - {field}
        if self._times.is_other_refused:
            return
        body = build_search(self._settings, window, [other, field], 1, 1)
        try:
            counted = read_answer(self._requests.send(body, Asked.PROBE, job_log))
        except ApiRefusedError:
            self._times.note_other(REFUSED)
            return
        job_log.count_page()
        self._times.note_other(ACCEPTED)
        is_by_other = count_dated(counted.records, other, window) > 0
        # A total of 0 beside a transcript counts nothing.
        is_counted = counted.total and counted.total <= count_dated(found, other, window)
        if not is_by_other or is_counted:
            return
        with self.explained(window):
            pages = self._read(window, [other, field], job_log)
        if lacking := not_among(found, pages, field):
            self._times.note_other(MIXED)
            raise IncompleteSearchError(
                f"Window {window}: {len(lacking)} of its transcripts are dated by {other} alone, "
                f"others by {field}"
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
        for field in self._times.in_order:
            try:
                page = self._requests.page(window, [field], 0, size, job_log)
            except SearchRefusedError as error:
                refused[field] = error
                continue
            is_found = self._times.is_found and field == self._times.first
            # Where the known field finds nothing, the other one may have taken its place.
            if (is_found and page.records) or is_any_dated(page.records, [field], window):
                self._times.found(field, is_other_refused=bool(refused))
                return field, page
            answered[field] = page
        if self._times.is_found and self._times.first in answered:
            return self._times.first, answered[self._times.first]
        for field, refusal in refused.items():
            # That the other one finds nothing says nothing where the field is not what is refused.
            if not answered or self._accepts(field, job_log):
                raise refusal
            (known,) = answered
            self._times.found(known, is_other_refused=True)
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
        for field in self._times.in_order:
            try:
                return ask(field)
            except (ApiRefusedError, SearchRefusedError) as error:
                refusals.append(error)
        raise refusals[0]

    def _ask_least(self, field: str, job_log: JobLog) -> JsonObject:
        """Ask for one transcript of a moment, without what the settings add."""
        settings = replace(self._settings, projection=project(("id",)), filters=())
        window = Window(settings.start, settings.start + self.finest_window)
        return self._requests.send(
            build_search(settings, window, [field], 1, 1), Asked.PROBE, job_log
        )

    @override
    def _largest_page(self) -> int:
        return largest_page(self._settings.page_size)

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_transcript_field(record, field)

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        return self._times.is_within(record, window)
