"""The streams: searches in window order, each with its interactions, facets and audit."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.exceptions import AbortedSyncFailedException, AbortedSyncPausedException
from typing_extensions import override

from tap_genesys_search.errors import (
    ApiRefusedError,
    NotOfferedError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
)
from tap_genesys_search.jobs.job_log import Tally
from tap_genesys_search.records.interactions import interactions_schema
from tap_genesys_search.records.rows import rows_of
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.search.choice import name_usable
from tap_genesys_search.search.outcome import Outcome, explain_failure, explain_parts
from tap_genesys_search.search.progress import ConnectionTestProgress, report_progress
from tap_genesys_search.search.schedule import searches_in_order
from tap_genesys_search.search.search import Search
from tap_genesys_search.search.split_windows import SplitWindows
from tap_genesys_search.search.webhook import told_of_searches
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.schema import AUTO
from tap_genesys_search.singer.metrics import log_requests
from tap_genesys_search.streams.base import PagedStream, WindowedStream, first_moment
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.plan import WindowPlan
from tap_genesys_search.windows.window import Window, midnight_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import FoundPage
    from tap_genesys_search.records.rows import Row
    from tap_genesys_search.search.progress import Progress
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.singer.writer import WholeLineWriter
    from tap_genesys_search.tap import TapGenesysSearch


OPEN_JOBS = "open_jobs"
"""Under which name the state of `search_audits` keeps the jobs that are open."""


CLOCK_TOLERANCE = timedelta(minutes=1)
"""A difference that is not worth a warning."""


class SearchAudits(WindowedStream):
    """What each search did; this stream drives the others, whether selected or not."""

    name = "search_audits"
    primary_keys = ("search_id", "started_at")
    replication_key = "window_end"
    bookmark_key = "window_end"

    def __init__(self, tap: TapGenesysSearch) -> None:
        super().__init__(tap, schema=read_schema(self.name))
        self._was_platform_up = False
        self._has_closed_windows = False

    @override
    def get_batch_config(self, config: Any) -> None:
        # An audit is one record a window. Held back for a batch, it would be written after the
        # state that covers it.
        return None

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        if self._is_dry_run():
            yield from self._sync_searches()
            return
        streams = [stream.name for stream in self._selected()]
        permissions = self.genesys_tap.first_search_api().permissions
        with self.genesys_tap.failures.noted(self.name, streams, permissions):
            yield from self._sync_searches()

    @override
    def log_sync_costs(self) -> None:
        super().log_sync_costs()
        log_requests(self.genesys_tap.client.requests_sent)  # all streams are synced by now

    def _sync_searches(self) -> Iterator[Record]:
        """Choose the search API, plan the windows, search them, and yield the audits."""
        # Also reads the state before the first request: none is sent where it makes no sense.
        start = first_moment(self._selected(), self.genesys_tap.settings)
        kept = self._kept_search_api()
        try:
            yield from self._sync_searches_by(kept, start)
        except (NotOfferedError, ApiRefusedError, PermissionMissingError) as error:
            if not kept or self._has_closed_windows:
                raise
            self.logger.warning(
                "search_api auto: %s, which an earlier run chose, may not be used any more (%s): "
                "asking again",
                kept,
                error,
            )
            yield from self._sync_searches_by(None, start)

    def _sync_searches_by(self, kept: str | None, start: datetime) -> Iterator[Record]:
        """Sync the searches by the search API that an earlier run chose, or a new choice."""
        tally = Tally()
        try:
            search_api = self._choose_search_api(kept, tally)
            filled = self._filled()
            if not filled:
                return
            start = first_moment(filled, self.genesys_tap.settings)
            plan = self._plan(search_api, start, tally)
        except (RequestError, SearchFailedError) as error:
            yield self._audit_of_no_search(start, tally, error)
            raise
        try:
            yield from self._search(plan)
            self.genesys_tap.search_api.cancel_jobs(self.genesys_tap.open_jobs.forget_left_over())
        finally:
            self._write_open_jobs()
            self.genesys_tap.warn_of_extra()

    def _search(self, plan: WindowPlan) -> Iterator[Record]:
        """Search the windows of a plan, write what they hold, and yield their audits."""
        settings = self.genesys_tap.settings
        with (
            told_of_searches(settings.webhook_url, settings.webhook_key) as webhook,
            self._report(plan) as progress,
            searches_in_order(
                plan,
                self.genesys_tap.open_search,
                concurrent=self._concurrent_searches(),
                while_waiting=self._while_waiting,
            ) as searches,
        ):
            splits = SplitWindows(self.genesys_tap.search_api.reading.spare_share)
            for search in islice(searches, self.ABORT_AT_RECORD_COUNT):
                outcome = self._sync_search(search)
                if outcome.status in {"completed", "incomplete"}:
                    outcome = self._compare_with_whole(search, splits) or outcome
                audit = search.audit(outcome.status, outcome.error)
                yield dict(audit)
                if outcome.status == "failed" and outcome.error:
                    raise outcome.error
                if outcome.status == "split":
                    splits.split(search.window, search.total)
                    outcome.replan(plan, search)
                elif not self._is_dry_run():
                    self._close_window(search)
                    if webhook:
                        webhook.announce(audit, list(search.facets()))
                    plan.passed(search.window, audit["total_matching_records"])
                progress.search_done(audit)

    def _compare_with_whole(self, search: Search, splits: SplitWindows) -> Outcome | None:
        """Find out whether the parts of a split window, now complete, lack something of it."""
        short = splits.passed(search.window, search.total, self._count_now)
        if short is None or self._is_dry_run():
            return None
        outcome = explain_parts(short, allow_incomplete=self.genesys_tap.settings.allow_incomplete)
        if outcome.status == "failed":
            for stream in self._filled():
                stream.state_manager.move_back_to(short.window.start)
        return outcome

    def _count_now(self, window: Window) -> int | None:
        """Count what a window matches now, by a further search."""
        return self.genesys_tap.open_search(window).count_now()

    @override
    def generate_child_contexts(
        self, record: Record, context: Context | None
    ) -> Iterator[Context | None]:
        # The children were synced before their audit could be complete; and a stream map that
        # filters audits must not filter the interactions with them.
        return iter(())

    def _kept_search_api(self) -> str | None:
        """Tell which search API an earlier run with `auto` chose, where it still counts."""
        if self.genesys_tap.settings.search_api != AUTO:
            return None
        kept = (stream.state_manager.search_api for stream in self._selected())
        return next(filter(None, kept), None)

    def _choose_search_api(self, kept: str | None, tally: Tally) -> SearchApi:
        """Choose the search API, and say which of the selected streams it can't fill."""
        selected = self._selected()
        search_api = self.genesys_tap.choose_search_api(kept, tally)
        search_api.check_filters()
        empty = [stream.name for stream in selected if not stream.is_filled_by(search_api)]
        if empty and not self._is_dry_run():
            fillers = [name for name, api in SEARCH_APIS.items() if api.tables & set(empty)]
            self.logger.warning(
                "search_api %s has nothing for %s: left as they are%s",
                search_api.name,
                ", ".join(empty),
                f". To fill them, set search_api to {' or '.join(fillers)}" if fillers else "",
            )
        return search_api

    def _plan(self, search_api: SearchApi, start: datetime, tally: Tally) -> WindowPlan:
        """Plan the windows up to the run's end."""
        end = self._last_moment(start, search_api.available_until(tally))
        anchor = self.genesys_tap.settings.start
        plan = WindowPlan(
            start,
            end,
            Grid(
                midnight_before(anchor) if search_api.searches_whole_days else anchor,
                self.genesys_tap.settings.window_length,
                search_api.finest_window,
            ),
            search_api.most_matches,
        )
        if plan:
            self.logger.info(
                "Searching %s to %s, %d windows, by %s",
                format_timestamp(start),
                format_timestamp(end),
                plan.planned,
                search_api.name,
            )
        else:
            self.logger.info("Nothing new to search from %s on", format_timestamp(start))
        return plan

    def _last_moment(self, start: datetime, available_until: datetime | None) -> datetime:
        """Find where to end: where the platform has its data, and by its clock, not this one."""
        end = self.genesys_tap.settings.end
        if start >= end:
            return end
        if available_until and available_until < end:
            self.logger.info(
                "The platform's data is complete up to %s: searching no further",
                format_timestamp(available_until),
            )
            end = available_until
        platform_time = self.genesys_tap.client.platform_time().replace(microsecond=0)
        if end - platform_time > CLOCK_TOLERANCE:
            self.logger.warning(
                "This machine's clock is ahead of the platform's, where it is %s: searching no "
                "further",
                format_timestamp(platform_time),
            )
        return min(end, platform_time)

    def _audit_of_no_search(self, start: datetime, tally: Tally, error: Exception) -> JsonObject:
        """Build the audit of a run that fails before its first search."""
        settings = self.genesys_tap.settings
        length = min(settings.window_length, max(settings.end - start, timedelta(0)))
        window = Window(start, start + length)
        search = Search(
            self.genesys_tap.first_search_api(), window, settings, self.genesys_tap.open_jobs
        )
        search.tallies.append(tally)
        return search.audit("failed", error)

    def _sync_search(self, search: Search) -> Outcome:
        """Write what a search found, and tell how it ended."""
        tap = self.genesys_tap
        try:
            self._sync_children_of(search)
            if self.selected and not self._is_dry_run():
                search.finish()
        except (TapGenesysSearchError, RecursionError) as error:
            outcome = explain_failure(
                error,
                search,
                finest_window=tap.search_api.finest_window,
                allow_incomplete=tap.settings.allow_incomplete,
                is_platform_up=self._is_platform_up,
            )
            if outcome.status == "failed" and outcome.error:
                return replace(outcome, error=name_usable(tap.settings, tap.client, outcome.error))
            return outcome
        return Outcome("completed")

    def _sync_children_of(self, search: Search) -> None:
        context = {"search_id": search.id}
        children = [stream for stream in self._filled() if isinstance(stream, SearchChild)]
        paged = [child for child in children if isinstance(child, PagedStream)]
        for pages in self._stretches(search, paged):
            for child in paged:
                with dry_run_may_end():
                    child.sync_pages(pages, context)
        for facets in children:
            if isinstance(facets, InteractionFacets):
                facets.search = search
                with dry_run_may_end():
                    facets.sync(context=context)

    def _stretches(
        self, search: Search, streams: Sequence[PagedStream]
    ) -> Iterator[Iterable[FoundPage]]:
        """Cut what was found into stretches, each to be written for one stream after the other."""
        if not streams:
            return
        pages = search.pages()
        batches = [stream.get_batch_config(stream.config) for stream in streams]
        sizes = [batch.batch_size for batch in batches if batch]
        if sizes and not self._is_dry_run():
            yield from stretches_of(pages, min(sizes))
        elif len(streams) == 1:
            yield pages
        else:
            # A connection test looks at one page, and doesn't count.
            yield from ([page] for page in islice(pages, self.ABORT_AT_RECORD_COUNT))

    def _is_platform_up(self) -> bool:
        """Find out, once in a row of failures, whether the platform answers other searches."""
        if not self._was_platform_up:
            try:
                self.genesys_tap.search_api.probe(Tally())
            except TapGenesysSearchError:
                return False
            self._was_platform_up = True
        return True

    def _close_window(self, search: Search) -> None:
        for stream in self._filled():
            stream.state_manager.move_to(
                search.window.end, stream.bookmark_key, self.genesys_tap.search_api.name
            )
        self._write_open_jobs()
        self._was_platform_up = False
        self._has_closed_windows = True

    def _while_waiting(self) -> None:
        """Let a run that is killed now be followed by one that takes up what it waits for."""
        if not self._is_dry_run():
            self._write_open_jobs()
            cast("WholeLineWriter", self.genesys_tap.message_writer).check_reader()

    def _write_open_jobs(self) -> None:
        """Write the state, where it or the open jobs in it have changed."""
        if self._is_dry_run():
            return
        jobs = self.genesys_tap.open_jobs.to_state()
        if jobs:
            self.state_manager.stream_state[OPEN_JOBS] = jobs
        else:
            self.state_manager.stream_state.pop(OPEN_JOBS, None)
        self.genesys_tap.state_writer.write_state(self.tap_state)

    def _selected(self) -> list[WindowedStream]:
        streams = [self, *cast("list[WindowedStream]", self.child_streams)]
        return [stream for stream in streams if stream.selected]

    def _filled(self) -> list[WindowedStream]:
        """List the selected streams that this run's search API has something for."""
        search_api = self.genesys_tap.search_api
        return [stream for stream in self._selected() if stream.is_filled_by(search_api)]

    def _report(self, plan: WindowPlan) -> AbstractContextManager[Progress]:
        if self._is_dry_run():
            return nullcontext(ConnectionTestProgress(self.logger))
        return report_progress(plan, self.logger)

    def _is_dry_run(self) -> bool:
        return self.ABORT_AT_RECORD_COUNT is not None

    def _concurrent_searches(self) -> int:
        return 1 if self._is_dry_run() else self.genesys_tap.settings.max_concurrent_searches


