"""Cutting the searched span of time into windows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SMALLEST_WINDOW = timedelta(seconds=1)


@dataclass(frozen=True, order=True)
class Window:
    """A half-open span of time, `start <= moment < end`, both in UTC."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{format_timestamp(self.start)}/{format_timestamp(self.end)}"

    @property
    def length(self) -> timedelta:
        """How long the window is."""
        return self.end - self.start

    def whole_days(self) -> Window:
        """Widen the window to the UTC days that it touches."""
        last = midnight_before(self.end - timedelta(microseconds=1))
        return Window(midnight_before(self.start), last + timedelta(days=1))

    def halves(self) -> tuple[Window, Window]:
        """Cut the window in two at a whole second, so that boundaries stay readable."""
        seconds = max(1, round((self.end - self.start).total_seconds()) // 2)
        middle = self.start + timedelta(seconds=seconds)
        return Window(self.start, middle), Window(middle, self.end)


def midnight_before(moment: datetime) -> datetime:
    """Find the midnight, UTC, at or before a moment."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def cut_windows(
    start: datetime, end: datetime, length: timedelta, anchor: datetime | None = None
) -> Iterator[Window]:
    """Cut `start`…`end` into windows of one length, the last one shorter where it must be.

    Args:
        start: First moment searched.
        end: The moment behind the last one searched.
        length: Length of one window, greater than zero.
        anchor: A moment not after `start` from which boundaries are counted; `start` unless given.

    Yields:
        Windows in order, without gap or overlap; none where `start` is not before `end`.
    """
    passed = (start - anchor) % length if anchor else timedelta(0)
    while start < end:
        window_end = start + min(length - passed, end - start)
        yield Window(start, window_end)
        start, passed = window_end, timedelta(0)


class WindowPlan:
    """The windows still to be searched, in order."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self._windows = deque(windows)
        self.planned = len(self._windows)
        """How many windows the plan has held, halves included and halved ones not."""

    def __bool__(self) -> bool:
        return bool(self._windows)

    def take(self) -> Window:
        """Take the next window off the plan."""
        return self._windows.popleft()

    def upcoming(self, count: int) -> list[Window]:
        """Look at the next windows without taking them."""
        return list(islice(self._windows, count))

    def halve(self, window: Window) -> None:
        """Plan the two halves of a window next."""
        self._windows.extendleft(reversed(window.halves()))
        self.planned += 1
