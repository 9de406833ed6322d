"""Reading pages in threads before they are asked for, within one bound for all of them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from tap_genesys_search.search_apis.base import Page

REPORT_SECONDS = 1.0
"""How often somebody who waits is told that it goes on."""


IDLE_SECONDS = 0.05
"""After so long it is the platform that is waited for, not a thread that has a page in hand."""


class Shelf:
    """What all searches together have read and nobody has written yet.

    Args:
        most_bytes: As soon as so much is held, a search reads on only where nothing of it is held.
        most_while_writing: The same as long as whoever writes has something to write: to read
            further ahead then gains nothing, and pages that are still in the processor's cache are
            written faster.

    Each of the conditions wakes only those that it concerns; waking a thread costs as much as a
    hundred records.

    Attributes:
        lock: Guards the shelf, all that is read onto it, and what decides which search starts next.
        page_came: Notified when a page comes or a search ends.
        paused: Of each search that waits for room what is notified when there is some.
        schedule_moved: Notified when a search may start, or be looked at.
        held: How many bytes there are.
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
        """Whether as much is held as may be."""
        return self.held >= (self._most_bytes if self._is_idle else self._most_while_writing)

    def take(self, size: int) -> None:
        """Take off what is to be written, or what nobody wants."""
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
            event: One of the shelf's own, after which the condition may hold.
            condition: What is waited for.
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
        self._room = threading.Condition(shelf.lock)
        self._read: deque[Page] = deque()
        self._error: Exception | None = None
        self._is_abandoned = False
        # A daemon, because a run that fails must not wait for the platform to end.
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
        """Whether the thread waits for room on the shelf, and asks the platform nothing."""
        return self._room in self._shelf.paused and not self._may_go_on()

    def close(self) -> None:
        """Read no further pages, and hold none."""
        with self._shelf.lock:
            self._is_abandoned = True
            self._shelf.take(sum(page.size for page in self._read))
            self._read.clear()
            self._room.notify()

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
        with self._shelf.lock:
            self.has_failed = self._error is not None
            self.has_ended = True
            self._shelf.page_came.notify_all()
            self._shelf.schedule_moved.notify_all()

    def _wait_for_room(self) -> bool:
        """Wait until one more page may be read; False where nobody will ask for it."""
        with self._shelf.lock:
            if not self._may_go_on():
                self._shelf.paused.append(self._room)
                self._shelf.schedule_moved.notify_all()
                self._room.wait_for(self._may_go_on)
                self._shelf.paused.remove(self._room)
            return not self._is_abandoned

    def _may_go_on(self) -> bool:
        # Of each search one page may be held, however full it is: no search waits for one that
        # is written later.
        return self._is_abandoned or not self._read or not self._shelf.is_full

    def _hold(self, page: Page) -> None:
        with self._shelf.lock:
            if not self._is_abandoned:
                self._read.append(page)
                self._shelf.held += page.size
                self._shelf.page_came.notify_all()
