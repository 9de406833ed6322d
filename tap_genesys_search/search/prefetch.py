"""Reads pages in threads before they are asked for, within one bound for all threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from tap_genesys_search.search_apis.page import Page

REPORT_SECONDS = 1.0
"""How often `while_waiting` is called."""


IDLE_SECONDS = 0.05
"""After this time the platform is the one that is slow, not a thread that holds a page."""


class Shelf:
    """The pages that searches have read and the streams have not written yet.

    Args:
        most_bytes: Bound in bytes. Above it, a search reads on only if none of its pages is held.
        most_while_writing: The bound while the writer is busy. To read further ahead gains nothing
            then, and pages that are still in the processor's cache are written faster.

    Each condition wakes only the threads that it concerns; waking one costs as much as a hundred
    records.

    Attributes:
        lock: Guards the shelf, its pages, and the choice of the next search.
        page_came: Notified when a page comes or a search ends.
        paused: The condition of each search that waits for room.
        schedule_moved: Notified when a search may start.
        held: Bytes held.
    """

    def __init__(self, most_bytes: int, most_while_writing: int) -> None:
        self.lock = threading.RLock()
        self.page_came = threading.Condition(self.lock)
        self.schedule_moved = threading.Condition(self.lock)
        self.paused: list[threading.Condition] = []
        self.held = 0
        self._most_bytes = most_bytes
        self._most_while_writing = most_while_writing
        self._is_idle = False

    @property
    def is_full(self) -> bool:
        """Whether the bound is reached."""
        return self.held >= (self._most_bytes if self._is_idle else self._most_while_writing)

    def take(self, size: int) -> None:
        """Take off pages that are written or not wanted."""
        was_full = self.is_full
        self.held -= size
        if was_full and not self.is_full:
            self._tell_of_room()

    def wait_for(
        self,
        event: threading.Condition,
        condition: Callable[[], bool],
        while_waiting: Callable[[], None],
    ) -> None:
        """Wait until a condition holds.

        Args:
            event: A condition variable of the shelf; after it the condition may hold.
            condition: What to wait for.
            while_waiting: Called now and then, without the lock.
        """
        if _wait_a_little(event, condition, IDLE_SECONDS):
            return
        with self.lock:
            self._is_idle = True
            self._tell_of_room()
        try:
            while not _wait_a_little(event, condition, REPORT_SECONDS):
                while_waiting()
        finally:
            with self.lock:
                self._is_idle = False

    def _tell_of_room(self) -> None:
        for room in self.paused:
            room.notify()
        self.schedule_moved.notify_all()


def _wait_a_little(
    event: threading.Condition, condition: Callable[[], bool], seconds: float
) -> bool:
    with event:
        return event.wait_for(condition, seconds)


class PrefetchedPages(Iterator[Page]):
    """Pages that a thread reads before they are asked for.

    Args:
        while_waiting: Called now and then by a thread that waits for a page.
        shelf: Holds the pages.
        pages: The pages to read; the thread that reads them closes it.

    Attributes:
        has_ended: Whether all pages are read, or reading has failed.
        has_failed: Whether reading has failed.
    """

    def __init__(
        self, while_waiting: Callable[[], None], shelf: Shelf, pages: Generator[Page, None, None]
    ) -> None:
        self.has_ended = False
        self.has_failed = False
        self._while_waiting = while_waiting
        self._shelf = shelf
        self._room = threading.Condition(shelf.lock)
        self._read: deque[Page] = deque()
        self._error: Exception | None = None
        self._is_abandoned = False
        # A daemon: a run that fails must not wait for the platform.
        self._thread = threading.Thread(target=self._run, args=(pages,), daemon=True)
        self._thread.start()

    def __next__(self) -> Page:
        shelf = self._shelf
        shelf.wait_for(
            shelf.page_came, lambda: bool(self._read) or self.has_ended, self._while_waiting
        )
        with shelf.lock:
            if self._read:
                page = self._read.popleft()
                shelf.take(page.size)
                if not self._read:
                    self._room.notify()
                return page
            error, self._error = self._error, None
        raise error or StopIteration

    @property
    def is_paused(self) -> bool:
        """Whether the thread waits for room on the shelf."""
        return self._room in self._shelf.paused and not self._may_go_on()

    def close(self) -> None:
        """Stop reading, and drop the pages held."""
        with self._shelf.lock:
            self._is_abandoned = True
            self._shelf.take(sum(page.size for page in self._read))
            self._read.clear()
            self._room.notify()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, for some seconds at most."""
        self._thread.join(seconds)

    def _run(self, pages: Generator[Page, None, None]) -> None:
        try:
            with closing(pages):
                while self._wait_for_room() and (page := next(pages, None)):
                    self._hold(page)
        except Exception as error:  # noqa: BLE001 - raised again where the pages are read
            self._error = error
        with self._shelf.lock:
            self.has_failed = self._error is not None
            self.has_ended = True
            self._shelf.page_came.notify_all()
            self._shelf.schedule_moved.notify_all()

    def _wait_for_room(self) -> bool:
        """Wait until one more page may be read; False where the pages are abandoned."""
        with self._shelf.lock:
            if not self._may_go_on():
                self._shelf.paused.append(self._room)
                self._shelf.schedule_moved.notify_all()
                self._room.wait_for(self._may_go_on)
                self._shelf.paused.remove(self._room)
            return not self._is_abandoned

    def _may_go_on(self) -> bool:
        # Each search may hold one page, however full the shelf is. Otherwise a search could
        # wait for one that is written after it.
        return self._is_abandoned or not self._read or not self._shelf.is_full

    def _hold(self, page: Page) -> None:
        with self._shelf.lock:
            if not self._is_abandoned:
                self._read.append(page)
                self._shelf.held += page.size
                self._shelf.page_came.notify_all()
