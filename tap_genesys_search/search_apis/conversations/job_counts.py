"""What the conversation query counts in the windows that jobs search: jobs announce no total."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import (
    PermissionMissingError,
    RequestError,
    SearchAbandonedError,
    SearchFailedError,
)
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.records.conversations.fields import conversation_start
from tap_genesys_search.search_apis.completeness import SPARE_SHARE, Completeness, reaches
from tap_genesys_search.search_apis.conversations.query_requests import (
    PATH,
    build_query,
    may_change,
    read_answer,
)

if TYPE_CHECKING:
    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.conversation_jobs")


MOST_KEPT = 1000
"""Answers kept for the facets. No run searches as many windows ahead of the one it writes."""


@dataclass(frozen=True)
class _Counted:
    """What the query has answered for a window.

    Attributes:
        page: Its only page.
        is_empty_list: Whether it has a list of conversations, with none in it.
    """

    page: Page
    is_empty_list: bool


class JobCounts:
    """Counts windows by the conversation query, with one request of one conversation each.

    The query selects whole UTC days by when a conversation started (model `ConversationQuery`), so
    only windows of whole days can be compared.

    Args:
        client: Calls the platform.
        settings: Give filters and facets.
    """

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._answers: dict[Window, _Counted] = {}
        self._is_refused = False
        self._is_said = False
        self._lock = threading.Lock()

    def count(
        self, page: Page, window: Window, within: int, elsewhere: int, job_log: JobLog
    ) -> Page:
        """Give the last page of a job's results the total that the job should have found.

        Args:
            page: The page.
            window: The window that the job has searched.
            within: Number of conversations found that started in the window.
            elsewhere: Number of those that started outside the window.
            job_log: Counts what asking costs.

        Returns:
            The page with the total, those from elsewhere included. As it was, where the window
            can't be compared, or where the query is refused in this run.
        """
        if self._is_refused:
            return page
        if window != window.whole_days():
            if window.whole != window.whole.whole_days():
                self._say_once("windows are not whole days. Set window_hours to a multiple of 24")
            return page
        try:
            counted = self._answer(window, job_log, Asked.PROBE)
        except SearchAbandonedError:
            raise
        except (RequestError, SearchFailedError) as error:
            self._is_refused = True
            is_permission = isinstance(error, PermissionMissingError)
            self._say_once(str(error) if is_permission else error.fact)
            return page
        total = counted.page.total
        if not total and counted.page.records and not within:
            total = 1  # a conversation without a total, or beside one of 0, is evidence, too
        if total is None:
            self._say_uncounted(window, counted, within + elsewhere)
            return page
        is_moving = self._may_match_more(window)
        return replace(page, total=total + elsewhere, covered=within, is_moving=is_moving)

    def facets(self, window: Window, job_log: JobLog) -> Facets:
        """Give the facets of a window, from the answer that has counted it where there is one.

        Raises:
            RequestError: The query is refused.
            SearchFailedError: Its answer can't be read.
        """
        return self._answer(window, job_log, Asked.SEARCH).page.facets

    def _answer(self, window: Window, job_log: JobLog, asked: Asked) -> _Counted:
        """Ask the query, once for each window."""
        kept = self._answers.get(window)
        if kept is not None:
            return kept
        body = build_query(self._settings, window, 1, 1)
        answer = self._client.call(
            "POST",
            PATH,
            json=body,
            asked=asked,
            on_retry=job_log.count_retry,
        )
        job_log.count_page()
        counted = _Counted(read_answer(answer), answer.get("conversations") == [])
        with self._lock:
            self._answers[window] = counted
            if len(self._answers) > MOST_KEPT:
                del self._answers[next(iter(self._answers))]
        return counted

    def _say_uncounted(self, window: Window, counted: _Counted, found: int) -> None:
        """Say that an answer counts nothing; an empty list confirms a job that found nothing."""
        if found:
            self._say_once(f"POST {PATH} answered no totalHits")
        elif not counted.is_empty_list:
            self._say_once(
                f"POST {PATH} answered neither conversations nor totalHits for window {window}, in "
                "which the job found nothing"
            )

    def _say_once(self, reason: str) -> None:
        """Say once a run why windows are not counted."""
        with self._lock:
            was_said, self._is_said = self._is_said, True
        if not was_said:
            logger.warning(
                "What jobs find is not counted by the conversation query, so conversations that a "
                "job leaves out may go unnoticed: %s",
                reason,
            )

    def _may_match_more(self, window: Window) -> bool:
        """Tell whether conversations may match the filters by now that did not match for the job.

        A job sees them as they were when its data was loaded, the query as they are: with their
        end, wrap-up or survey.
        """
        now = self._client.platform_time()
        return bool(self._settings.filters) and may_change(window, now)


def starts_within(record: JsonObject, window: Window) -> bool:
    """Tell whether a conversation starts in a window; one that doesn't say counts as within."""
    start = conversation_start(record)
    return start is None or window.start <= start < window.end


def started_outside(page: Page, window: Window) -> set[str]:
    """List the ids of the conversations on a page that started outside a window."""
    outside = (record for record in page.records if not starts_within(record, window))
    return {str(record.get("conversationId")) for record in outside}


@dataclass
class JobCompleteness(Completeness):
    """Completeness of a job's results, by the total of the conversation query where there is one.

    That total is near only
    (https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/). Each conversation
    must have come once: one that comes again may stand in the place of another.
    """

    spare_share: ClassVar[int] = SPARE_SHARE

    @property
    @override
    def is_complete(self) -> bool:
        return not self.is_going_round and self.rows == self.count and not self._is_doubtful

    @override
    def confirms(self, before: Completeness | None) -> str:
        if self._is_short and self.is_moving and self._finds_the_same(before):
            return f"{self.describe_shortage()}, in two readings: more may match by now"
        if self._is_doubtful and not self._is_short and self._finds_the_same(before):
            return f"{self.describe_shortage()}, in two readings: that count is approximate"
        return super().confirms(before)

    @override
    def shares_ids_like(self, before: Completeness | None) -> bool:
        return not self._is_short and self._finds_the_same(before)

    @override
    def describe_shortage(self) -> str:
        if not self._is_doubtful:
            return self.describe_repeats()
        counted = f"the {self._expected} conversations that the conversation query counts"
        return f"yields {self.covered} of {counted}"

    @property
    def _expected(self) -> int:
        """How many the query counts; `covered` says how many that started in the window came."""
        total = max((total for total in self.totals if total is not None), default=0)
        return total - (self.count - self.covered)

    @property
    def _is_doubtful(self) -> bool:
        """Whether a second job is to find the same before the results are believed."""
        if self.totals <= {None}:
            return False
        return self._expected - self.covered > max(1, self._expected // SPARE_SHARE)

    @property
    def _is_short(self) -> bool:
        """Whether more is missing than a total that is near only explains."""
        if self.totals <= {None}:
            return False
        return not reaches(self._expected, self.covered, self.covered)

    def _finds_the_same(self, before: Completeness | None) -> bool:
        return (
            before is not None
            and not self.is_going_round
            and self.rows == before.rows
            and (self.ids, self.ids_outside) == (before.ids, before.ids_outside)
        )
