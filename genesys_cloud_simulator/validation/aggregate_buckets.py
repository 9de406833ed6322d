"""The spans of time into which an aggregate query cuts its interval.

"Time zone context used to calculate response intervals (this allows resolving DST changes). The
interval offset is used even when timeZone is specified" (SDK, `ConversationAggregationQuery`).
Where that is silent: spans of whole days begin at midnight of the zone, UTC where none is named, so
that one may be an hour shorter or longer than the next; other spans are counted from the interval's
start; the first and the last end with the interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from genesys_cloud_simulator.timestamps import MILLISECOND, to_milliseconds
from genesys_cloud_simulator.validation.body import invalid_value

DAY = timedelta(days=1) // MILLISECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# They are known where the system has no zones, too.
_UTC = ("UTC", "Etc/UTC")


@dataclass(frozen=True)
class Buckets:
    """Spans of the same length. Times are milliseconds since 1970.

    Attributes:
        start: The interval's first moment.
        end: The first moment after it.
        length: How long a span is.
    """

    start: int
    end: int
    length: int

    def holding(self, moment: int) -> int:
        """Find the start of the span that holds a moment of the interval."""
        return moment - (moment - self.start) % self.length

    def end_of(self, bucket: int) -> int:
        """Find the end of a span, which is the start of the next one or the interval's end."""
        return min(bucket + self.length, self.end)


@dataclass(frozen=True)
class DailyBuckets:
    """Spans of whole days of a zone. Times are milliseconds since 1970.

    Attributes:
        start: The interval's first moment.
        end: The first moment after it.
        days: How many days a span has.
        zone: Whose days they are.
    """

    start: int
    end: int
    days: int
    zone: tzinfo

    def holding(self, moment: int) -> int:
        """Find the start of the span that holds a moment of the interval."""
        return max(self.start, self._midnight(self._first_day(moment)))

    def end_of(self, bucket: int) -> int:
        """Find the end of a span, which is the start of the next one or the interval's end."""
        return min(self._midnight(self._first_day(bucket) + self.days), self.end)

    def _first_day(self, moment: int) -> int:
        """The first day of the span that holds a moment, counted from the year 1."""
        began = self._day(self.start)
        return began + (self._day(moment) - began) // self.days * self.days

    def _day(self, moment: int) -> int:
        return (_EPOCH + moment * MILLISECOND).astimezone(self.zone).toordinal()

    def _midnight(self, day: int) -> int:
        return to_milliseconds(
            datetime.combine(datetime.fromordinal(day), time(), tzinfo=self.zone)
        )


def cut(start: int, end: int, length: int | None, zone: tzinfo) -> Buckets | DailyBuckets:
    """Cut an interval into spans.

    Args:
        start: The interval's first moment, in milliseconds since 1970.
        end: The first moment after it.
        length: How long a span is, in milliseconds; None for the whole interval.
        zone: Whose days count.

    Returns:
        The spans.
    """
    if length is None:
        return Buckets(start, end, end - start)
    if length % DAY:
        return Buckets(start, end, length)
    return DailyBuckets(start, end, length // DAY, zone)


def read_zone(value: object) -> tzinfo:
    """Read a time zone.

    Args:
        value: Its name in the IANA database.

    Returns:
        The zone.

    Raises:
        PlatformError: If there is no such zone.
    """
    if value in _UTC:
        return timezone.utc
    try:
        if isinstance(value, str) and value:
            return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    return invalid_value("timeZone", f"has the unknown value {value!r}")
