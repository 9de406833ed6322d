"""How long customers wait for an agent, and for how long they would.

Calls and chats wait as Erlang's model A has it, by queue and half-hour: mostly not at all. Where
they wait, the time is exponential. Emails, messages and callbacks wait longer, and nobody gives up.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log
from typing import TYPE_CHECKING

from genesys_cloud_simulator.workforce.erlang_a import erlang_a
from genesys_cloud_simulator.workforce.forecast import (
    HANDLE_TIME,
    MINUTE,
    expected_load,
    half_hour_of_week,
)
from genesys_cloud_simulator.workforce.staffing import planned_agents

if TYPE_CHECKING:
    import random


PATIENCE = 150_000
"""For how long customers wait on average, in milliseconds, before they give up."""

LONGEST_WAIT = 20 * MINUTE
"""Of those who call or chat."""

_NOT_LIVE: dict[str | None, tuple[int, float]] = {
    "email": (50 * MINUTE, 1.3),
    "message": (1 * MINUTE, 0.8),
    "callback": (12 * MINUTE, 0.7),
}
"""Media type to median and spread of a log-normal wait."""

MAY_GIVE_UP = frozenset({"voice", "chat", None})
"""The media in which customers wait in line; None where it is unset."""

_LONGEST_WAIT_OF_THESE = 20 * 60 * MINUTE

# The agents of a queue serve others too, and so lend each other a hand.
_SHARE_IN_OTHERS = 0.3

# Loads are rounded to a power of this, so that a model is computed once for many half-hours.
_STEP = 0.04

_ROUTED = 300
"""How long it takes to find an agent who is free."""


def draw_wait(
    rng: random.Random, media: str | None, share: float, half_hour: int, load: float
) -> int:
    """Draw how long a customer would have to wait for an agent.

    Args:
        rng: Draws it.
        media: The media type; None when it is unset.
        share: The share of the queue in all contacts, 0 to 1.
        half_hour: When the customer came, in half-hours since 1970.
        load: The load of the half-hour, by the one that was expected.

    Returns:
        Milliseconds.
    """
    if media in _NOT_LIVE:
        median, spread = _NOT_LIVE[media]
        return min(int(median * exp(spread * rng.gauss(0, 1))), _LONGEST_WAIT_OF_THESE)
    chance = rng.random()
    delayed, mean = _delay(share, half_hour_of_week(half_hour), load)
    if chance >= delayed:
        return _ROUTED
    return min(_ROUTED + int(-mean * log(1 - chance / delayed)), LONGEST_WAIT)


def draw_patience(rng: random.Random) -> int:
    """Draw for how many milliseconds a customer would wait in line."""
    return int(-PATIENCE * log(1 - rng.random()))


@lru_cache(maxsize=20_000)
def _delay(share: float, of_week: int, load: float) -> tuple[float, float]:
    """The share of those who wait, and for how long they would wait on average."""
    pooled = share + _SHARE_IN_OTHERS * (1 - share)
    offered = expected_load(of_week) * pooled * load
    return _queueing(round(log(offered) / _STEP), planned_agents(pooled, of_week))


@lru_cache(maxsize=4096)
def _queueing(step: int, agents: int) -> tuple[float, float]:
    queueing = erlang_a(exp(step * _STEP), agents, HANDLE_TIME / PATIENCE)
    # Of those who wait, patience is the shorter one for this share.
    share = queueing.abandoned / queueing.delayed
    return queueing.delayed, PATIENCE * share / (1 - share)
