"""Running searches ahead of the one that is being written, in threads."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.search_api import Page

if TYPE_CHECKING:
    from tap_genesys_search.search import Search
    from tap_genesys_search.windows import Window, WindowPlan

BYTES_AHEAD = 8 * 2**20
"""How much all searches together may have read before it is written; unpacked, it is ten times
as large."""

REPORT_SECONDS = 1.0
"""How often somebody who waits for a page is told that it is still to come."""

FAREWELL_SECONDS = 2.0
"""How long threads that are not needed any more may take to end where the run is stopped."""

FAILURE_FAREWELL_SECONDS = 30.0
"""The same where it fails: a job whose submission is under way is to be cancelled, too."""


class PagesAhead(Iterator[Page]):
    """Pages that a thread reads before they are asked for.

    Args:
        while_waiting: Called now and then while a page is waited for, in the thread that waits.
        most_bytes: How much may be read ahead; one page may be, however large it is.
        pages: What to read; it is closed by the thread that reads it.
    """

    def __init__(
        self, while_waiting: Callable[[], None], most_bytes: int, pages: Generator[Page, None, None]
    ) -> None:
        self._while_waiting = while_waiting
        self._most_bytes = most_bytes
        self._read: deque[Page] = deque()
        self._has_ended = False
        self._error: Exception | None = None
        self._is_abandoned = False
        self._changed = threading.Condition()
        # A daemon, because a run that fails must not wait for the platform to end.
        self._thread = threading.Thread(target=self._run, args=(pages,), daemon=True)
        self._thread.start()

    def __next__(self) -> Page:
        while not self._wait_for_page():
            self._while_waiting()
        with self._changed:
            if self._read:
                self._changed.notify_all()
                return self._read.popleft()
            error, self._error = self._error, None
        raise error or StopIteration

    def close(self) -> None:
        """Read no further pages."""
        with self._changed:
            self._is_abandoned = True
            self._changed.notify_all()

    def is_reading(self) -> bool:
        """Tell whether the thread has not ended yet."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, but not for ever."""
        self._thread.join(seconds)

    def _wait_for_page(self) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self._read) or self._has_ended, REPORT_SECONDS
            )

    def _run(self, pages: Generator[Page, None, None]) -> None:
        try:
            with closing(pages):
                for page in pages:
                    if not self._hand_over(page):
                        return
        except Exception as error:  # noqa: BLE001 - raised again where the pages are read
            self._error = error
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _hand_over(self, page: Page) -> bool:
        """Wait until there is room for a page; False where nobody will read it."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_abandoned or self._has_room(page))
            self._read.append(page)
            self._changed.notify_all()
            return not self._is_abandoned

    def _has_room(self, page: Page) -> bool:
        held = sum(each.size for each in self._read)
        return not self._read or held + page.size <= self._most_bytes


@contextmanager
def searches_in_order(
    plan: WindowPlan,
    open_search: Callable[[Window], Search],
    *,
    concurrent: int,
    while_waiting: Callable[[], None],
) -> Iterator[Iterator[Search]]:
    """Run the searches of a plan, some of them ahead, and hand them out in window order.

    The plan may change while a search is handed out: searches that started ahead then wait until
    the windows before theirs are done.

    Args:
        plan: Windows to search; they are taken off it.
        open_search: Makes the search of a window.
        concurrent: How many searches may be in flight.
        while_waiting: Called now and then while a page is waited for.

    Yields:
        The searches, each to be read before the next one is asked for.
    """
    running: dict[Window, Search] = {}
    readers: list[PagesAhead] = []

    def read_ahead(pages: Generator[Page, None, None]) -> PagesAhead:
        readers[:] = [reader for reader in readers if reader.is_reading()]
        readers.append(PagesAhead(while_waiting, BYTES_AHEAD // concurrent, pages))
        return readers[-1]

    def start(window: Window) -> Search:
        search = open_search(window)
        search.start(read_ahead)
        return search

    def in_order() -> Generator[Search, None, None]:
        while plan:
            plan.keep(running)
            for window in plan.upcoming(concurrent):
                if window not in running and len(running) < concurrent:
                    running[window] = start(window)
            window = plan.take()
            # It is not running where all slots are taken by searches behind it.
            search = running.pop(window, None) or start(window)
            try:
                yield search
            finally:
                search.cancel()

    searches = in_order()
    try:
        yield searches
    finally:
        has_failed = isinstance(sys.exc_info()[1], Exception)
        for search in running.values():
            search.abandon()
        searches.close()
        for search in running.values():
            search.cancel()
        until = time.monotonic() + (FAILURE_FAREWELL_SECONDS if has_failed else FAREWELL_SECONDS)
        for reader in readers:
            reader.join(max(0.0, until - time.monotonic()))
