"""Running searches ahead of the one that is being written, in threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.search_api import Page

if TYPE_CHECKING:
    from tap_genesys_search.search import Search
    from tap_genesys_search.windows import Window, WindowPlan

RECORDS_AHEAD = 20_000
"""Interactions that all searches together may hold before they are written: some 50 MB."""

PATIENCE_SECONDS = 0.2
"""How soon a thread that waits for its reader notices that nobody will read."""

REPORT_SECONDS = 1.0
"""How often somebody who waits for a page is told that it is still to come."""

FAREWELL_SECONDS = 2.0
"""How long threads that are not needed any more may take to end: the time of a request."""


class PagesAhead(Iterator[Page]):
    """Pages that a thread reads before they are asked for.

    Args:
        while_waiting: Called now and then while a page is waited for, in the thread that waits.
        most: Pages that may be read ahead.
        pages: What to read; it is closed by the thread that reads it.
    """

    def __init__(
        self, while_waiting: Callable[[], None], most: int, pages: Generator[Page, None, None]
    ) -> None:
        self._while_waiting = while_waiting
        self._queue: Queue[Page | Exception | None] = Queue(most)
        self._abandoned = threading.Event()
        self._ended = False
        # A daemon, because a run that fails must not wait for the platform to end.
        self._thread = threading.Thread(target=self._run, args=(pages,), daemon=True)
        self._thread.start()

    def __next__(self) -> Page:
        if self._ended:
            raise StopIteration
        item = self._wait()
        if isinstance(item, Page):
            return item
        self._ended = True
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        """Read no further pages."""
        self._abandoned.set()

    def is_reading(self) -> bool:
        """Tell whether the thread has not ended yet."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, but not for ever."""
        self._thread.join(seconds)

    def _wait(self) -> Page | Exception | None:
        while True:
            with suppress(Empty):
                return self._queue.get(timeout=REPORT_SECONDS)
            self._while_waiting()

    def _run(self, pages: Generator[Page, None, None]) -> None:
        try:
            for page in pages:
                if not self._hand_over(page):
                    pages.close()
                    return
        except Exception as error:  # noqa: BLE001 - raised again where the pages are read
            self._hand_over(error)
        else:
            self._hand_over(None)

    def _hand_over(self, item: Page | Exception | None) -> bool:
        while not self._abandoned.is_set():
            try:
                self._queue.put(item, timeout=PATIENCE_SECONDS)
            except Full:
                continue
            return True
        return False


@contextmanager
def searches_in_order(
    plan: WindowPlan,
    open_search: Callable[[Window], Search],
    *,
    concurrent: int,
    page_size: int,
    while_waiting: Callable[[], None],
) -> Iterator[Iterator[Search]]:
    """Run the searches of a plan, some of them ahead, and hand them out in window order.

    The plan may change while a search is handed out: searches that started ahead then wait until
    the windows before theirs are done.

    Args:
        plan: Windows to search; they are taken off it.
        open_search: Makes the search of a window.
        concurrent: How many searches may be in flight.
        page_size: Interactions a page; with it goes how many pages may wait.
        while_waiting: Called now and then while a page is waited for.

    Yields:
        The searches, each to be read before the next one is asked for.
    """
    pages_ahead = max(1, RECORDS_AHEAD // (page_size * concurrent))
    running: dict[Window, Search] = {}
    readers: list[PagesAhead] = []

    def read_ahead(pages: Generator[Page, None, None]) -> PagesAhead:
        readers[:] = [reader for reader in readers if reader.is_reading()]
        readers.append(PagesAhead(while_waiting, pages_ahead, pages))
        return readers[-1]

    def start(window: Window) -> Search:
        search = open_search(window)
        search.start(read_ahead)
        return search

    def in_order() -> Generator[Search, None, None]:
        while plan:
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
        for search in running.values():
            search.abandon()
        searches.close()
        for search in running.values():
            search.cancel()
        until = time.monotonic() + FAREWELL_SECONDS
        for reader in readers:
            reader.join(max(0.0, until - time.monotonic()))
