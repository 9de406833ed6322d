"""Checks that the parts of a split window add up to what it matched, and that splitting helps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.search_apis.completeness import SPARE

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from tap_genesys_search.windows.window import Window


PATIENCE = 4
"""As many times the splits that a window can need, as records come and go while it is read."""


LEAST_A_PART = 100
"""Records that the parts of a split window hold on average, at least. What a platform may answer is
not always known: it may refuse windows that match less than its documented limit."""


@dataclass
class SplitWindow:
    """A window that matched too much. Its parts are searched instead.

    Attributes:
        window: The window.
        total: Number of records it matched.
        counted: Number of records its parts have matched so far.
    """

    window: Window
    total: int
    counted: int = 0


class SplitWindows:
    """The split windows whose parts are being searched, the innermost last.

    Args:
        spare_share: Where totals are approximate, ten records may be missing, or one in this many;
            0 where totals are exact.
    """

    def __init__(self, spare_share: int = 0) -> None:
        self._spare_share = spare_share
        self._open: list[SplitWindow] = []

    def split(self, window: Window, total: int | None) -> None:
        """Note that a window is split.

        Args:
            window: The window.
            total: Number of records it matches; None leaves nothing to compare.
        """
        if total is not None:
            self._open.append(SplitWindow(window, total))

    def passed(
        self, window: Window, total: int | None, count_now: Callable[[Window], int | None]
    ) -> SplitWindow | None:
        """Note that a part was searched.

        Args:
            window: The part.
            total: Number of records it matched; None leaves nothing to compare.
            count_now: Counts what a window matches now, or gives None where that fails. It is
                called where the parts fall short, since records may have been deleted meanwhile.

        Returns:
            A split window whose last part it was, and whose parts add up to less than it matches.
        """
        if total is None:
            self._open.clear()
        elif self._open:
            self._open[-1].counted += total
        while self._open and self._open[-1].window.end <= window.end:
            done = self._open.pop()
            if self._is_short(done):
                now = count_now(done.window)
                done.total = done.total if now is None else now
            if self._is_short(done):
                return done
            if self._open:
                self._open[-1].counted += max(done.counted, done.total)
        return None

    def _is_short(self, split: SplitWindow) -> bool:
        spare = max(SPARE, split.total // self._spare_share) if self._spare_share else 0
        return split.counted < split.total - spare


class SplitBound:
    """How often windows may be split.

    A window is split because it holds too much, so its parts must hold a lot. A split halves it. To
    reach the finest window takes some halvings, and that many splits are allowed for each
    `LEAST_A_PART` records found. A platform that refuses or counts at random would otherwise have a
    day searched second by second.

    Args:
        finest: Length of the finest window.
    """

    def __init__(self, finest: timedelta) -> None:
        self._finest = finest
        self._outermost: Window | None = None
        self._splits = 0
        self._found = 0

    def passed(self, found: int) -> None:
        """Note that a window was searched, and how many records it held."""
        self._found += found

    def split(self, window: Window) -> None:
        """Note that a window is split.

        Raises:
            SearchFailedError: The one that it is a part of was split too often.
        """
        if self._outermost is None or window.start >= self._outermost.end:
            self._outermost, self._splits, self._found = window, 0, 0
        self._splits += 1
        halvings = 1 + math.log2(max(1.0, self._outermost.length / self._finest))
        if self._splits > PATIENCE * halvings * (1 + self._found / LEAST_A_PART):
            raise SearchFailedError(
                f"Window {self._outermost} was split {self._splits} times, and its parts hold "
                f"{self._found} interactions so far: what the platform counts or refuses makes no "
                "sense"
            )
