"""The searches of one run: by which API, over which windows, and what follows from each."""

from __future__ import annotations

import logging
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tap_genesys_search.errors import TapGenesysSearchError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.search.audit import cost_of
from tap_genesys_search.search.choice import choose_search_api, name_usable
from tap_genesys_search.search.listeners.webhook import told_of_searches
from tap_genesys_search.search.listeners.window_log import ConnectionTestLog, WindowLog
from tap_genesys_search.search.outcome import Outcome, explain_end, explain_failure, explain_parts
from tap_genesys_search.search.run_plan import RunPlan
from tap_genesys_search.search.schedule import searches_in_order
from tap_genesys_search.search.search import Search
from tap_genesys_search.search.split_windows import SplitBound, SplitWindows
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.schema import AUTO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from tap_genesys_search.jobs.open_jobs import OpenJobs
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.records.found_page import Splitter
    from tap_genesys_search.search.listeners.listener import RunListener
    from tap_genesys_search.search.listeners.totals import RunTotals
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.coverage import Coverage
    from tap_genesys_search.windows.plan import WindowPlan
    from tap_genesys_search.windows.window import Window

logger = logging.getLogger("tap-genesys-search.run")


@dataclass(frozen=True)
class Wanted:
    """What a run's streams want of each search.

    Attributes:
        splitter: Splits the documents found into rows of tables, where tables are wanted.
        most_pages: Pages to read at most, where not all are wanted.
        most_searches: Windows to search at most, in a connection test.
    """

    splitter: Splitter | None = None
    most_pages: int | None = None
    most_searches: int | None = None


@dataclass(frozen=True)
class SearchedWindow:
    """A window whose search has ended.

    Attributes:
        search: The search.
        outcome: How it ended.
        audit: Its record of the stream `search_audits`.
        short_since: Where a split window starts that matches more than its parts, which have been
            written; None where there is no such window.
    """

    search: Search
    outcome: Outcome
    audit: JsonObject
    short_since: datetime | None = None