def stretches_of(pages: Iterable[FoundPage], most_rows: int) -> Iterator[list[FoundPage]]:
    """Cut pages into stretches that make a batch: as many as have no more rows in any table.

    Args:
        pages: What was found.
        most_rows: Of a batch; a page alone may have more.

    Yields:
        The stretches. Where the pages end with an error, what came before is not lost.
    """
    held: list[FoundPage] = []
    rows = 0
    try:
        for page in pages:
            rows += page.most_rows
            if held and rows > most_rows:
                yield held
                held, rows = [], page.most_rows
            held.append(page)
    except (TapGenesysSearchError, RecursionError):
        if held:
            yield held
        raise
    if held:
        yield held


def dry_run_may_end() -> AbstractContextManager[None]:
    """Let a connection test go on with the next stream when it has seen enough of one."""
    return suppress(AbortedSyncFailedException, AbortedSyncPausedException)


class SearchChild(WindowedStream):
    """A stream of what a search found."""

    parent_stream_type = SearchAudits


class SearchTable(PagedStream, SearchChild):
    """A table of parts of what was found, which some search APIs have."""

    selected_by_default = False

    @override
    def is_filled_by(self, search_api: SearchApi) -> bool:
        return self.name in search_api.tables

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        return page.tables.get(self.name, [])


class Interactions(PagedStream, SearchChild):
    """The interactions found."""

    name = "interactions"
    primary_keys = ("id",)
    replication_key = "timestamp"
    bookmark_key = "timestamp"

    def __init__(self, tap: TapGenesysSearch) -> None:
        super().__init__(tap, schema=interactions_schema(tap.projection))

    @override
    def get_rows(self, page: FoundPage) -> list[Row]:
        wanted = self.columns_wanted()
        return rows_of({column: page.interactions[column] for column in wanted})


class InteractionFacets(SearchChild):
    """How the interactions found spread over the values of some fields."""

    name = "interaction_facets"
    primary_keys = ("search_id", "facet", "bucket_key")
    bookmark_key = "window_end"
    search: Search
    """The search to write next; set by the parent before each sync."""

    def __init__(self, tap: TapGenesysSearch) -> None:
        super().__init__(tap, schema=read_schema(self.name))

    @property
    @override
    def emit_activate_version_messages(self) -> bool:
        # Without a replication key the SDK takes the stream for a full refresh; a new version
        # would delete the facets of earlier windows.
        return False

    @override
    def get_batch_config(self, config: Any) -> None:
        # A few records a window: files of their own would be tiny.
        return None

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        return self.search.facets()
