"""The figures of a simulated contact centre, as its managers would ask for them.

They are computed from the simulator's conversations, shifts and reviews themselves: neither from
what its APIs answer, nor from tables. A length is milliseconds, a moment milliseconds since 1970.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.org.directory import USERS
from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.user_status import (
    OFFLINE,
    ON_QUEUE,
    one_at_a_time,
    presences,
    routing_spans,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from genesys_cloud_simulator.conversations.model import (
        Conversation,
        Party,
        Properties,
        ReviewKind,
        Session,
    )
    from genesys_cloud_simulator.org.org import Org

DAY = 86_400_000

HALF_HOUR = DAY // 48

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Event(NamedTuple):
    """A metric of a session, and what it is counted by."""

    name: str
    value: int
    emitted: int
    media: str
    queue: str | None
    user: str | None

    @property
    def day(self) -> date:
        return day_of(self.emitted)

    @property
    def half_hour(self) -> int:
        return self.emitted % DAY // HALF_HOUR


@dataclass(frozen=True)
class Counted:
    """Events of one queue, medium, day or agent.

    Attributes:
        lengths: Name of a metric to the values of its events.
    """

    lengths: dict[str, list[int]]

    def count(self, name: str) -> int:
        """Count the events of a metric."""
        return len(self.lengths.get(name, ()))

    def total(self, name: str) -> int:
        """Add up the values of a metric."""
        return sum(self.lengths.get(name, ()))

    def longest(self, name: str) -> float | None:
        """Find the largest value of a metric, in seconds."""
        values = self.lengths.get(name)
        return max(values) / 1000 if values else None

    def seconds(self, name: str, per: str | None = None) -> float | None:
        """Average a metric over its own events, or those of another one, in seconds."""
        return _ratio(self.total(name) / 1000, self.count(per or name))

    @property
    def service_level(self) -> float | None:
        """Answered in time, in percent of those who were answered or gave up."""
        answered = self.count("tAnswered")
        return _percent(answered - self.count("nOverSla"), answered + self.count("tAbandon"))

    @property
    def abandoned_percent(self) -> float | None:
        """How many of those who were offered gave up, in percent."""
        return _percent(self.count("tAbandon"), self.count("nOffered"))


@dataclass(frozen=True)
class Statuses:
    """How long an agent was in which status on a day."""

    interacting: int
    communicating: int
    idle: int
    on_queue: int
    logged_in: int


@dataclass(frozen=True)
class ContactCentre:
    """A simulated org at one moment.

    Attributes:
        org: The org.
        seen: The moment up to which the conversations are known.
    """

    org: Org
    seen: int

    @cached_property
    def conversations(self) -> list[Conversation]:
        """All that had begun, those of the latest last."""
        interactions = self.org.interactions_between(self.org.start, self.org.end)
        conversations = map(generate_conversation, interactions)
        return [one for one in conversations if one.start <= self.seen]

    @cached_property
    def events(self) -> list[Event]:
        """All metrics that had been emitted."""
        return [
            Event(
                metric.name,
                metric.value,
                metric.emitted,
                media_of(session),
                _queue_of(session),
                _text(party.properties.get("userId")),
            )
            for conversation in self.conversations
            for party in conversation.parties
            for session in party.sessions
            for metric in session.metrics
            if metric.emitted <= self.seen
        ]

    def counted(
        self, holds: Callable[[Event], bool], by: Callable[[Event], object]
    ) -> dict[object, Counted]:
        """Gather events.

        Args:
            holds: Which ones.
            by: What to gather them by.
        """
        found: defaultdict[object, defaultdict[str, list[int]]]
        found = defaultdict(lambda: defaultdict(list))
        for event in self.events:
            if holds(event):
                found[by(event)][event.name].append(event.value)
        return {key: Counted(dict(lengths)) for key, lengths in found.items()}

    def reviews(self, kind: ReviewKind, days: Sequence[date]) -> list[Properties]:
        """List the reviews that were made on some days."""
        return [
            review.properties
            for conversation in self.conversations
            for review in conversation.reviews
            if review.kind == kind and review.made <= self.seen and day_of(review.made) in days
        ]

    def statuses(self, day: date) -> Iterator[Statuses]:
        """Measure the statuses of each user who was on queue on a day."""
        start = (day - _EPOCH.date()).days * DAY
        work = work_of(self.conversations)
        for user_id, _ in USERS:
            spans = list(presences(user_id, start, start + DAY))
            busy = one_at_a_time(work.get(user_id, []))
            routing: defaultdict[str, int] = defaultdict(int)
            for presence in spans:
                for status, since, until in routing_spans(presence, busy):
                    routing[status] += until - since
            on_queue = sum(one.end - one.start for one in spans if one.name == ON_QUEUE)
            if on_queue:
                yield Statuses(
                    routing["INTERACTING"],
                    routing["COMMUNICATING"],
                    routing["IDLE"],
                    on_queue,
                    sum(one.end - one.start for one in spans if one.name != OFFLINE),
                )

    def followed(self, within: timedelta) -> list[bool]:
        """Tell of each inbound contact of a known customer whether another one followed.

        Contacts that are too young to tell are left out.
        """
        span = within // timedelta(milliseconds=1)
        contacts: defaultdict[str, list[int]] = defaultdict(list)
        for conversation in self.conversations:
            customer = _customer_of(conversation)
            if conversation.properties["originatingDirection"] == "inbound" and customer:
                contacts[customer].append(conversation.start)
        last = max(event.emitted for event in self.events)
        return [
            any(start < later <= start + span for later in starts)
            for starts in contacts.values()
            for start in starts
            if start + span <= last
        ]


def day_of(moment: int) -> date:
    """Tell the day of a moment, UTC."""
    return (_EPOCH + timedelta(milliseconds=moment)).date()


def media_of(session: Session) -> str:
    """Tell the medium of a session; one that is unset is unknown."""
    return _text(session.properties.get("mediaType")) or "unknown"


def first_media_of(conversation: Conversation) -> str:
    """Tell the medium that a conversation began with."""
    return media_of(conversation.parties[0].sessions[0])


def contact_centre(org: Org, seen: datetime) -> ContactCentre:
    """Look at an org at a moment."""
    return ContactCentre(org, to_milliseconds(seen))


def _queue_of(session: Session) -> str | None:
    queues = {_text(one.properties.get("queueId")) for one in session.segments} - {None}
    assert len(queues) <= 1
    return next(iter(queues), None)


def _customer_of(conversation: Conversation) -> str | None:
    """An id, else the number or address of the customer."""
    (party,) = (one for one in conversation.parties if _is_customer(one))
    session = party.sessions[0].properties
    known = (party.properties.get("externalContactId"), session.get("ani"))
    return next(filter(None, map(_text, (*known, session.get("addressFrom")))), None)


def _is_customer(party: Party) -> bool:
    return party.properties["purpose"] in {"customer", "external"}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(part: float, whole: float) -> float | None:
    return _ratio(100 * part, whole)


def percent(part: float, whole: float) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return _percent(part, whole)


def mean(values: Iterable[float]) -> float | None:
    """Average; None where there is nothing to average."""
    listed = list(values)
    return _ratio(sum(listed), len(listed))
