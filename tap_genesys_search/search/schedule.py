"""Runs searches in window order, and some of them ahead of the one that is being written."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tap_genesys_search.search.prefetch import PrefetchedPages, Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_genesys_search.search.search import Search
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.windows.plan import WindowPlan
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.run")


BYTES_AHEAD = 8 * 2**20
"""Bytes of JSON that all searches together may hold unwritten, plus one page for each search in
flight. In memory they take ten times as much."""


BYTES_WHILE_WRITING = 2**20
"""The same while the writer is busy: three pages of a thousand interactions."""


WINDOWS_AHEAD = 4
"""Windows that may be started and not yet written, for each search that may be in flight.

Searches differ in length. Those that are done wait for their turn, and others take their place.
"""


FAREWELL_SECONDS = 2.0
"""Time for threads to end where the run is stopped."""


FAILURE_FAREWELL_SECONDS = 30.0
"""The same where the run fails: a job that is being submitted must be cancelled, too."""


class _Schedule:
    """Searches in window order: the one whose turn it is, and those that run ahead.

    A search is in flight from its start until all its pages are read or it has failed. Only the
    thread that asks for the searches uses the plan. The shelf's lock guards what threads share.
    """

    def __init__(
        self,
        plan: WindowPlan,
        open_search: Callable[[Window], Search],
        concurrent: int,
        while_waiting: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._open_search = open_search
        self._concurrent = concurrent
        # With one search at a time, each is written before the next one is sent.
        self._length = 1 if concurrent == 1 else concurrent * WINDOWS_AHEAD
        self._while_waiting = while_waiting
        self._shelf = Shelf(BYTES_AHEAD, BYTES_WHILE_WRITING)
        self._windows: list[Window] = []
        self._started: dict[Window, Search] = {}
        self._readers: dict[Window, PrefetchedPages] = {}
        self._in_flight: list[PrefetchedPages] = []
        self._is_first_waiting = False
        self._is_over = False

    def in_order(self) -> Generator[Search, None, None]:
        while self._plan:
            window = self._move_up()
            search = self._started.get(window) or self._start(window)
            yield search
            search.cancel()

    def start_ahead(self) -> None:
        """Start searches as slots become free, until the schedule is closed."""
        # Where the system gives no more threads, each search starts at its turn.
        with suppress(RuntimeError), self._shelf.lock:
            while window := self._wait_for_next():
                self._start(window)

    def close(self, seconds: float) -> None:
        """Give up all searches that are not done.

        Args:
            seconds: How long their threads may take to end.
        """
        with self._shelf.lock:
            self._is_over = True
            self._shelf.schedule_moved.notify_all()
        for search in self._started.values():
            search.abandon()
        for search in self._started.values():
            search.cancel()
        until = time.monotonic() + seconds
        for reader in self._in_flight:
            reader.join(max(0.0, until - time.monotonic()))

    def _move_up(self) -> Window:
        """Take the next window off the plan, and list the ones after it by the current plan."""
        with self._shelf.lock:
            for done in self._windows[:1]:
                self._started.pop(done, None)
                self._readers.pop(done, None)
            self._plan.keep(self._started)
            first = self._plan.take()
            self._windows = [first, *self._plan.upcoming(self._length - 1)]
            self._is_first_waiting = first not in self._started
            self._shelf.schedule_moved.notify_all()
        return first

    def _wait_for_next(self) -> Window | None:
        """Wait until a window may be started ahead; None once the schedule is closed."""
        self._shelf.schedule_moved.wait_for(lambda: self._is_over or self._next_ahead())
        return None if self._is_over else self._next_ahead()

    def _next_ahead(self) -> Window | None:
        if self._is_first_waiting or self._shelf.is_full or not self._has_free_slot():
            return None
        for window in self._windows:
            reader = self._readers.get(window)
            if reader is None:
                return window
            # The next ones are likely to fail the same way, and their windows may change.
            if reader.has_failed:
                return None
        return None

    def _start(self, window: Window) -> Search:
        search = self._started[window] = self._open_search(window)
        search.start(lambda pages: self._read(window, pages))
        return search

    def _read(self, window: Window, pages: Generator[Page, None, None]) -> PrefetchedPages:
        """Begin to read as soon as there is a slot.

        A search that is started ahead has one. Where later searches hold all slots, the search
        whose turn it is gets the next free one.
        """
        with self._shelf.lock:
            self._is_first_waiting = True
        self._shelf.wait_for(
            self._shelf.schedule_moved, self._has_slot_for_first, self._while_waiting
        )
        with self._shelf.lock:
            reader = self._readers[window] = PrefetchedPages(
                self._while_waiting, self._shelf, pages
            )
            self._in_flight.append(reader)
            self._is_first_waiting = False
            self._shelf.schedule_moved.notify_all()
        return reader

    def _has_slot_for_first(self) -> bool:
        # Paused searches would wait for this one, so it may be one more than allowed.
        return self._has_free_slot() or all(reader.is_paused for reader in self._in_flight)

    def _has_free_slot(self) -> bool:
        self._in_flight = [reader for reader in self._in_flight if not reader.has_ended]
        return len(self._in_flight) < self._concurrent


@contextmanager
def searches_in_order(
    plan: WindowPlan,
    open_search: Callable[[Window], Search],
    *,
    concurrent: int,
    while_waiting: Callable[[], None],
) -> Iterator[Iterator[Search]]:
    """Run the searches of a plan, some of them ahead, and hand them out in window order.

    The plan may change while a search is handed out. Searches that started ahead then wait until
    the windows before theirs are done.

    Args:
        plan: Windows to search; they are taken off it.
        open_search: Makes the search of a window.
        concurrent: Number of searches that may be in flight; with 1, each one starts after the one
            before it was written.
        while_waiting: Called now and then while waiting for a page or a slot.

    Yields:
        The searches, each to be read before the next one is asked for.
    """
    line = _Schedule(plan, open_search, concurrent, while_waiting)
    starter = threading.Thread(target=line.start_ahead, daemon=True)
    starter.start()
    try:
        yield line.in_order()
    finally:
        has_failed = isinstance(sys.exc_info()[1], Exception)
        line.close(FAILURE_FAREWELL_SECONDS if has_failed else FAREWELL_SECONDS)
        starter.join(FAREWELL_SECONDS)
