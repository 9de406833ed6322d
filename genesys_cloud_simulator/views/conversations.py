"""What an API sees of the organisation's conversations at one moment."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.generate import (
    LONGEST_LIFE,
    LONGEST_LIFE_OF_RETURNING,
    LONGEST_LIFE_OF_SPOKEN,
    generate_conversation,
    may_last,
)
from genesys_cloud_simulator.conversations.returns import may_return, spans_of_returning
from genesys_cloud_simulator.timestamps import MILLISECOND, to_milliseconds
from genesys_cloud_simulator.views.document import document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from genesys_cloud_simulator.conversations.model import Conversation, Properties
    from genesys_cloud_simulator.org.interactions import Interaction
    from genesys_cloud_simulator.org.org import Org


# So many ends are kept of an organisation, some 20 MB.
_MOST_ENDS = 200_000


@lru_cache(maxsize=4)
def _ends(org: Org) -> dict[int, int]:
    """Keep the ends of conversations by ordinal, for who asks for one day after the other."""
    del org
    return {}


@dataclass(frozen=True)
class ConversationView:
    """The conversations that had begun by a moment, as they were then.

    Conversations have the ordinals of their interactions, and are generated when they are asked
    for.

    Attributes:
        org: The organisation.
        seen: The moment.
    """

    org: Org
    seen: datetime

    def started(self, start: datetime, end: datetime) -> range:
        """Find the conversations that began in a range of time.

        Args:
            start: The first moment of the range.
            end: The first moment after it.

        Returns:
            Their ordinals.
        """
        return self.org.ordinals(start, min(end, self.seen + MILLISECOND))

    def alive(
        self, start: datetime, end: datetime, *, started_from: datetime | None = None
    ) -> Iterator[int]:
        """Find the conversations whose life overlaps a range of time.

        Args:
            start: The first moment of the range.
            end: The first moment after it.
            started_from: Leave out those that began before this moment.

        Yields:
            Their ordinals.
        """
        if started_from is None:
            earlier: Sequence[int] = self._candidates(start, start)
        else:
            earlier = self.started(started_from, start)
        since, seen = to_milliseconds(start), to_milliseconds(self.seen)
        for ordinal, conversation in self._lasting(earlier, since):
            if conversation.end_seen(seen) >= since:
                yield ordinal
        yield from self.started(start, end)

    def conversations(self, start: datetime, end: datetime) -> Iterator[Conversation]:
        """Generate the conversations in whose life something may have happened in a range of time.

        Args:
            start: The first moment of the range.
            end: The first moment after it.

        Yields:
            The conversations, with what happens after the moment that is seen, too.
        """
        for _, conversation in self._lasting(self._candidates(start, end), to_milliseconds(start)):
            yield conversation

    def _lasting(self, ordinals: Iterable[int], since: int) -> Iterator[tuple[int, Conversation]]:
        """Generate the conversations that end at a moment or later, with their ordinals."""
        ends = _ends(self.org)
        asked = array("Q", (one for one in ordinals if ends.get(one, since) >= since))
        for ordinal, interaction in zip(asked, self.org.documents(asked), strict=True):
            conversation = generate_conversation(interaction)
            if len(ends) >= _MOST_ENDS:
                ends.clear()
            ends[ordinal] = conversation.end
            if conversation.end >= since:
                yield ordinal, conversation

    def _candidates(self, start: datetime, end: datetime) -> Sequence[int]:
        """Find the conversations that may have been alive in a range of time.

        Of those that began long before the range they are only the ones that may last so long.
        """
        moment = to_milliseconds(start)
        long_ago, lately = (
            start - life * MILLISECOND for life in (LONGEST_LIFE, LONGEST_LIFE_OF_SPOKEN)
        )
        spans = spans_of_returning(moment - LONGEST_LIFE_OF_RETURNING, moment - LONGEST_LIFE)
        origin = start - moment * MILLISECOND
        ordinals = array("Q")
        for first, last in spans:
            begun = self.started(origin + first * MILLISECOND, origin + last * MILLISECOND)
            ordinals.extend(self._those_that(may_return, begun))
        ordinals.extend(self._those_that(may_last, self.started(long_ago, lately)))
        ordinals.extend(self.started(lately, end))
        return ordinals

    def _those_that(self, may_live: Callable[[Interaction], bool], begun: range) -> Iterator[int]:
        for ordinal, interaction in zip(begun, self.org.documents(begun), strict=True):
            if may_live(interaction):
                yield ordinal

    def documents(
        self, ordinals: Iterable[int], *, attributes: bool = False
    ) -> Iterator[Properties]:
        """Generate conversations.

        Args:
            ordinals: Which ones, best in ascending order.
            attributes: Whether to show the participant attributes.

        Yields:
            `AnalyticsConversation` documents.
        """
        seen = to_milliseconds(self.seen)
        for interaction in self.org.documents(ordinals):
            yield document(generate_conversation(interaction), seen, attributes=attributes)
