"""Slots of ten minutes, and how many interactions each one holds."""

from __future__ import annotations

import random
from array import array
from datetime import datetime, timedelta
from itertools import accumulate

SLOT = timedelta(minutes=10)


SLOTS_PER_DAY = timedelta(days=1) // SLOT


SLOTS_PER_HOUR = timedelta(hours=1) // SLOT


# How busy an hour of the day is: quiet nights, a peak before noon and a lower one after lunch.
HOUR_WEIGHTS = (
    0.4, 0.3, 0.2, 0.2, 0.3, 0.6, 1.5, 4.0, 8.0, 11.0, 14.0, 11.5,
    8.0, 9.5, 12.5, 10.5, 9.0, 7.0, 4.5, 3.0, 2.0, 1.4, 0.9, 0.6,
)  # fmt: skip


# Monday to Sunday.
WEEKDAY_WEIGHTS = (1.15, 1.05, 1.0, 1.0, 0.95, 0.3, 0.2)


def first_ordinals(seed: int, start: datetime, days: int, interactions: int) -> array[int]:
    """Spread interactions over slots.

    The running share is rounded, not each slot's own, so the total is exact and a small one is
    spread over the whole period instead of landing in its busiest slots.

    Args:
        seed: Decides how busy each slot is, beside the hour and the weekday.
        start: The first day, at midnight.
        days: The length of the period.
        interactions: How many there are.

    Returns:
        The ordinal of the first interaction of each slot, and the total at the end.
    """
    rng = random.Random(f"{seed}:slots")  # noqa: S311 - not for security
    weights = array("d")
    for day in range(days):
        of_day = WEEKDAY_WEIGHTS[(start + timedelta(days=day)).weekday()] * rng.uniform(0.85, 1.15)
        for of_hour in HOUR_WEIGHTS:
            weights.extend(of_day * of_hour * rng.uniform(0.7, 1.3) for _ in range(SLOTS_PER_HOUR))
    running = array("d", accumulate(weights))
    scale = interactions / running[-1]
    shift = rng.random()
    starts = array("Q", [0])
    starts.extend(min(int(total * scale + shift), interactions) for total in running)
    starts[-1] = interactions
    return starts