class SearchRun:
    """The searches of one run, in window order. It knows neither streams nor Singer.

    Args:
        settings: Say what to search.
        client: Calls the platform.
        open_jobs: The jobs open on the platform, those of an earlier run included.
        totals: Add up what the searches find.

    Attributes:
        open_jobs: As given; kept up to date.
        kept_api: The search API that later runs with `auto` are to take; None where they are to
            choose again.
    """

    def __init__(
        self, settings: Settings, client: PlatformClient, open_jobs: OpenJobs, totals: RunTotals
    ) -> None:
        self.open_jobs = open_jobs
        self._settings = settings
        self._client = client
        self._totals = totals
        self.kept_api: str | None = None
        self._chosen: SearchApi | None = None
        self._was_platform_up = False

    @property
    def api(self) -> SearchApi:
        """The search API chosen; before that the one that is set, or that `auto` tries first."""
        return self._chosen or self._first_api

    @cached_property
    def _first_api(self) -> SearchApi:
        chosen = self._settings.search_api
        name = next(iter(SEARCH_APIS)) if chosen == AUTO else chosen
        return SEARCH_APIS[name](self._client, self._settings)

    def choose_api(self, kept: str | None, job_log: JobLog) -> SearchApi:
        """Choose the search API.

        Args:
            kept: What an earlier run with `auto` chose, from the state.
            job_log: Counts what choosing costs.

        Raises:
            RequestError: None may be used, or the platform does not answer.
            SearchFailedError: With `auto`, the small search failed.
            SettingError: The chosen API can't take a filter that is set.
        """
        choice = choose_search_api(self._settings, self._client, kept, job_log)
        self._chosen = choice.api
        self.kept_api = choice.api.name if choice.is_sure else None
        self._chosen.check_filters()
        return self._chosen

    @property
    def plan(self) -> RunPlan:
        """What to read by the search API chosen."""
        return RunPlan(self._settings, self._client, self.api)

    def search_windows(
        self,
        plan: WindowPlan,
        wanted: Wanted,
        write: Callable[[Search], None],
        while_waiting: Callable[[], None],
    ) -> Iterator[SearchedWindow]:
        """Search the windows of a plan, some of them ahead, and hand them out in order.

        Log, totals and webhook hear of each window after it was handed out.

        Args:
            plan: The windows. It is changed where they match too much.
            wanted: What is wanted of each search.
            write: Writes what a search finds.
            while_waiting: Called now and then while a search is waited for.

        Yields:
            Each window when all it holds is written, and those that failed.

        Raises:
            TapGenesysSearchError: A window failed; it was handed out before.
        """

        def open_search(window: Window) -> Search:
            return Search(
                self.api, window, self._settings, self.open_jobs, wanted.most_pages, wanted.splitter
            )

        splits = SplitWindows(self.api.completeness.spare_share)
        bound = SplitBound(self.api.finest_window)
        concurrent = 1 if wanted.most_searches else self._settings.max_concurrent_searches
        with (
            ExitStack() as stack,
            searches_in_order(
                plan, open_search, concurrent=concurrent, while_waiting=while_waiting
            ) as searches,
        ):
            listeners = [stack.enter_context(one) for one in self._listeners(plan, wanted)]
            for search in islice(searches, wanted.most_searches):
                ended = self._finish(search, self._write(search, write), splits, open_search)
                yield ended
                if ended.outcome.status == "failed" and ended.outcome.error:
                    raise ended.outcome.error
                if ended.outcome.status == "split":
                    bound.split(search.window)
                    splits.split(search.window, search.total)
                    ended.outcome.replan(plan, search)
                else:
                    self._was_platform_up = False
                    bound.passed(ended.audit["extracted_records"])
                    plan.passed(search.window, ended.audit["total_matching_records"])
                for listener in listeners:
                    listener.search_done(ended.audit, search.facets)

    def _listeners(
        self, plan: WindowPlan, wanted: Wanted
    ) -> list[AbstractContextManager[RunListener]]:
        if wanted.most_searches:
            return [nullcontext(ConnectionTestLog())]
        url, key = self._settings.webhook_url, self._settings.webhook_key
        webhooks = [] if url is None else [told_of_searches(url, key, self._client.clock)]
        return [*webhooks, nullcontext(WindowLog(plan)), nullcontext(self._totals)]

    def cancel_left_over(self) -> None:
        """Cancel the jobs of an earlier run that no search of this one took up."""
        self.api.cancel_jobs(self.open_jobs.forget_left_over())

    def audits_of_no_search(
        self,
        kept: str | None,
        coverages: Mapping[str, Coverage],
        job_log: JobLog,
        error: Exception,
    ) -> Iterator[JsonObject]:
        """Build the audit of a run that fails before its first search, if it had one to do.

        Args:
            kept: What an earlier run with `auto` chose, from the state.
            coverages: Name of a stream to its complete spans.
            job_log: What has been asked of the platform.
            error: Why it fails.

        Yields:
            The audit of the window that the run would have searched first. It names no search API
            where none was chosen.
        """
        api = SEARCH_APIS[kept](self._client, self._settings) if kept else self.api
        is_chosen = kept or self._chosen or self._settings.search_api != AUTO
        window = RunPlan(self._settings, self._client, api).first_window(coverages)
        if window:
            search = Search(api, window, self._settings, self.open_jobs)
            audit = {**search.audit("failed", error), **cost_of([job_log])}
            yield audit if is_chosen else {**audit, "search_api": None}

    def _write(self, search: Search, write: Callable[[Search], None]) -> Outcome:
        """Have what a search finds written, and tell how it ended."""
        try:
            write(search)
        except (TapGenesysSearchError, RecursionError) as error:
            outcome = explain_failure(
                error,
                search,
                finest_window=self.api.finest_window,
                allow_incomplete=self._settings.allow_incomplete,
                is_platform_up=self._is_platform_up,
            )
            if outcome.status == "failed" and outcome.error:
                usable = name_usable(self._settings, self._client, outcome.error)
                return replace(outcome, error=usable)
            return outcome
        return explain_end(search)

    def _finish(
        self,
        search: Search,
        outcome: Outcome,
        splits: SplitWindows,
        open_search: Callable[[Window], Search],
    ) -> SearchedWindow:
        """Compare a complete window with the split one that it may be the last part of."""
        short = None
        if outcome.is_final:
            short = splits.passed(
                search.window, search.total, lambda window: open_search(window).count_now()
            )
        if short is None:
            return SearchedWindow(search, outcome, search.audit(outcome.status, outcome.error))
        outcome = explain_parts(short, allow_incomplete=self._settings.allow_incomplete)
        audit = search.audit(outcome.status, outcome.error)
        return SearchedWindow(
            search, outcome, audit, None if outcome.is_final else short.window.start
        )

    def _is_platform_up(self) -> bool:
        """Find out, once in a row of failures, whether the platform answers other searches."""
        if not self._was_platform_up:
            try:
                self.api.probe(JobLog())
            except TapGenesysSearchError:
                return False
            self._was_platform_up = True
        return True
