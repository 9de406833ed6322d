"""The document that shows a conversation at one moment.

The platform shows what has happened so far: a conversation under way has no end, its last segment
none either, and an evaluation is there from the day it was made. A conversation that is opened
again has no end until it ends again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import (
        Conversation,
        Party,
        Properties,
        Segment,
        Session,
    )


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
        "divisionIds": conversation.division_ids(seen),
    }
    if conversation.conference_start is not None and conversation.conference_start <= seen:
        shown["conferenceStart"] = format_milliseconds(conversation.conference_start)
    end = conversation.end_seen(seen)
    if end <= seen:
        shown["conversationEnd"] = format_milliseconds(end)
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
    if session.end <= seen:
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
