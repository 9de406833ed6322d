"""Timestamps as the platform writes and reads them: ISO 8601, UTC, at most milliseconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)

# The platform documents `yyyy-MM-ddTHH:mm:ss[.mmm]Z`: no offsets, no microseconds.
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,3}))?Z"
)


def parse_timestamp(text: str) -> datetime:
    """Read a timestamp.

    Args:
        text: The timestamp, such as `2026-01-05T09:12:33.127Z`.

    Returns:
        The moment, aware and in UTC.

    Raises:
        ValueError: If the text is not a timestamp as the platform documents it.
    """
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        message = f"not a timestamp: {text!r}"
        raise ValueError(message)
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    milliseconds = int((match[7] or "").ljust(3, "0"))
    return datetime(
        year, month, day, hour, minute, second, milliseconds * 1000, tzinfo=timezone.utc
    )


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
    naive = _NAIVE_EPOCH + timedelta(milliseconds=milliseconds)
    return naive.isoformat(timespec="milliseconds") + "Z"
