"""The stream `search_audits`, which drives all streams that searches fill."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from tap_genesys_search.errors import (
    ApiRefusedError,
    NotOfferedError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.open_jobs import OpenJobs, read_open_jobs
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.search.run import SearchRun
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.schema import AUTO
from tap_genesys_search.streams.base import PagedStream, WindowedStream
from tap_genesys_search.streams.fingerprint import fingerprint_of_searches, how_cut
from tap_genesys_search.streams.nothing_found import note_records
from tap_genesys_search.streams.searches.filled_streams import FilledStreams, paged_of
from tap_genesys_search.streams.searches.open_conversations import (
    OPEN_CONVERSATIONS,
    StillOpen,
    warn_of_lost_state,
)
from tap_genesys_search.streams.state_warnings import (
    DELETE_BEFORE_SEARCHING,
    warn_of_changes,
    warn_of_days_left_out,
    warn_of_late_data,
)
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_genesys_search.search.search import Search
    from tap_genesys_search.streams.context import RunContext
    from tap_genesys_search.windows.coverage import Stretch
    from tap_genesys_search.windows.plan import WindowPlan

OPEN_JOBS = "open_jobs"
"""The key of the open jobs in the state of `search_audits`."""


class SearchAudits(WindowedStream):
    """One record for each search. The stream drives the others, whether it is selected or not."""

    name = "search_audits"
    primary_keys = ("search_id", "started_at")
    replication_key = "window_end"
    bookmark_key = "window_end"
    delete_first = DELETE_BEFORE_SEARCHING

    def __init__(self, tap: Tap, context: RunContext) -> None:
        super().__init__(tap, context, schema=read_schema(self.name))
        self._closed: list[Window] = []
        self._found = 0

    @cached_property
    def searching(self) -> SearchRun:
        """The searches of this run."""
        open_jobs = OpenJobs(read_open_jobs(self.stream_state.get(OPEN_JOBS)))
        return SearchRun(self.run.settings, self.run.client, open_jobs, self.run.totals)

    @property
    def permissions(self) -> tuple[str, ...]:
        """Of these the OAuth client needs one."""
        return self.searching.api.permissions

    @override
    def get_batch_config(self, config: Any) -> None:
        # A batch would hold the audit back, and it would be written after the state that covers
        # it.
        return None

    @override
    def fingerprint(self, asked: Mapping[str, object]) -> Mapping[str, object]:
        return {**asked, **how_cut(self.run.settings)}

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        if self.is_connection_test:
            yield from self._sync_searches()
            return
        streams = [stream.name for stream in self._selected()]
        with self.run.left_out.noted(self.name, streams, self.permissions):
            yield from self._sync_searches()

    def _sync_searches(self) -> Iterator[Record]:
        """Choose the search API, plan the windows, search them, and yield the audits."""
        # Reads the state, so that no request is sent where the state is invalid.
        warn_of_days_left_out(self._selected(), self.run.settings)
        kept = self._kept_search_api()
        try:
            yield from self._sync_searches_by(kept)
        except (NotOfferedError, ApiRefusedError, PermissionMissingError) as error:
            if not kept or self._closed:
                raise
            self.logger.warning(
                "search_api auto: %s, which an earlier run chose, may not be used any more (%s): "
                "asking again",
                kept,
                error.fact,
            )
            yield from self._sync_searches_by(None)

    def _sync_searches_by(self, kept: str | None) -> Iterator[Record]:
        """Sync the searches by the search API that an earlier run chose, or by a new choice."""
        job_log = JobLog()
        try:
            self._choose_search_api(kept, job_log)
            filled = self._fillable()
            if not filled.streams:
                return
            warn_of_changes(filled.streams, self._fingerprint)
            warn_of_late_data(filled.streams, self.searching.plan.late_data_left_out)
            stretches = self.searching.plan.stretches(
                {stream.name: stream.coverage for stream in filled.streams}, job_log
            )
        except (RequestError, SearchFailedError) as error:
            coverages = {stream.name: stream.coverage for stream in self._selected()}
            yield from self.searching.audits_of_no_search(kept, coverages, job_log, error)
            raise
        self._still_open = self._open_left(filled.paged)
        try:
            for plan, stretch in self._planned(stretches):
                yield from self._search(plan, filled.only(stretch.streams))
            self.searching.cancel_left_over()
            self._read_open_again(filled)
            note_records(self.name, self.state_manager.stream_state, self._found, self._closed)
        finally:
            start = self.run.settings.start
            ends = [stream.coverage.complete_until(start) for stream in filled.streams]
            self.run.totals.complete_until = None if None in ends else min(filter(None, ends))
            filled.warn_of_kept(self.logger)
            self._write_open_jobs()

    def _planned(self, stretches: Sequence[Stretch]) -> list[tuple[WindowPlan, Stretch]]:
        """Plan the windows of all stretches, so that the progress is that of the whole run."""
        wanted = stretches[:1] if self.is_connection_test else stretches
        planned = [(self.searching.plan.windows(stretch), stretch) for stretch in wanted]
        self.run.totals.expect([plan for plan, _ in planned])
        self.run.totals.finds_again = self.searching.api.finds_again
        return planned

    def _search(self, plan: WindowPlan, filled: FilledStreams) -> Iterator[Record]:
        """Search the windows of a plan, yield their audits, and note what is complete."""
        for ended in self.searching.search_windows(
            plan, filled.wanted, filled.write, self._while_waiting
        ):
            window = ended.search.window
            if ended.short_since:
                for stream in filled.streams:
                    stream.reopen(Window(ended.short_since, window.end))
            yield dict(ended.audit)  # after the records it describes
            if ended.outcome.is_final and not self.is_connection_test:
                self._close_window(ended.search, filled)

    def _read_open_again(self, filled: FilledStreams) -> None:
        """Write the conversations that were open, as they are now, and move the state past each."""
        if self.is_connection_test:
            return
        splitter, paged = filled.wanted.splitter, filled.paged
        for again in self._still_open.ask_again(splitter) if paged else ():
            for stream in paged:
                if pages := again.pages_for(stream.name):
                    stream.sync_pages(pages, {})
            self._still_open.written(again)
            self.write_state()
        # A run that has read nothing knows of no open conversation but those in the state.
        if paged and (self._closed or self.searching.api.asks_for_open):
            self._still_open.report()

    def _open_left(self, streams: Sequence[PagedStream]) -> StillOpen:
        """Read which conversations earlier runs left open."""
        if self.searching.api.asks_for_open and OPEN_CONVERSATIONS not in self.stream_state:
            warn_of_lost_state([stream.coverage.end for stream in streams])
        bookmarks = self.tap_state.get("bookmarks", {})
        return StillOpen(
            self.searching.api,
            self.run.settings,
            self.state_manager.stream_state,
            [stream.name for stream in streams],
            [one.name for one in paged_of(self.child_streams) if bookmarks.get(one.name)],
        )

    @override
    def generate_child_contexts(
        self, record: Record, context: Context | None
    ) -> Iterator[Context | None]:
        # The children are synced before their audit is complete. A stream map that filters audits
        # must not filter the interactions with them.
        return iter(())

    def _kept_search_api(self) -> str | None:
        """Return the search API that an earlier run with `auto` chose; None where one is set."""
        if self.run.settings.search_api != AUTO:
            return None
        kept = (stream.state_manager.search_api for stream in self._selected())
        return next(filter(None, kept), None)

    def _choose_search_api(self, kept: str | None, job_log: JobLog) -> None:
        """Choose the search API, and warn of selected streams that it can't fill."""
        search_api = self.searching.choose_api(kept, job_log)
        search_api.take_learnt(self.stream_state)
        empty = [stream.name for stream in self._selected() if not stream.is_filled_by(search_api)]
        if empty and not self.is_connection_test:
            fillers = apis_that_fill(empty)
            self.logger.warning(
                "search_api %s has nothing for %s: left as they are%s",
                search_api.name,
                ", ".join(empty),
                f". To fill them, set search_api to {' or '.join(fillers)}" if fillers else "",
            )

    def _close_window(self, search: Search, filled: FilledStreams) -> None:
        window, asked = search.window, self._fingerprint
        complete = Window(window.start, search.complete_until)
        for stream in filled.streams:
            stream.complete(complete, asked)
            stream.forget_all_but(self.searching.plan.read_again(stream.coverage, window))
            stream.state_manager.keep_search_api(self.searching.kept_api)
        self._still_open.note(search, [stream.name for stream in filled.paged])
        self.state_manager.stream_state.update(self.searching.api.learnt)
        self._write_open_jobs()
        self._closed.append(window)
        self._found += len(search.ids)

    @property
    def _fingerprint(self) -> dict[str, object]:
        return fingerprint_of_searches(self.run.settings, self.searching.api.name)

    def _while_waiting(self) -> None:
        """Write open jobs into the state, so that a run after a kill resumes them."""
        if not self.is_connection_test:
            self._write_open_jobs()
            self.check_reader()

    def _write_open_jobs(self) -> None:
        """Write the state with the open jobs, where something has changed."""
        if self.is_connection_test:
            return
        jobs = self.searching.open_jobs.to_state()
        if jobs:
            self.state_manager.stream_state[OPEN_JOBS] = jobs
        else:
            self.state_manager.stream_state.pop(OPEN_JOBS, None)
        self.write_state()

    def _selected(self) -> list[WindowedStream]:
        streams = [self, *cast("list[WindowedStream]", self.child_streams)]
        return [stream for stream in streams if stream.selected]

    def _fillable(self) -> FilledStreams:
        """List the selected streams that this run's search API fills."""
        search_api = self.searching.api
        return FilledStreams(
            [stream for stream in self._selected() if stream.is_filled_by(search_api)],
            self.selected,
            self.ABORT_AT_RECORD_COUNT,
        )


def apis_that_fill(streams: Iterable[str]) -> list[str]:
    """Name the search APIs that fill one of some streams."""
    return [name for name, api in SEARCH_APIS.items() if api.tables & {*streams}]
