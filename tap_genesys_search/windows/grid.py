"""Where windows may begin and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tap_genesys_search.windows.window import LONGEST_WINDOW, SMALLEST_WINDOW, Window

EARLIEST = datetime.min.replace(tzinfo=timezone.utc)

LATEST = datetime.max.replace(tzinfo=timezone.utc)

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
"""Where a cell of the searches' grid starts, whatever their first moment is."""


@dataclass(frozen=True)
class Grid:
    """The cells that windows are cut along: all of one length, each halved as often as needed.

    Every run uses the same grid, so it cuts the same windows and a search keeps its id.

    Attributes:
        anchor: The start of one cell.
        length: Length of a cell before it is halved.
        unit: Shortest cell; it is not halved further.
    """

    anchor: datetime
    length: timedelta
    unit: timedelta = SMALLEST_WINDOW

    def cell(self, moment: datetime, depth: int) -> Window:
        """Find the cell that holds a moment.

        Args:
            moment: The moment.
            depth: How often to halve it; a cell of one unit is not halved further.
        """
        length = min(self.length, LONGEST_WINDOW)
        start = moment - min((moment - self.anchor) % length, moment - EARLIEST)
        cell = Window(start, start + min(length, LATEST - start))
        for _ in range(depth):
            if cell.length <= self.unit:
                break
            earlier, later = cell.halves(self.unit)
            cell = earlier if moment < later.start else later
        return cell

    def cell_end(self, moment: datetime) -> datetime:
        """Find where the cell ends that holds the time just before a moment."""
        cell = self.cell(moment, 0)
        return moment if cell.start == moment else cell.end

    def depth_of(self, window: Window) -> int:
        """Count how often the smallest cell that holds a whole window is halved."""
        depth = 0
        while True:
            smaller = self.cell(window.start, depth + 1)
            if smaller.end < window.end or smaller == self.cell(window.start, depth):
                return depth
            depth += 1

    def halves(self, window: Window) -> tuple[Window, Window]:
        """Halve a window along the grid, as every other run would.

        Args:
            window: Longer than a unit, and within one cell.
        """
        middle = self.cell(window.start, self.depth_of(window) + 1).end
        return Window(window.start, middle), Window(middle, window.end)
