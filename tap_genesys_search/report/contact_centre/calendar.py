"""The days of a time zone: when each begins, and which half-hours it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Day:
    """A day as clocks show it.

    Attributes:
        date: Which one.
        since: When it begins, UTC, without a zone.
        until: When the next one begins.
        clocks: What clocks show in each half-hour that passes, 0 for 00:00 to 47 for 23:30. Where
            clocks are put forward some are missing, where they are put back some come twice.
    """

    date: date
    since: datetime
    until: datetime
    clocks: list[int]


def make_days(zone: ZoneInfo, since: datetime, until: datetime, most: int) -> list[Day]:
    """Make the days from one moment to another.

    Args:
        zone: Whose days.
        since: A moment of the first day, UTC, without a zone.
        until: The end of the last one.
        most: How many days at most; the earliest are left out.

    Returns:
        The days, earliest first.
    """
    first = _local(zone, since).date()
    last = _local(zone, until - timedelta(microseconds=1)).date()
    count = max(1, min(most, (last - first).days + 1))
    return [_day(zone, last - timedelta(days=back)) for back in reversed(range(count))]


def _local(zone: ZoneInfo, moment: datetime) -> datetime:
    return moment.replace(tzinfo=timezone.utc).astimezone(zone)


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    local = datetime.combine(day, time(), tzinfo=zone)
    return local.astimezone(timezone.utc).replace(tzinfo=None)


def _day(zone: ZoneInfo, day: date) -> Day:
    since, until = _midnight(zone, day), _midnight(zone, day + timedelta(days=1))
    passing = (since + place * HALF_HOUR for place in range(-((since - until) // HALF_HOUR)))
    shown = (_local(zone, moment) for moment in passing)
    return Day(day, since, until, [2 * at.hour + at.minute // 30 for at in shown])
