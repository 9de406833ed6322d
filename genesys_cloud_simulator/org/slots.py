"""Slots of ten minutes, how many interactions each one holds, and how busy that is."""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from genesys_cloud_simulator.workforce.forecast import (
    HOUR_WEIGHTS,
    WEEKDAY_WEIGHTS,
)

SLOT = timedelta(minutes=10)


SLOTS_PER_DAY = timedelta(days=1) // SLOT


SLOTS_PER_HALF_HOUR = timedelta(minutes=30) // SLOT


_SLOT_WEIGHTS = tuple(
    weight for weight in HOUR_WEIGHTS for _ in range(SLOTS_PER_DAY // len(HOUR_WEIGHTS))
)


@dataclass(frozen=True)
class Slots:
    """All slots of a period.

    Attributes:
        starts: The ordinal of the first interaction of each slot, and the total at the end.
        loads: How busy each half-hour is, by what was expected of it.
    """

    starts: array[int]
    loads: array[float]


def lay_out(seed: int, start: datetime, days: int, interactions: int) -> Slots:
    """Spread interactions over slots.

    The running share is rounded, not each slot's own, so the total is exact and a small one is
    spread over the whole period instead of landing in its busiest slots.

    Args:
        seed: Decides how busy each slot is, beside the hour and the weekday.
        start: The first day, at midnight.
        days: The length of the period.
        interactions: How many there are.

    Returns:
        The slots.
    """
    rng = random.Random(f"{seed}:slots")  # noqa: S311 - not for security
    weights, loads = array("d"), array("d")
    for day in range(days):
        weekday = WEEKDAY_WEIGHTS[(start + timedelta(days=day)).weekday()]
        noise = [rng.uniform(0.7, 1.3) for _ in range(SLOTS_PER_DAY)]
        of_slots = [weight * noise[slot] for slot, weight in enumerate(_SLOT_WEIGHTS)]
        # The noise moves contacts within the day: a Monday is a Monday.
        busy = rng.uniform(0.985, 1.015) * sum(_SLOT_WEIGHTS) / sum(of_slots)
        weights.extend([weekday * busy * weight for weight in of_slots])
        for slot in range(0, SLOTS_PER_DAY, SLOTS_PER_HALF_HOUR):
            of_half_hour = noise[slot : slot + SLOTS_PER_HALF_HOUR]
            loads.append(round(busy * sum(of_half_hour) / SLOTS_PER_HALF_HOUR, 2))
    running = array("d", accumulate(weights))
    scale = interactions / running[-1]
    shift = rng.random()
    starts = array("Q", [0])
    starts.extend(min(int(total * scale + shift), interactions) for total in running)
    starts[-1] = interactions
    return Slots(starts, loads)
