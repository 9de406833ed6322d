"""Sending transcript searches no faster than the platform's limit for them allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.page_size import fit_search_page
from tap_genesys_search.platform.rate_limit import Endpoint, RequestBudget
from tap_genesys_search.search_apis.transcripts.requests import (
    PATH,
    build_search,
    read_answer,
    read_later_answer,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.platform.page_size import PageSize
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


SEARCHES_PER_MINUTE = 240
"""Searches over a range of time (https://developer.genesys.cloud/organization/search/search-limits)."""


_ENDPOINT = Endpoint("POST", PATH, "api")


class PacedRequests:
    """The transcript searches of a run.

    Args:
        client: Calls the platform.
        settings: Give projection and filters.
    """

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._pace = RequestBudget(SEARCHES_PER_MINUTE, clock=client.clock)

    def send(self, body: JsonObject, asked: Asked, job_log: JobLog) -> JsonObject:
        """Send one search as soon as the limit allows it.

        Args:
            body: The search.
            asked: What is asked for, which decides what a refusal means.
            job_log: Counts retries.

        Raises:
            RequestError: The search is refused, or there is no answer after all retries.
        """

        def pace_retry() -> None:
            job_log.count_retry()
            self._pace.acquire(_ENDPOINT)

        self._pace.acquire(_ENDPOINT)
        return self._client.call("POST", PATH, json=body, asked=asked, on_retry=pace_retry)

    def page(
        self, window: Window, fields: Sequence[str], asked: int, size: PageSize, job_log: JobLog
    ) -> Page:
        """Read the transcripts that follow those asked for, fewer where there is too much in them.

        Args:
            window: Span of time in which they start.
            fields: The time field to search by, and others to be answered.
            asked: How many were asked for before.
            size: The page size of the search.
            job_log: Counts pages and retries.

        Raises:
            RequestError: The search is refused, or there is no answer after all retries.
            SearchFailedError: The answer is not what the model says.
        """

        def ask() -> JsonObject:
            number = asked // size.rows + 1
            body = build_search(self._settings, window, fields, number, size.rows)
            return self.send(body, Asked.PAGE if asked else Asked.SEARCH, job_log)

        answer = fit_search_page(size, ask, asked)
        job_log.count_page()
        return read_later_answer(answer) if asked else read_answer(answer)
