"""What an API sees of the organisation's conversations at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_model import document
from tap_genesys_search.simulator.conversations import LONGEST_LIFE, generate_conversation
from tap_genesys_search.simulator.timestamps import MILLISECOND, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_genesys_search.simulator.conversation_model import Properties
    from tap_genesys_search.simulator.org import Org


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
            started_from = start - timedelta(milliseconds=LONGEST_LIFE)
        earliest = self.started(started_from, start)
        since = to_milliseconds(start)
        for ordinal, interaction in zip(earliest, self.org.documents(earliest), strict=True):
            if generate_conversation(interaction).end >= since:
                yield ordinal
        yield from self.started(start, end)

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
