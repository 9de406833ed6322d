"""How many agents a half-hour has, and who they are.

An organisation plans its shifts by the forecast, a little late: the load that comes is another one,
and at a rising edge the agents are too few.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from genesys_cloud_simulator.workforce.forecast import (
    HALF_HOURS_PER_DAY,
    HALF_HOURS_PER_WEEK,
    expected_load,
    weekday_of,
)

AGENTS = 120
"""How many agents work for the organisation. They are numbered from 0."""

ON_QUEUE, BREAK, MEAL, TASK, OFF = "qbmt."
"""What an agent does in a half-hour of the day; a task is a meeting, a training or the like."""

LEAST_AGENTS = 2
"""How many agents there are in the quietest half-hour."""

_SHIFT = 14

_OFF_QUEUE = (BREAK, MEAL, MEAL, TASK, BREAK)

# Before the first break, and after the last one.
_FIRST_HOURS, _LAST_HOURS = 3, 2

_LAG = 0.25

_BUSY_BY_PLAN = 0.85

_BUSY_BY_SHIFT = 1.36

# The agents' days off so recur about every week: a day moves each agent this far in the list.
_ROTATION = 17


def planned_load(of_week: int) -> float:
    """Tell which load in Erlangs the organisation has planned a half-hour of the week for."""
    before = expected_load((of_week - 1) % HALF_HOURS_PER_WEEK)
    return (1 - _LAG) * expected_load(of_week) + _LAG * before


def planned_agents(share: float, of_week: int) -> int:
    """Tell how many agents there are for a share of the load in a half-hour of the week."""
    return max(LEAST_AGENTS, ceil(planned_load(of_week) * share / _BUSY_BY_PLAN))


@lru_cache(maxsize=4096)
def on_queue(half_hour: int) -> tuple[int, ...]:
    """List the agents who are on queue in a half-hour since 1970; at least one."""
    day, within = divmod(half_hour, HALF_HOURS_PER_DAY)
    shifts = _shifts(weekday_of(day))
    return tuple(
        _agent_of(place, day) for place, shift in enumerate(shifts) if shift[within] == ON_QUEUE
    )


def shift_of(agent: int, day: int) -> str | None:
    """Tell what an agent does on a day since 1970.

    Args:
        agent: The agent's number.
        day: The day.

    Returns:
        What the agent does in each half-hour; None on a day off.
    """
    place = (agent + _ROTATION * day) % AGENTS
    shifts = _shifts(weekday_of(day))
    return shifts[place] if place < len(shifts) else None


def _agent_of(place: int, day: int) -> int:
    return (place - _ROTATION * day) % AGENTS


@lru_cache(maxsize=7)
def _shifts(weekday: int) -> tuple[str, ...]:
    """Plan the shifts of a weekday, one after the other, where the most agents are missing."""
    first = weekday * HALF_HOURS_PER_DAY
    missing = [
        max(float(LEAST_AGENTS), planned_load(first + within) / _BUSY_BY_SHIFT)
        for within in range(HALF_HOURS_PER_DAY)
    ]
    shifts = []
    for _ in range(ceil(sum(missing) / (_SHIFT - len(_OFF_QUEUE)))):
        start = max(range(HALF_HOURS_PER_DAY - _SHIFT + 1), key=lambda at: _relief(missing, at))
        away = _off_queue(missing, start)
        names = dict(zip(away, _OFF_QUEUE, strict=True))
        shift = [OFF] * HALF_HOURS_PER_DAY
        for within in range(start, start + _SHIFT):
            shift[within] = names.get(within, ON_QUEUE)
            missing[within] -= within not in names
        shifts.append("".join(shift))
    return tuple(sorted(shifts, reverse=True))


def _off_queue(missing: list[float], start: int) -> list[int]:
    """The half-hours of a shift in which an agent is missed least, but not at its ends."""
    within = range(start + _FIRST_HOURS, start + _SHIFT - _LAST_HOURS)
    return sorted(sorted(within, key=missing.__getitem__)[: len(_OFF_QUEUE)])


def _relief(missing: list[float], start: int) -> float:
    away = _off_queue(missing, start)
    return sum(missing[start : start + _SHIFT]) - sum(missing[one] for one in away)
