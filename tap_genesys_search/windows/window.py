"""A range of time that one search covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tap_genesys_search.timestamps import format_timestamp

SMALLEST_WINDOW = timedelta(seconds=1)


LONGEST_WINDOW = timedelta(days=36_500)
"""Longer than any range searched, and short enough to add to a date."""


@dataclass(frozen=True, order=True)
class Window:
    """A half-open range of time, `start <= moment < end`, both in UTC.

    Attributes:
        start: First moment.
        end: First moment after it.
        uncut: The window that a wider date range would have; None where the range did not cut it
            short.
    """

    start: datetime
    end: datetime
    uncut: Window | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"{format_timestamp(self.start)}/{format_timestamp(self.end)}"

    @property
    def length(self) -> timedelta:
        """Length of the window."""
        return self.end - self.start

    @property
    def whole(self) -> Window:
        """The window as it is in runs that don't cut it short."""
        return self.uncut or self

    def whole_days(self) -> Window:
        """Widen the window to the UTC days that it touches."""
        last = midnight_before(self.end - timedelta(microseconds=1))
        return Window(midnight_before(self.start), last + timedelta(days=1))

    def halves(self, unit: timedelta = SMALLEST_WINDOW) -> tuple[Window, Window]:
        """Halve the window, at a whole number of units after its start.

        Args:
            unit: The window is longer than that.
        """
        middle = self.start + unit * max(1, round(self.length / unit) // 2)
        return Window(self.start, middle), Window(middle, self.end)


def midnight_before(moment: datetime) -> datetime:
    """Find the midnight, UTC, at or before a moment."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
