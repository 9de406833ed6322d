"""The figures of the simulator's conversations: the answers that analysts should arrive at.

They come from what the agents were planned to do and how the customers were planned to wait, not
from the documents that show it. A length is milliseconds, a moment milliseconds since 1970; what
had not ended by the moment that is looked at is left out, as the platform has not measured it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.timestamps import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from genesys_cloud_simulator.conversations.model import Conversation, Handling
    from genesys_cloud_simulator.org.org import Org


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class ConversationTimes:
    """What the agents of a conversation did.

    Attributes:
        talk: How long they talked.
        held: How long they had the customer on hold.
        wrap_up: How long they wrapped up.
    """

    talk: int
    held: int
    wrap_up: int


@dataclass(frozen=True)
class Abandons:
    """How many customers gave up.

    Attributes:
        offered: How many were offered to a queue and have left it.
        abandoned: How many of them gave up.
    """

    offered: int
    abandoned: int

    @property
    def rate(self) -> float:
        """The share of those that gave up."""
        return self.abandoned / self.offered


@dataclass(frozen=True)
class ConversationFigures:
    """The figures of an organisation's conversations at one moment.

    Attributes:
        conversations: The conversations that had begun.
        seen: The moment.
    """

    conversations: Sequence[Conversation]
    seen: int

    def times(self) -> dict[str, ConversationTimes]:
        """Add up what the agents of each conversation did.

        Returns:
            The times by conversation id.
        """
        times = {}
        for conversation in self.conversations:
            released = [one for one in conversation.handlings if one.released <= self.seen]
            times[str(conversation.properties["conversationId"])] = ConversationTimes(
                talk=sum(one.talk for one in released),
                held=sum(one.held for one in released),
                wrap_up=sum(one.wrapping for one in released if one.end <= self.seen),
            )
        return times

    def average_handle_time_by_queue_and_day(self) -> dict[tuple[str, date], float]:
        """Average the handle time of what agents were done with.

        Returns:
            Milliseconds by the queue's id and the UTC day on which the agent was done.
        """
        handled: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
        for _, handling in self._handlings():
            if handling.end <= self.seen and handling.queue_id is not None:
                handled[handling.queue_id, _moment(handling.end).date()].append(
                    handling.handle_time
                )
        return {key: sum(lengths) / len(lengths) for key, lengths in handled.items()}

    def transfers_by_agent(self) -> dict[str, int]:
        """Count the customers that each agent transferred.

        Returns:
            The number of transfers by the agent's id, agents without any left out.
        """
        return Counter(
            handling.agent_id
            for _, handling in self._handlings()
            if handling.is_transferred and handling.released <= self.seen
        )

    def abandons_by_hour(self) -> dict[int, Abandons]:
        """Count the customers who abandoned, by the hour of the day at which they were offered.

        Returns:
            The counts by hour, 0 to 23, UTC.
        """
        offered: Counter[int] = Counter()
        abandoned: Counter[int] = Counter()
        for conversation in self.conversations:
            for wait in conversation.waits:
                if wait.end <= self.seen:
                    hour = _moment(wait.start).hour
                    offered[hour] += 1
                    abandoned[hour] += wait.is_abandoned
        return {hour: Abandons(offered[hour], abandoned[hour]) for hour in offered}

    def longest_holds(self, count: int) -> list[tuple[str, str, int]]:
        """Find the longest holds.

        Args:
            count: How many.

        Returns:
            The conversation's id, the agent's id and how long the hold was, longest first; holds
            of one length in the order of their conversations' ids.
        """
        holds = [
            (conversation_id, handling.agent_id, handling.held)
            for conversation_id, handling in self._handlings()
            if handling.held and handling.paused + handling.held <= self.seen
        ]
        return sorted(holds, key=lambda hold: (-hold[2], hold[0]))[:count]

    def wrap_ups_by_media(self) -> dict[tuple[str | None, str], int]:
        """Count the wrap-up codes that agents set, by media type.

        Returns:
            The number of wrap-ups by media type, None where it is unset, and the code's id.
        """
        return Counter(
            (handling.media, handling.wrap_up)
            for _, handling in self._handlings()
            if handling.wrap_up is not None and handling.end <= self.seen
        )

    def _handlings(self) -> Iterator[tuple[str, Handling]]:
        for conversation in self.conversations:
            for handling in conversation.handlings:
                yield str(conversation.properties["conversationId"]), handling


def conversation_figures(org: Org, seen: datetime) -> ConversationFigures:
    """Take the figures of all conversations that had begun by a moment.

    Args:
        org: The organisation.
        seen: The moment.

    Returns:
        The figures.
    """
    return figures_of(
        (generate_conversation(one) for one in org.interactions_between(org.start, org.end)), seen
    )


def figures_of(conversations: Iterable[Conversation], seen: datetime) -> ConversationFigures:
    """Take the figures of some conversations, those that had begun by a moment.

    Args:
        conversations: The conversations.
        seen: The moment.

    Returns:
        The figures.
    """
    moment = to_milliseconds(seen)
    return ConversationFigures(tuple(one for one in conversations if one.start <= moment), moment)


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
