"""Reading and writing ISO 8601 timestamps in UTC."""

from __future__ import annotations

from datetime import datetime, timezone


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


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(timezone.utc)
