"""Where windows may begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.windows.window import LONGEST_WINDOW, SMALLEST_WINDOW, Window

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True)
class Grid:
    """Where windows begin and end: cells of one length, which may be halved again and again.

    The same grid in every run makes the same windows, so that a search keeps its id.

    Attributes:
        anchor: The beginning of a cell.
        length: How long a cell is that is not halved.
        unit: A cell that is not longer is halved no more.
    """

    anchor: datetime
    length: timedelta
    unit: timedelta = SMALLEST_WINDOW

    def cell(self, moment: datetime, depth: int) -> Window:
        """Find the cell that holds a moment.

        Args:
            moment: Not before the anchor.
            depth: How often it is halved, unless it is as short as a unit before.
        """
        length = min(self.length, LONGEST_WINDOW)
        start = moment - (moment - self.anchor) % length
        cell = Window(start, start + length)
        for _ in range(depth):
            if cell.length <= self.unit:
                break
            earlier, later = cell.halves(self.unit)
            cell = earlier if moment < later.start else later
        return cell

    def depth_of(self, window: Window) -> int:
        """Tell how often the smallest cell that holds a whole window has been halved."""
        depth = 0
        while True:
            smaller = self.cell(window.start, depth + 1)
            if smaller.end < window.end or smaller == self.cell(window.start, depth):
                return depth
            depth += 1

    def halves(self, window: Window) -> tuple[Window, Window]:
        """Cut a window where the grid does, so that its halves are those of any other run.

        Args:
            window: Longer than a unit, and within one cell.
        """
        middle = self.cell(window.start, self.depth_of(window) + 1).end
        return Window(window.start, middle), Window(middle, window.end)
