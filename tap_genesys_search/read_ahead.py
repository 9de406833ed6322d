"""Running searches ahead of the one that is being written, in threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from queue import Full, Queue
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.search_api import Page

if TYPE_CHECKING:
    from tap_genesys_search.search import Search
    from tap_genesys_search.windows import Window, WindowPlan

RECORDS_AHEAD = 20_000
"""Interactions that all searches together may hold before they are written: some 50 MB."""

PATIENCE_SECONDS = 0.2
"""How soon a thread that waits for its reader notices that nobody will read."""


class PagesAhead(Iterator[Page]):
    """Pages that a thread reads before they are asked for."""

    def __init__(self, pages: Generator[Page, None, None], most: int) -> None:
        self._queue: Queue[Page | Exception | None] = Queue(most)
        self._abandoned = threading.Event()
        self._ended = False
        # A daemon, because a run that fails must not wait for the platform to end.
        self._thread = threading.Thread(target=self._run, args=(pages,), daemon=True)
        self._thread.start()

    def __next__(self) -> Page:
        if self._ended:
            raise StopIteration
        item = self._queue.get()
        if isinstance(item, Page):
            return item
        self._ended = True
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        """Read no further pages."""
        self._abandoned.set()

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
) -> Iterator[Iterator[Search]]:
    """Run the searches of a plan, some of them ahead, and hand them out in window order.

    The plan may be halved while a search is handed out: searches that started ahead then wait
    until the halves are done.

    Args:
        plan: Windows to search; they are taken off it.
        open_search: Makes the search of a window.
        concurrent: How many searches may be in flight; with 1 there are no threads.
        page_size: Interactions a page; with it goes how many pages may wait.

    Yields:
        The searches, each to be read before the next one is asked for.
    """
    pages_ahead = max(1, RECORDS_AHEAD // (page_size * concurrent))
    running: dict[Window, tuple[Search, PagesAhead]] = {}

    def start_ahead() -> None:
        for window in plan.upcoming(concurrent):
            if window not in running and len(running) < concurrent:
                search = open_search(window)
                pages = PagesAhead(search.request_pages(), pages_ahead)
                search.read_pages_from(pages)
                running[window] = (search, pages)

    def in_order() -> Generator[Search, None, None]:
        while plan:
            if concurrent > 1:
                start_ahead()
            window = plan.take()
            search, pages = running.pop(window, (None, None))
            current = search or open_search(window)
            try:
                yield current
            finally:
                if pages is not None:
                    pages.close()
                current.cancel()

    searches = in_order()
    try:
        yield searches
    finally:
        searches.close()
        for _, pages in running.values():
            pages.close()
        for search, _ in running.values():
            search.cancel()
