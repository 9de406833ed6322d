"""The conversation detail query: at once, the latest data, pages of 100."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import TooManyMatchesError
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.page_size import LearnedSize, PageSize
from tap_genesys_search.records.conversations.fields import (
    conversation_start,
    read_conversation_field,
)
from tap_genesys_search.records.conversations.tables import ATTRIBUTES, CONVERSATION_TABLES
from tap_genesys_search.search_apis.completeness import Completeness, MovingListCompleteness
from tap_genesys_search.search_apis.conversations.by_id import MOST_IDS, read_by_id
from tap_genesys_search.search_apis.conversations.facets import build_aggregations
from tap_genesys_search.search_apis.conversations.filters import build_filters, describe_places
from tap_genesys_search.search_apis.conversations.query_requests import (
    LARGEST_PAGE,
    LARGEST_SEARCH,
    PATH,
    build_query,
    may_change,
    read_answer,
    warn_of_other_days,
)
from tap_genesys_search.search_apis.conversations.settling import Settling
from tap_genesys_search.search_apis.page import check_progress
from tap_genesys_search.search_apis.platform_search import PlatformSearch
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.search_apis.page import Page


SPLIT_METRIC = "tConversationDuration"
"""A day with too many conversations is split by how long they last, in milliseconds."""


FIRST_SPLIT_MILLISECONDS = 60_000

LONGEST_MILLISECONDS = 2**40
"""No conversation lasts 35 years; a platform that says so ignores the predicate."""


ONE_DAY = timedelta(days=1)

_Shown = tuple[int, list[Any]]
"""Where a page begins, and the ids on it."""


class ConversationQuery(PlatformSearch):
    """Searches conversations by the synchronous detail query.

    Its interval selects whole UTC days by when a conversation started (model
    `ConversationQuery`), so what lies outside of a shorter window is left out here.
    """

    name: ClassVar[str] = "conversation_query"
    lookback: ClassVar[timedelta] = timedelta(hours=48)
    permissions: ClassVar[tuple[str, ...]] = (
        "analytics:conversationDetail:view",
        "analytics:agentConversationDetail:view",
    )
    finest_window: ClassVar[timedelta] = ONE_DAY
    asks_for_open: ClassVar[bool] = True
    tables: ClassVar[frozenset[str]] = frozenset(CONVERSATION_TABLES) - {ATTRIBUTES.name}
    completeness: ClassVar[type[Completeness]] = MovingListCompleteness

    @property
    @override
    def most_matches(self) -> int:
        return min(self._settings.max_records_per_search, LARGEST_SEARCH)

    @override
    def probe(self, job_log: JobLog) -> None:
        day = f"{self._settings.start:%Y-%m-%d}"
        body = {
            "interval": f"{day}T00:00:00.000Z/{day}T00:00:01.000Z",
            "paging": {"pageSize": 1, "pageNumber": 1},
        }
        read_answer(
            self._client.call(
                "POST", PATH, json=body, asked=Asked.PROBE, on_retry=job_log.count_retry
            )
        )

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        least = Window(window.start, window.start + ONE_DAY)
        body = build_query(self._settings, least, 1, self._largest_page())
        self._client.call("POST", PATH, json=body, asked=Asked.SEARCH, on_retry=job_log.count_retry)

    @property
    @override
    def places_of_filters(self) -> str:
        return describe_places(self._settings.filters)

    @override
    def check_filters(self) -> None:
        build_filters(self._settings.filters)
        build_aggregations(self._settings.facets)

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        pages = self._list(window, job_log)
        first = next(pages)
        total = first.total or 0
        if self._fits(total):
            yield from chain([first], pages)
            return
        if window.length > ONE_DAY:
            raise TooManyMatchesError(
                f"Window {window} matches {total} conversations, one search may match "
                f"{self.most_matches}",
                total,
            )
        # A shorter interval would select the same day, so the day is split by a predicate. What
        # the parts don't cover shows against the totals of the day, before and afterwards. While
        # the day is running, the second one counts what began after the window, too.
        yield replace(first, records=[], covered=0, is_moving=self._may_change(window))
        for part in self._parts(window, job_log):
            for page in part:
                yield replace(page, total=None, facets={}, covered=0)
        if self._is_over(window):
            last = next(self._list(window, job_log))
            yield replace(last, records=[], covered=0)

    @override
    def is_settling(self, record: JsonObject) -> bool:
        return self._settling.holds(record)

    @cached_property
    def _settling(self) -> Settling:
        settings, now = self._settings, self._client.platform_time()
        lookback = settings.lookback_or(self.lookback)
        return Settling.after(settings.end, now, lookback, settings.window_length)

    @cached_property
    def _most_by_id(self) -> LearnedSize:
        return LearnedSize(MOST_IDS, "conversations by id")

    @override
    def by_id(
        self, ids: Sequence[str], job_log: JobLog
    ) -> tuple[Sequence[str], dict[str, JsonObject]]:
        size = PageSize(self._most_by_id)
        found = size.fit(lambda: read_by_id(self._client, ids[: size.rows], job_log))
        return ids[: size.rows], found

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        return read_conversation_field(record, field)

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        start = conversation_start(record)
        return start is None or window.start <= start < window.end

    @override
    def facet_window(self, window: Window) -> Window:
        return window.whole_days()

    def _fits(self, total: int) -> bool:
        """Tell whether one search may match as many; the platform may cut a total off."""
        return total <= self.most_matches and total != LARGEST_SEARCH

    def _parts(self, window: Window, job_log: JobLog) -> Iterator[Iterator[Page]]:
        """Split a day into parts that are small enough, and read each."""
        ranges: list[tuple[float, float | None]] = [(0, None)]
        yield self._part(window, job_log, {"metric": SPLIT_METRIC, "operator": "notExists"})
        while ranges:
            low, high = ranges.pop(0)
            bounds = {"gte": low} if high is None else {"gte": low, "lt": high}
            predicate = {"type": "metric", "metric": SPLIT_METRIC, "range": bounds}
            pages = self._list(window, job_log, predicate)
            first = next(pages)
            if self._fits(first.total or 0):
                yield chain([first], pages)
                continue
            middle = _middle(low, high)
            if middle is None or middle > LONGEST_MILLISECONDS:
                raise TooManyMatchesError(
                    f"Window {window} can't be split further by {SPLIT_METRIC}", first.total
                )
            ranges[:0] = [(low, middle), (middle, high)]

    def _part(self, window: Window, job_log: JobLog, predicate: JsonObject) -> Iterator[Page]:
        pages = self._list(window, job_log, predicate)
        first = next(pages)
        if not self._fits(first.total or 0):
            raise TooManyMatchesError(
                f"Window {window} has too many conversations without {SPLIT_METRIC}", first.total
            )
        return chain([first], pages)

    def _list(self, window: Window, job_log: JobLog, *predicates: JsonObject) -> Iterator[Page]:
        """Read the pages up to an empty one, or to a short one that ends at the total.

        A total is approximate, and a page may be short because duplicates are left out. Where
        the list should not change any more, one of its pages is compared with a second reading.
        """
        size = PageSize(self._page_size)
        shown: list[_Shown] = []
        totals: set[int | None] = set()
        read = asked = covered = 0
        while True:
            page = self._page(window, asked, size, job_log, *predicates)
            check_progress(size, page, window)
            if not shown:
                warn_of_other_days(page.records, window)
            if page.records:
                shown.append((asked, _ids_on(page)))
            asked += size.rows
            read += len(page.records)
            totals.add(page.total)
            covered = asked if page.records else covered
            # A single page is one moment's list: nothing can move between its pages.
            is_moving = asked > size.rows and self._may_change(window)
            is_short = len(page.records) < size.rows
            is_last = not page.records or (is_short and totals == {read})
            is_last |= asked >= LARGEST_SEARCH  # deeper pages are refused
            if is_last and not is_moving:
                is_moving = self._has_moved(window, shown, size, job_log, *predicates)
            yield replace(page, covered=covered, is_moving=is_moving)
            if is_last:
                return

    def _has_moved(
        self,
        window: Window,
        shown: list[_Shown],
        size: PageSize,
        job_log: JobLog,
        *predicates: JsonObject,
    ) -> bool:
        """Ask for one of several pages once more, to see whether rows have moved across it.

        A row that leaves shifts all pages from its own one to the latest that was read. Pages in
        the middle are most often among them; of two pages the first one always is.
        """
        if len(shown) < 2:  # noqa: PLR2004 - a single page shows one moment
            return False
        position, ids = shown[len(shown) // 2 - 1]
        found = _ids_on(self._page(window, position, size, job_log, *predicates))
        compared = min(len(ids), len(found))  # the page size may be another one by now
        return not compared or ids[:compared] != found[:compared]

    def _is_over(self, window: Window) -> bool:
        """Tell whether all the days that are searched have ended."""
        return window.whole_days().end <= self._client.platform_time()

    def _may_change(self, window: Window) -> bool:
        """Tell whether the list of the days that are searched is likely to change meanwhile."""
        return may_change(window, self._client.platform_time())

    @override
    def _largest_page(self) -> int:
        return min(self._settings.page_size, LARGEST_PAGE)

    def _page(
        self, window: Window, asked: int, size: PageSize, job_log: JobLog, *predicates: JsonObject
    ) -> Page:
        """Read the page after those asked for, a smaller one where it would be too large."""

        def ask() -> JsonObject:
            number = asked // size.rows + 1
            body = build_query(self._settings, window, number, size.rows, *predicates)
            kind = Asked.PAGE if asked else Asked.SEARCH
            return self._client.call(
                "POST", PATH, json=body, asked=kind, on_retry=job_log.count_retry
            )

        answer = self._fit_page(size, window, ask, asked)
        job_log.count_page()
        return read_answer(answer)


def _ids_on(page: Page) -> list[Any]:
    return [record.get("conversationId") for record in page.records]


def _middle(low: float, high: float | None) -> float | None:
    """Find where to split a range of milliseconds; None where it can't be split any more."""
    if high is None:
        return low * 2 or FIRST_SPLIT_MILLISECONDS
    middle = (low + high) // 2
    return middle if middle > low else None
