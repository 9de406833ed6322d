"""Cuts a date range into windows: short ones where much happened."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from tap_genesys_search.windows.window import LONGEST_WINDOW, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from tap_genesys_search.windows.grid import Grid


HALVES = 2

PASSES_UNTIL_LONGER = 16
"""After this many windows without a failure, windows of twice the length are tried again."""


@dataclass(frozen=True)
class _Stretch:
    """A part of the plan.

    Attributes:
        span: Its range of time.
        is_cut: Whether it is one window; otherwise it is still to be cut.
    """

    span: Window
    is_cut: bool = False


def _cut_out(stretch: _Stretch, windows: Iterable[Window]) -> Iterator[_Stretch]:
    """Take windows out of a stretch that is still to be cut, each as its own stretch."""
    rest = stretch.span
    for window in () if stretch.is_cut else windows:
        if rest.start <= window.start < rest.end:
            if rest.start < window.start:
                yield _Stretch(Window(rest.start, window.start))
            yield _Stretch(window, is_cut=True)
            rest = Window(window.end, rest.end)
    if rest.start < rest.end:
        yield _Stretch(rest, stretch.is_cut)


@dataclass
class _Halved:
    """A window that was halved.

    Attributes:
        window: The window.
        passed: How many windows in its place have passed.
    """

    window: Window
    passed: int = 0


class WindowPlan:
    """The windows still to be searched, in order.

    Windows are cut one at a time. After a window that matched too much, the next ones are shorter;
    after some that matched little, they become longer again.

    Args:
        start: First moment searched.
        end: First moment after the range.
        grid: Where windows may start and end.
        most_matches: Number of records that a window may match; None for any number.
    """

    def __init__(
        self, start: datetime, end: datetime, grid: Grid, most_matches: int | None = None
    ) -> None:
        self._grid = grid
        self._range = Window(start, end)
        self._most_matches = most_matches
        self._stretches = deque([_Stretch(Window(start, end))] if start < end else [])
        self._depth = 0
        self._taken = 0
        self._halved: list[_Halved] = []
        self._suspect: timedelta | None = None
        self._longest = LONGEST_WINDOW
        self._passed_since = 0

    def __bool__(self) -> bool:
        return bool(self._stretches)

    @property
    def planned(self) -> int:
        """Number of windows by the current plan: taken ones included, halved ones not."""
        return self._taken + sum(self._count(stretch) for stretch in self._stretches)

    @property
    def length(self) -> timedelta:
        """Length of the whole range."""
        return self._range.length

    @property
    def length_left(self) -> timedelta:
        """Length of the part that no window has been taken from yet."""
        if not self._stretches:
            return self._range.length * 0
        return self._range.end - self._stretches[0].span.start

    def take(self) -> Window:
        """Take the next window off the plan."""
        window = next(self._cut())
        first = self._stretches.popleft()
        if window.end < first.span.end:
            self._stretches.appendleft(_Stretch(Window(window.end, first.span.end)))
        self._taken += 1
        return window

    def upcoming(self, count: int) -> list[Window]:
        """List the next windows as the plan would cut them now."""
        return list(islice(self._cut(), count))

    def keep(self, windows: Iterable[Window]) -> None:
        """Keep some of the upcoming windows as they are, whatever other windows teach.

        Args:
            windows: Windows that `upcoming` listed, in any order; since then only windows before
                them were split.
        """
        kept = sorted(windows)
        self._stretches = deque(
            part for stretch in self._stretches for part in _cut_out(stretch, kept)
        )

    def halve(self, window: Window) -> None:
        """Plan the two halves of a window next.

        Later windows become shorter only where a second window fails and its halves pass: then the
        length is at fault, and not a part of the window.
        """
        self._halved.append(_Halved(window))
        depth = self._grid.depth_of(window) + 1
        for half in reversed(self._grid.halves(window)):
            named = self._named(half, self._grid.cell(half.start, depth))
            self._stretches.appendleft(_Stretch(named, is_cut=True))
        self._taken -= 1

    def shorten(self, window: Window, total: int | None) -> None:
        """Plan shorter windows in place of one that matches too much, and after it.

        Args:
            window: Longer than the grid's unit.
            total: Number of records it matches, or None where it is unknown.
        """
        least = self._grid.depth_of(window) + 1
        wanted = least if total is None else self._depth_for(window, total)
        self._depth = max(least, wanted)
        self._stretches.appendleft(_Stretch(window))
        self._taken -= 1

    def passed(self, window: Window, total: int | None) -> None:
        """Adapt the length of the next windows to one that did not match too much.

        Args:
            window: The window.
            total: Number of records it matches, or None where it is unknown.
        """
        self._learn_from_halves(window)
        # The remainder of a window says little about the density of others.
        if total is not None and window.length * 2 >= self._cell_length(self._depth):
            self._depth = max(self._depth_for(window, total), self._depth - 1)

    def _learn_from_halves(self, window: Window) -> None:
        self._passed_since += 1
        if self._passed_since >= PASSES_UNTIL_LONGER:
            self._longest, self._passed_since = min(self._longest * 2, LONGEST_WINDOW), 0
        for halved in self._halved:
            halved.passed += 1
        while self._halved and self._halved[-1].window.end <= window.end:
            halved = self._halved.pop()
            if halved.passed != HALVES:
                continue
            if halved.window.length == self._suspect:
                self._longest, self._passed_since = halved.window.length / HALVES, 0
            self._suspect = halved.window.length

    def _cut(self) -> Iterator[Window]:
        for stretch in self._stretches:
            rest = stretch.span
            while rest.start < rest.end:
                window = rest if stretch.is_cut else self._first_window(rest)
                yield window
                rest = Window(window.end, rest.end)

    def _first_window(self, span: Window) -> Window:
        depth = self._depth
        while self._cell_length(depth) > max(self._longest, self._grid.unit):
            depth += 1
        cell = self._grid.cell(span.start, depth)
        return self._named(Window(span.start, min(cell.end, span.end)), cell)

    def _named(self, window: Window, cell: Window) -> Window:
        """Tell what a window would be if the plan's range had not cut it short."""
        whole = Window(
            cell.start if window.start == self._range.start else window.start,
            cell.end if window.end == self._range.end else window.end,
        )
        return window if whole == window else Window(window.start, window.end, whole)

    def _depth_for(self, window: Window, total: int) -> int:
        """Count how often to halve cells where records are as dense as in a window."""
        if self._most_matches is None:
            return 0
        depth = 0
        while (
            total * (self._cell_length(depth) / window.length) > self._most_matches
            and self._cell_length(depth) > self._grid.unit
        ):
            depth += 1
        return depth

    def _cell_length(self, depth: int) -> timedelta:
        return min(self._grid.length, LONGEST_WINDOW) / (1 << depth)

    def _count(self, stretch: _Stretch) -> int:
        if stretch.is_cut:
            return 1
        first = self._first_window(stretch.span)
        rest = stretch.span.end - first.end
        shortest = min(self._grid.unit, self._grid.length)
        return 1 + -(-rest // max(self._cell_length(self._depth), shortest))
