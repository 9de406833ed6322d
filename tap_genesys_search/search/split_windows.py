"""Checks that the parts of a split window add up to what the window matched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.completeness import SPARE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.windows.window import Window


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
