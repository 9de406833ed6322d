"""The Erlang A model: agents who share a queue, and customers whose patience ends.

Palm's model M/M/n+M: arrivals are Poisson, handle times and patience are exponential.
"""

from __future__ import annotations

from dataclasses import dataclass

_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Queueing:
    """How a queue does in the long run.

    Attributes:
        delayed: The share of the customers whom no agent takes at once.
        abandoned: The share of the customers who give up.
    """

    delayed: float
    abandoned: float


def erlang_a(load: float, agents: int, impatience: float) -> Queueing:
    """Compute how a queue does.

    Args:
        load: The work offered, in Erlangs; more than 0.
        agents: How many agents there are, at least one.
        impatience: The mean handle time divided by the mean patience.

    Returns:
        The shares of the customers who wait and who give up.
    """
    # Erlang's B formula by its recursion, then the states in which customers wait; all relative to
    # the state in which all agents are busy and nobody waits.
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = load * blocked / (busy + load * blocked)
    probability, waiting, leaving, queue = 1.0, 0.0, 0.0, 0
    while probability > _NEGLIGIBLE:
        queue += 1
        probability *= load / (agents + queue * impatience)
        waiting += probability
        leaving += probability * queue * impatience
    total = 1 / blocked + waiting
    return Queueing((1 + waiting) / total, leaving / load / total)
