"""A conversation from beginning to end, and the document that shows it at one moment.

The platform shows what has happened so far: a conversation under way has no end, its last segment
none either, and an evaluation is there from the day it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from tap_genesys_search.simulator.timestamps import format_milliseconds

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
    """What one participant did in one medium.

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


@dataclass(frozen=True)
class Party:
    """A participant.

    Attributes:
        properties: Everything but the sessions and the attributes.
        sessions: Its sessions.
        attributes: The participant attributes, which only jobs show.
    """

    properties: Properties
    sessions: tuple[Session, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)


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
class Conversation:
    """A conversation.

    Attributes:
        properties: What holds from its beginning.
        start: When it began.
        end: When it ended.
        parties: Its participants.
        reviews: What was said about it later.
        closing: What becomes known at its end.
    """

    properties: Properties
    start: int
    end: int
    parties: tuple[Party, ...]
    reviews: tuple[Review, ...] = ()
    closing: Properties = field(default_factory=dict)


def document(conversation: Conversation, seen: int, *, attributes: bool) -> Properties:
    """Show a conversation as the platform does. What is not set is left out, never null.

    Args:
        conversation: The conversation.
        seen: The moment it is looked at, in milliseconds since 1970; it began before.
        attributes: Whether to show the participant attributes.

    Returns:
        An `AnalyticsConversation`.
    """
    shown: Properties = {
        **conversation.properties,
        "conversationStart": format_milliseconds(conversation.start),
    }
    if conversation.end <= seen:
        shown["conversationEnd"] = format_milliseconds(conversation.end)
        shown.update(conversation.closing)
    parties = [_party(one, seen, attributes=attributes) for one in conversation.parties]
    shown["participants"] = [one for one in parties if one is not None]
    for review in conversation.reviews:
        if review.made <= seen:
            reviews = shown.setdefault(review.kind, [])
            if isinstance(reviews, list):
                reviews.append({**review.properties, "eventTime": format_milliseconds(review.made)})
    return shown


def _party(party: Party, seen: int, *, attributes: bool) -> Properties | None:
    sessions = [_session(one, seen) for one in party.sessions if one.segments[0].start <= seen]
    if not sessions:
        return None
    shown = {**party.properties, "sessions": sessions}
    if attributes and party.attributes:
        shown["attributes"] = party.attributes
    return shown


def _session(session: Session, seen: int) -> Properties:
    segments = [_segment(one, seen) for one in session.segments if one.start <= seen]
    shown: Properties = {**session.properties, "segments": segments}
    if session.segments[-1].end <= seen:
        shown.update(session.closing)
    metrics = [
        {
            "name": one.name,
            "value": one.value,
            "emitDate": format_milliseconds(one.emitted),
        }
        for one in session.metrics
        if one.emitted <= seen
    ]
    if metrics:
        shown["metrics"] = metrics
    return shown


def _segment(segment: Segment, seen: int) -> Properties:
    shown = {
        "segmentType": segment.kind,
        "segmentStart": format_milliseconds(segment.start),
        **segment.properties,
    }
    if segment.end <= seen:
        shown["segmentEnd"] = format_milliseconds(segment.end)
        shown.update(segment.closing)
    return shown
