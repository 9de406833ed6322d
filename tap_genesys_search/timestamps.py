"""Reading and writing timestamps in UTC."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import msgspec

_PLATFORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_COUNT = re.compile(r"\d{10}(\.\d+)?|\d{13}", re.ASCII)

_LONGEST = len("2026-01-05T10:00:00.123456789Z")


def parse_timestamp(text: str) -> datetime:
    """Read an ISO 8601 date or timestamp.

    Args:
        text: For example `2026-03-01`, `2026-03-01T09:30:00Z` or `2026-03-01T10:30:00.5+01:00`;
            without an offset it is UTC, without a time it is midnight.

    Returns:
        The moment in UTC.

    Raises:
        ValueError: The text is not such a date.
    """
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def format_timestamp(moment: datetime) -> str:
    """Write a UTC moment as the platform does: `2026-03-01T09:30:00.000Z`."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def read_moment(value: object) -> datetime:
    """Read a moment as the platform may answer it.

    Transcripts have been seen with texts and with milliseconds for their times. By their size, ten
    digits are seconds since 1970 and thirteen are milliseconds, either from 2001 to 2286.

    Args:
        value: ISO 8601, or a count of seconds or milliseconds since 1970, as a number or a text.

    Returns:
        The moment in UTC.

    Raises:
        ValueError: It is none.
        OverflowError: It is none that a date can hold.
    """
    if isinstance(value, str):
        text = value.strip()
        if not _COUNT.fullmatch(text):
            return parse_timestamp(text)
        value = float(text) if "." in text else int(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 10**9 <= value < 10**10:
            return _EPOCH + timedelta(seconds=value)
        if 10**12 <= value < 10**13:
            return _EPOCH + timedelta(milliseconds=value)
    raise ValueError


def as_platform_timestamp(value: object) -> str | None:
    """Write a moment as the platform does; None where it is none.

    Args:
        value: What `read_moment` reads; what the platform might have written itself stays as it is.
    """
    try:
        moment = read_moment(value)
    except (ValueError, OverflowError):
        return None
    text = value.strip() if isinstance(value, str) else ""
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
