"""The results of a conversation detail job, read page by page to the last cursor."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tap_genesys_search.errors import SearchFailedError, TooManyMatchesError
from tap_genesys_search.jobs.wait import in_grace
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import place_of
from tap_genesys_search.platform.page_size import fit_search_page
from tap_genesys_search.search_apis.conversations.job_answers import (
    RESULTS,
    read_date,
    read_results,
)
from tap_genesys_search.search_apis.page import check_progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.platform.page_size import PageSize
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.windows.window import Window

logger = logging.getLogger("tap-genesys-search.conversation_jobs")


MOST_RESULTS = 400_000
"""The platform does not page further through the results of a job
(https://github.com/splunk/genesys_cloud_ta), so results that do have no end."""


class JobResults:
    """The results of one job.

    Args:
        client: Calls the platform.
        path: The job's path.
        window: The window that it answers.
        size: How many conversations to ask for at once.
        job_log: Counts what reading costs.

    Attributes:
        read: How many conversations were read so far.
    """

    def __init__(
        self,
        client: PlatformClient,
        path: str,
        window: Window,
        size: PageSize,
        job_log: JobLog,
    ) -> None:
        self.read = 0
        self._client = client
        self._path = f"{path}/results"
        self._window = window
        self._size = size
        self._job_log = job_log
        self._cursors: set[str] = set()

    def pages(self) -> Iterator[tuple[Page, bool]]:
        """Read the pages.

        Yields:
            Each page, and whether it is the last one.

        Raises:
            ResultExpiredError: The platform does not know the results any more.
            TooManyMatchesError: There are more than can be paged through.
            SearchFailedError: What the platform answers is not what the model says, or has no end.
        """
        cursor: str | None = None
        left_out: datetime | None = None
        while True:
            answer = self._ask(cursor)
            place = place_of(answer, self._path)
            page, cursor = read_results(answer, place)
            self._job_log.count_page()
            if "conversations" not in answer and cursor is None:
                self._warn_of_nothing(place)
            # One page may carry the date and the last one not.
            said = self._left_out_from(answer, place)
            left_out = min(filter(None, (left_out, said)), default=None)
            check_progress(self._size, page, self._window)
            yield replace(page, complete_until=left_out), cursor is None
            self.read += len(page.records)
            if cursor is None:
                return
            self._check_cursor(cursor, place)

    def _ask(self, cursor: str | None) -> JsonObject:
        """Ask for the results after a cursor, for fewer where the answer would be too large."""

        def ask() -> JsonObject:
            asked = {"pageSize": self._size.rows, **({"cursor": cursor} if cursor else {})}
            return self._client.call(
                "GET",
                f"{self._path}?{urlencode(asked)}",
                asked=Asked.RESULTS,
                on_retry=self._job_log.count_retry,
            )

        # An answer that says nothing at all is not the end of the results.
        for _ in range(2):
            answer = fit_search_page(
                self._size, lambda: in_grace(ask, self._job_log, self._client.clock)
            )
            if RESULTS & answer.keys():
                return answer
        raise SearchFailedError(
            f"{place_of(answer, self._path)} answered twice without anything that results have"
        )

    def _warn_of_nothing(self, place: str) -> None:
        logger.warning(
            "Window %s: %s answered neither conversations nor a cursor, which is taken for the end "
            "of the results",
            self._window,
            place,
        )

    def _left_out_from(self, answer: JsonObject, place: str) -> datetime | None:
        """Find the moment from which results leave out a window's tail; None where they don't."""
        date = answer.get("dataAvailabilityDate")
        if date is None or date == "":
            return None
        until = read_date(date, place, self._client.quote)
        return until if until < self._window.end else None

    def _check_cursor(self, cursor: str, place: str) -> None:
        """Check that the results have an end."""
        if self.read >= MOST_RESULTS:
            raise TooManyMatchesError(f"{place} answered {self.read:,} conversations and more")
        if cursor in self._cursors:
            raise SearchFailedError(f"{place} answered the same cursor twice")
        self._cursors.add(cursor)
