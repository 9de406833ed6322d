"""Customers who write again: conversations that last for weeks, or are opened again after the end.

On each day all of them begin within ten minutes, which differ from day to day. A search for
conversations that were alive at a moment therefore finds them without generating everything that
began in the months before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.agents import Offer, Turn, agent_party, plan_handling
from genesys_cloud_simulator.conversations.entrance import queue_party, queue_wait, wait_for
from genesys_cloud_simulator.conversations.routing import find_agent
from genesys_cloud_simulator.conversations.sessions import DAY, HOUR, MINUTE, between, last_end

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.model import Handling, Party, Wait
    from genesys_cloud_simulator.org.interactions import Interaction


LONGEST_RETURN = 61 * DAY
"""How much longer such a conversation may live than all others, see the bounds below."""

_MOST_RETURNS = 3

_LONGEST_ABSENCE = 18 * DAY

_LONGEST_PARKING = 2 * DAY

_SHARE_OPENED_AGAIN = 0.5

_WRITTEN = ("email", "message")

_SPAN = 10 * MINUTE

_FIRST_HOUR = 8 * HOUR

_SPANS_OF_DAY = 54


@dataclass(frozen=True)
class Return:
    """One time that the customer writes again.

    Attributes:
        start: When.
        handling: What the agent then does.
        parties: The queue, if there is one, and the agent.
        wait: How long the customer waits in the queue.
    """

    start: int
    handling: Handling
    parties: tuple[Party, ...]
    wait: Wait | None


@dataclass(frozen=True)
class Returns:
    """How often the customer writes again.

    Attributes:
        returns: Each time, in order.
        is_opened_again: Whether the conversation ends in between.
    """

    returns: tuple[Return, ...] = ()
    is_opened_again: bool = False

    @property
    def parties(self) -> list[Party]:
        """Who then takes part besides the customer."""
        return [party for one in self.returns for party in one.parties]

    @property
    def waits(self) -> tuple[Wait, ...]:
        """How the customer then waits."""
        return tuple(one.wait for one in self.returns if one.wait is not None)

    @property
    def handlings(self) -> tuple[Handling, ...]:
        """What the agents then do."""
        return tuple(one.handling for one in self.returns)


_NEVER = Returns()


def spans_of_returning(start: int, end: int) -> Iterator[tuple[int, int]]:
    """List when conversations begin whose customers write again.

    Args:
        start: The first moment of interest, in milliseconds since 1970.
        end: The first moment after it.

    Yields:
        The first moment of each span and the first one after it, in order. What begins outside
        of them lives no longer than `LONGEST_LIFE`.
    """
    for day in range(start // DAY, end // DAY + 1):
        first = _first_moment(day)
        if first + _SPAN > start and first < end:
            yield max(first, start), min(first + _SPAN, end)


def may_return(interaction: Interaction) -> bool:
    """Return whether the customer of an interaction may write again, at a glance."""
    media = interaction.get("media")
    is_written = isinstance(media, dict) and media.get("type") in _WRITTEN
    return is_written and bool(interaction.get("agent"))


def plan_returns(facts: Facts, served_by: Sequence[Party]) -> Returns:
    """Make the part of a conversation in which the customer writes again.

    Args:
        facts: What the conversation is about.
        served_by: Everybody else who takes part before that.

    Returns:
        How often and when: never, with most customers.
    """
    if facts.media not in _WRITTEN or facts.agent_id is None:
        return _NEVER
    if not 0 <= facts.start - _first_moment(facts.start // DAY) < _SPAN:
        return _NEVER
    draws = facts.draws("returns")
    end = last_end(served_by)
    is_opened_again = draws.random() < _SHARE_OPENED_AGAIN
    returns: list[Return] = []
    shortest = 4 * HOUR if is_opened_again else 2 * DAY
    for _ in range(draws.randint(1, _MOST_RETURNS) if is_opened_again else _MOST_RETURNS):
        start = end + between(draws, shortest, _LONGEST_ABSENCE)
        returns.append(_return(facts, draws, start, facts.agent_id))
        end = returns[-1].handling.end
    return Returns(tuple(returns), is_opened_again)


def _first_moment(day: int) -> int:
    """When the span of a day since 1970 begins."""
    return day * DAY + _FIRST_HOUR + day * 37 % _SPANS_OF_DAY * _SPAN


def _return(facts: Facts, draws: random.Random, start: int, agent_id: str) -> Return:
    """Let the customer write to the same agent."""
    facts = replace(facts, kind="conversation", talk=between(draws, MINUTE, 15 * MINUTE))
    parties: list[Party] = []
    wait = offer = None
    if facts.queue_id is not None and not facts.outbound:
        wait = queue_wait(facts, start, wait_for(facts, draws, start))
        routing = find_agent(facts, draws)
        parties.append(queue_party(facts, draws, wait, routing))
        offer = Offer(start, routing)
    parked = between(draws, HOUR, _LONGEST_PARKING)
    turn = Turn(wait.end if wait else start, agent_id, parked, first=False, last=True)
    handling = plan_handling(facts, draws, turn)
    parties.append(agent_party(facts, draws, handling, facts.agent_name, offer))
    return Return(start, handling, tuple(parties), wait)
