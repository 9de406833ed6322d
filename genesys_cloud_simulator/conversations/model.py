"""A conversation from beginning to end: its participants, their sessions, segments and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from genesys_cloud_simulator.org.directory import HOME_DIVISION

if TYPE_CHECKING:
    from collections.abc import Mapping


Properties: TypeAlias = dict[str, object]

ReviewKind: TypeAlias = Literal["evaluations", "surveys", "resolutions"]


@dataclass(frozen=True)
class Segment:
    """A part of a session. Times are milliseconds since 1970, here and in the other classes.

    Attributes:
        kind: Its `segmentType`.
        start: When it began.
        end: When it ended.
        properties: What holds from its beginning.
        closing: What becomes known at its end.
    """

    kind: str
    start: int
    end: int
    properties: Properties = field(default_factory=dict)
    closing: Properties = field(default_factory=dict)


@dataclass(frozen=True)
class Metric:
    """A figure of a session.

    Attributes:
        name: Its name; `n` counts, `t` is milliseconds, `o` is observed.
        value: The figure.
        emitted: When it was known.
    """

    name: str
    value: int
    emitted: int


@dataclass(frozen=True)
class Session:
    """What one participant did in one media type.

    Attributes:
        properties: Everything that has no time.
        segments: Its parts in time order.
        metrics: Its figures.
        closing: What becomes known at the end of its last segment.
    """

    properties: Properties
    segments: tuple[Segment, ...]
    metrics: tuple[Metric, ...] = ()
    closing: Properties = field(default_factory=dict)

    @property
    def end(self) -> int:
        """When it ended."""
        return self.segments[-1].end


@dataclass(frozen=True)
class Party:
    """A participant.

    Attributes:
        properties: Everything but the sessions and the attributes.
        sessions: Its sessions.
        attributes: The participant attributes, which only jobs show.
        division_ids: The divisions of the flow, the queue or the user.
    """

    properties: Properties
    sessions: tuple[Session, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    division_ids: tuple[str, ...] = ()

    @property
    def start(self) -> int:
        """When it joined."""
        return self.sessions[0].segments[0].start


@dataclass(frozen=True)
class Review:
    """What was said about a conversation later on.

    Attributes:
        kind: The list it stands in.
        made: When it was made.
        properties: Everything but that.
    """

    kind: ReviewKind
    made: int
    properties: Properties


@dataclass(frozen=True)
class Wait:
    """A customer's wait for an agent, from which the participant `acd` follows.

    Attributes:
        queue_id: The queue.
        start: When it was offered to the queue.
        end: When an agent was found, or the customer gave up.
        is_abandoned: Whether the customer gave up.
        flows_out: Whether the customer left for the voicemail, or nobody took the conversation.
        is_transferred: Whether an agent transferred the customer to the queue.
    """

    queue_id: str | None
    start: int
    end: int
    is_abandoned: bool
    flows_out: bool = False
    is_transferred: bool = False


@dataclass(frozen=True)
class Handling:
    """What an agent did, from which the agent's segments and metrics follow.

    Lengths are milliseconds.

    Attributes:
        agent_id: The agent.
        queue_id: The queue for which the agent did it.
        media: The media type.
        start: When the agent was alerted, or began to contact the customer.
        taken: When the agent and the customer were connected.
        talk: How long they interacted.
        held: How long the customer was on hold.
        parked: How long the conversation was parked.
        wrapping: How long the agent wrapped up.
        wrap_up: The wrap-up code; None where there was no wrap-up.
        is_outbound: Whether the agent contacted the customer.
        is_transferred: Whether the agent handed the customer on.
        colleague_id: The agent who was consulted, or to whom the customer was transferred.
        is_consulting: Whether the agent talked to that colleague first.
        is_conference: Whether that colleague then also talked to the customer.
    """

    agent_id: str
    queue_id: str | None
    media: str | None
    start: int
    taken: int
    talk: int
    held: int
    parked: int
    wrapping: int
    wrap_up: str | None
    is_outbound: bool
    is_transferred: bool
    colleague_id: str | None = None
    is_consulting: bool = False
    is_conference: bool = False

    @property
    def contacting(self) -> int:
        """How long it took to reach the customer."""
        return self.taken - self.start if self.is_outbound else 0

    @property
    def paused(self) -> int:
        """When the customer was put on hold, or the conversation was parked, if ever."""
        return self.taken + self.talk // 2

    @property
    def resumed(self) -> int:
        """When that was over."""
        return self.paused + self.held + self.parked

    @property
    def conference_start(self) -> int | None:
        """When a colleague joined agent and customer, if one did."""
        if not self.is_conference:
            return None
        return self.resumed + (self.released - self.resumed) // 3

    @property
    def released(self) -> int:
        """When the agent let the customer go."""
        return self.taken + self.talk + self.held + self.parked

    @property
    def end(self) -> int:
        """When the agent was done."""
        return self.released + self.wrapping

    @property
    def spans_of_work(self) -> tuple[tuple[int, int], ...]:
        """From when to when the agent worked on it, without the time in which it was parked."""
        if not self.parked:
            return ((self.taken, self.end),)
        return ((self.taken, self.paused), (self.resumed, self.end))

    @property
    def handle_time(self) -> int:
        """How long the agent worked on it.

        "The agent's handle time (contacting, dialing, talking, hold, and ACW)"
        (https://help.mypurecloud.com/faq/what-is-the-difference-between-the-answered-and-handle-metrics/).
        """
        return self.contacting + self.talk + self.held + self.wrapping


@dataclass(frozen=True)
class Conversation:
    """A conversation.

    Attributes:
        properties: What holds from its beginning.
        start: When it began.
        end: When it ended for good.
        parties: Its participants.
        reviews: What was said about it later.
        closing: What becomes known at its end.
        waits: How the customer waited for an agent.
        handlings: What the agents did, in order.
        unanswered: Which agents were alerted and did not answer, and until when.
        conference_start: When its conference began, if it had one.
        reopenings: When it ended and when it was opened again, each time that it was.
    """

    properties: Properties
    start: int
    end: int
    parties: tuple[Party, ...]
    reviews: tuple[Review, ...] = ()
    closing: Properties = field(default_factory=dict)
    waits: tuple[Wait, ...] = ()
    handlings: tuple[Handling, ...] = ()
    unanswered: tuple[tuple[str, int], ...] = ()
    conference_start: int | None = None
    reopenings: tuple[tuple[int, int], ...] = ()

    def end_seen(self, seen: int) -> int:
        """Tell when it ends, as far as it has not been opened again.

        Args:
            seen: The moment it is looked at, in milliseconds since 1970.

        Returns:
            The end; after the moment where it is under way.
        """
        for ended, reopened in self.reopenings:
            if seen < reopened:
                return ended
        return self.end

    def division_ids(self, seen: int) -> list[str]:
        """List the divisions that it belongs to.

        Conversations "automatically associate with the divisions they encounter as they move
        through the system" (https://help.mypurecloud.com/articles/divisions-overview/).

        Args:
            seen: The moment it is looked at, in milliseconds since 1970.

        Returns:
            Ids in the order in which they came, the home division where none has.
        """
        found = [
            division
            for party in self.parties
            if party.division_ids and party.start <= seen
            for division in party.division_ids
        ]
        return list(dict.fromkeys(found)) or [HOME_DIVISION]
