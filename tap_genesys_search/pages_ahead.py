"""Reading pages in threads before they are asked for, within one bound for all of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from tap_genesys_search.search_apis.search_api import Page

REPORT_SECONDS = 1.0
"""How often somebody who waits is told that it goes on."""


class Shelf:
    """What all searches together have read and nobody has written yet.

    Args:
        most_bytes: As soon as so much is held, a search reads on only where nothing of it is held.

    Attributes:
        changed: Notified when a page comes or goes and when a thread pauses or ends; its lock
            guards the shelf and all that is read onto it.
        held: How many bytes there are.
    """

    def __init__(self, most_bytes: int) -> None:
        self.changed = threading.Condition()
        self.held = 0
        self._most_bytes = most_bytes

    @property
    def is_full(self) -> bool:
        """Whether as much is held as may be."""
        return self.held >= self._most_bytes

    def wait_for(self, condition: Callable[[], bool], while_waiting: Callable[[], None]) -> None:
        """Wait until a condition holds.

        Args:
            condition: Checked whenever something has changed.
            while_waiting: Called now and then, without the lock.
        """
        while not self._wait_a_little(condition):
            while_waiting()

    def _wait_a_little(self, condition: Callable[[], bool]) -> bool:
        with self.changed:
            return self.changed.wait_for(condition, REPORT_SECONDS)


class PagesAhead(Iterator[Page]):
    """Pages that a thread reads before they are asked for.

    Args:
        while_waiting: Called now and then while a page is waited for, in the thread that waits.
        shelf: Where the pages are held.
        pages: What to read; it is closed by the thread that reads it.

    Attributes:
        has_ended: Whether there is no further page to read.
        has_failed: Whether there was an error instead of one.
    """

    def __init__(
        self, while_waiting: Callable[[], None], shelf: Shelf, pages: Generator[Page, None, None]
    ) -> None:
        self.has_ended = False
        self.has_failed = False
        self._while_waiting = while_waiting
        self._shelf = shelf
        self._read: deque[Page] = deque()
        self._error: Exception | None = None
        self._is_abandoned = False
        self._is_waiting = False
        # A daemon, because a run that fails must not wait for the platform to end.
        self._thread = threading.Thread(target=self._run, args=(pages,), daemon=True)
        self._thread.start()

    def __next__(self) -> Page:
        self._shelf.wait_for(lambda: bool(self._read) or self.has_ended, self._while_waiting)
        with self._shelf.changed:
            if self._read:
                page = self._read.popleft()
                self._shelf.held -= page.size
                self._shelf.changed.notify_all()
                return page
            error, self._error = self._error, None
        raise error or StopIteration

    @property
    def is_paused(self) -> bool:
        """Whether the thread waits for room on the shelf, and asks the platform nothing."""
        return self._is_waiting and not self._may_go_on()

    def close(self) -> None:
        """Read no further pages, and hold none."""
        with self._shelf.changed:
            self._is_abandoned = True
            self._shelf.held -= sum(page.size for page in self._read)
            self._read.clear()
            self._shelf.changed.notify_all()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, but not for ever."""
        self._thread.join(seconds)

    def _run(self, pages: Generator[Page, None, None]) -> None:
        try:
            with closing(pages):
                while self._wait_for_room() and (page := next(pages, None)):
                    self._hold(page)
        except Exception as error:  # noqa: BLE001 - raised again where the pages are read
            self._error = error
        with self._shelf.changed:
            self.has_failed = self._error is not None
            self.has_ended = True
            self._shelf.changed.notify_all()

    def _wait_for_room(self) -> bool:
        """Wait until one more page may be read; False where nobody will ask for it."""
        with self._shelf.changed:
            if not self._may_go_on():
                self._is_waiting = True
                self._shelf.changed.notify_all()
                self._shelf.changed.wait_for(self._may_go_on)
                self._is_waiting = False
            return not self._is_abandoned

    def _may_go_on(self) -> bool:
        # Of each search one page may be held, however full it is: no search waits for one that
        # is written later.
        return self._is_abandoned or not self._read or not self._shelf.is_full

    def _hold(self, page: Page) -> None:
        with self._shelf.changed:
            if not self._is_abandoned:
                self._read.append(page)
                self._shelf.held += page.size
                self._shelf.changed.notify_all()
