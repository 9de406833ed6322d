"""How many contacts are expected in a half-hour, and how much work they are.

The figures are those of a contact centre of one size. A smaller organisation is a sample of it, a
larger one consists of several: how long customers wait depends on neither.
"""

from __future__ import annotations

from functools import lru_cache

MINUTE = 60_000

HALF_HOUR = 30 * MINUTE
"""Milliseconds, as all lengths."""

HALF_HOURS_PER_DAY = 48

HALF_HOURS_PER_WEEK = 7 * HALF_HOURS_PER_DAY

HOUR_WEIGHTS = (
    0.4, 0.3, 0.2, 0.2, 0.3, 0.6, 1.5, 4.0, 8.0, 11.0, 14.0, 11.5,
    8.0, 9.5, 12.5, 10.5, 9.0, 7.0, 4.5, 3.0, 2.0, 1.4, 0.9, 0.6,
)  # fmt: skip
"""How busy an hour of the day is: quiet nights, a peak before noon and a lower one after lunch."""

WEEKDAY_WEIGHTS = (1.18, 1.02, 1.0, 1.0, 0.98, 0.3, 0.2)
"""Monday to Sunday."""

HANDLE_TIME = 355_000
"""What an agent works on a contact, on average over all media."""

_CONTACTS_A_DAY = 3500

# 1970 began on a Thursday.
_FIRST_WEEKDAY = 3

_ALL_HOURS = sum(HOUR_WEIGHTS)


def half_hour_of(moment: int) -> int:
    """Number the half-hour of a moment since 1970."""
    return moment // HALF_HOUR


def half_hour_of_week(half_hour: int) -> int:
    """Number a half-hour since Monday's midnight."""
    return (half_hour + _FIRST_WEEKDAY * HALF_HOURS_PER_DAY) % HALF_HOURS_PER_WEEK


def weekday_of(day: int) -> int:
    """Tell the weekday of a day since 1970; 0 is Monday."""
    return (day + _FIRST_WEEKDAY) % 7


@lru_cache(maxsize=HALF_HOURS_PER_WEEK)
def expected_contacts(of_week: int) -> float:
    """Forecast how many contacts begin in a half-hour of the week."""
    day, within = divmod(of_week, HALF_HOURS_PER_DAY)
    return _CONTACTS_A_DAY * WEEKDAY_WEIGHTS[day] * HOUR_WEIGHTS[within // 2] / _ALL_HOURS / 2


def expected_load(of_week: int) -> float:
    """Forecast how much work begins in a half-hour of the week, in Erlangs.

    An Erlang is the work that keeps one agent busy all the time.
    """
    return expected_contacts(of_week) * HANDLE_TIME / HALF_HOUR
