"""Timestamps: written in UTC with milliseconds, read in any form of ISO 8601 that clients send."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


MILLISECOND = timedelta(milliseconds=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)

_HOURS, _MINUTES = 24, 60


# Intervals on the platform are ISO 8601 in whatever form a client writes them: its SDK documents
# them without a zone, its own exporter sends `Z`, others send offsets and microseconds.
ZONE = r"Z|[+-][0-9]{2}(?::?[0-9]{2})?"
"""What a zone looks like."""

_TIMESTAMP = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})T(?P<hour>[0-9]{2}):"
    r"(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?"
    rf"(?P<zone>{ZONE})?"
)


def parse_timestamp(text: str) -> datetime:
    """Read a timestamp.

    Args:
        text: The timestamp, such as `2026-01-05T09:12:33.127Z` or `2026-01-05T10:12:33+01:00`.
            Without a zone it is taken as UTC.

    Returns:
        The moment, aware and in UTC. What is finer than milliseconds is cut off: the platform's
        times have no more.

    Raises:
        ValueError: If the text is not a date and time of ISO 8601.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        message = f"not a timestamp: {text!r}"
        raise ValueError(message)
    return moment_of(match.groupdict())


def moment_of(parts: Mapping[str, str | None]) -> datetime:
    """Put a moment together.

    Args:
        parts: `year`, `month`, `day`, and where they are known `hour`, `minute`, `second`,
            `fraction` and `zone`.

    Returns:
        The moment, aware and in UTC.

    Raises:
        ValueError: If there is no such moment.
    """
    year, month, day, hour, minute, second = (
        int(parts.get(name) or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    milliseconds = int((parts.get("fraction") or "").ljust(3, "0")[:3])
    local = datetime(
        year, month, day, hour, minute, second, milliseconds * 1000, tzinfo=timezone.utc
    )
    try:
        return local - _offset(parts.get("zone") or "Z")
    except OverflowError as error:
        message = f"beyond the calendar: {local.isoformat()}"
        raise ValueError(message) from error


def parse_interval(text: str) -> tuple[datetime, datetime]:
    """Read an interval.

    Args:
        text: The interval, such as `2026-01-05T00:00:00Z/2026-01-06T00:00:00Z`. ISO 8601 has
            periods for an end as well; nobody has been seen to send them to the platform.

    Returns:
        Its start and its end.

    Raises:
        ValueError: If the text is not two timestamps.
    """
    start, _, end = text.partition("/")
    return parse_timestamp(start), parse_timestamp(end)


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    if hours >= _HOURS or minutes >= _MINUTES:
        message = f"not an offset: {zone!r}"
        raise ValueError(message)
    offset = timedelta(hours=hours, minutes=minutes)
    return offset if zone[0] == "+" else -offset


def format_timestamp(moment: datetime) -> str:
    """Write a moment with milliseconds and `Z`.

    Args:
        moment: An aware moment.

    Returns:
        The timestamp, such as `2026-01-05T09:12:33.127Z`.
    """
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def to_milliseconds(moment: datetime) -> int:
    """Count the milliseconds from 1970 to a moment.

    Args:
        moment: An aware moment.

    Returns:
        The milliseconds, rounded down.
    """
    return (moment - _EPOCH) // MILLISECOND


# The same moments come again and again: a segment's end is the next one's start, and so on.
@lru_cache(maxsize=4096)
def format_milliseconds(milliseconds: int) -> str:
    """Write a moment that is counted in milliseconds.

    Args:
        milliseconds: The milliseconds since 1970.

    Returns:
        The timestamp, such as `2026-01-05T09:12:33.127Z`.
    """
    minute, within = divmod(milliseconds, 60_000)
    return f"{_start_of_minute(minute)}{within // 1000:02}.{within % 1000:03}Z"


# What happens in a conversation happens within few minutes.
@lru_cache(maxsize=4096)
def _start_of_minute(minute: int) -> str:
    return (_NAIVE_EPOCH + timedelta(minutes=minute)).isoformat()[:17]
