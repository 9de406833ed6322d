"""A partition: one day of interactions, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Partition:
    """One day, from midnight to midnight, UTC.

    Attributes:
        day: The day.
    """

    day: date

    @property
    def key(self) -> str:
        """What the day is called: `2026-01-05`."""
        return self.day.isoformat()

    @property
    def start(self) -> str:
        """The first moment, as the tap writes moments."""
        return f"{self.day}T00:00:00.000Z"

    @property
    def end(self) -> str:
        """The moment it ends before, as the tap writes moments."""
        return f"{self.day + timedelta(days=1)}T00:00:00.000Z"


def partitions_between(first_day: date, last_day: date) -> list[Partition]:
    """List the partitions of a span of days.

    Args:
        first_day: The first one.
        last_day: The last one, itself included.

    Raises:
        ValueError: There is no day between them.
    """
    if last_day < first_day:
        message = f"The last day, {last_day}, is before the first one, {first_day}"
        raise ValueError(message)
    return [
        Partition(first_day + timedelta(days=number))
        for number in range((last_day - first_day).days + 1)
    ]
