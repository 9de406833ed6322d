"""Spans of time: how long the drawn ones are, and how they are cut and named."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


UNITS = {
    "hour": timedelta(days=2),
    "day": timedelta(days=150),
    "week": timedelta(days=3 * 366),
    "month": timedelta.max,
}
"""By what a span is shown, up to which length."""


USAGE_UNITS = {
    "minute": timedelta(hours=3),
    "hour": timedelta(days=5),
    "day": timedelta.max,
}
"""By what the use of the API is shown."""


_WORDS = {
    "minute": "%a %-d %b %Y %H:%M",
    "hour": "%a %-d %b %Y %H:00",
    "day": "%a %-d %b %Y",
    "week": "week from %-d %b %Y",
    "month": "%B %Y",
}


def choose_unit(
    since: datetime | None, until: datetime | None, units: Mapping[str, timedelta]
) -> str:
    """Choose a unit of time that divides a span into as many parts as can be drawn."""
    length = until - since if since and until else timedelta()
    return next(unit for unit, longest in units.items() if length <= longest)


def span_columns(moment: str, unit: str) -> str:
    """Write the columns that tell in which span of time a moment is."""
    start = f"date_trunc('{unit}', {moment})"
    return (
        f"epoch_ms({start}) as since, epoch_ms({start} + interval 1 {unit}) as until, "
        f"strftime({start}, '{_WORDS[unit]}') as \"when\""
    )
