"""The customer's part in a conversation."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.model import Party, Properties, Segment, Session
from genesys_cloud_simulator.conversations.sessions import (
    MINUTE,
    SPOKEN,
    heard,
    new_session,
    random_id,
)
from genesys_cloud_simulator.org.directory import DIVISION_OF_CAMPAIGN
from genesys_cloud_simulator.org.ids import uuid_text
from genesys_cloud_simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from genesys_cloud_simulator.conversations.facts import Facts
    from genesys_cloud_simulator.conversations.model import Handling


_LONGEST_ATTRIBUTE = 1024

_LONGEST_SETUP = 400

_SHARE_SET_UP = 0.2

_SHARE_GONE_SILENT = 0.08

_NORMAL_CLEARING = [16]
"""The Q.850 cause of a call that somebody hung up."""


def customer_party(
    facts: Facts,
    rng: random.Random,
    spans: Sequence[tuple[int, int]],
    handlings: Sequence[Handling],
    peer: Session | None,
) -> Party:
    """Make the participant of the customer.

    Args:
        facts: What the conversation is about.
        rng: Decides everything else.
        spans: From when to when the customer took part, more than once where the conversation
            was opened again.
        handlings: What the agents did before it was opened again.
        peer: The session to which the customer was connected first, if there was any.

    Returns:
        The participant.
    """
    properties = _session_properties(facts, peer)
    (start, released), *later = spans
    segments = _segments(facts, start, released, handlings)
    closing = heard(rng, released) if facts.media in SPOKEN else {}
    sessions = [new_session(rng, segments, (), properties, closing)]
    external = facts.outbound or rng.random() < 0.1  # noqa: PLR2004
    identity: Properties = {
        "participantId": random_id(rng),
        "purpose": "external" if external else "customer",
    }
    if facts.customer_name is not None:
        identity["participantName"] = facts.customer_name
    if facts.customer_id is not None:
        identity["externalContactId"] = uuid_text(zlib.crc32(facts.customer_id.encode()) << 96)
    campaign_id = facts.shared.get("outboundCampaignId")
    divisions = () if campaign_id is None else (DIVISION_OF_CAMPAIGN[str(campaign_id)],)
    attributes = _attributes(facts, rng)
    sessions += [_later_session(facts, span, properties) for span in later]
    return Party(identity, tuple(sessions), attributes, divisions)


def _session_properties(facts: Facts, peer: Session | None) -> Properties:
    properties = dict(facts.shared)
    own_id = properties.pop("peerId", None)
    if own_id is not None:
        properties["sessionId"] = own_id
        if peer is not None:
            properties["peerId"] = peer.properties["sessionId"]
    if facts.media == "callback":
        properties["callbackScheduledTime"] = format_milliseconds(facts.start + 10 * MINUTE)
        if facts.customer_name is not None:
            properties["callbackUserName"] = facts.customer_name
    if facts.customer_name is not None and facts.media in SPOKEN:
        properties["remote"] = properties["remoteNameDisplayable"] = facts.customer_name
    return properties


def _later_session(facts: Facts, span: tuple[int, int], properties: Properties) -> Session:
    segment = Segment("interact", *span, _begun(facts), {"disconnectType": "peer"})
    return new_session(facts.draws(f"customer:{span[0]}"), [segment], (), properties)


def _begun(facts: Facts) -> Properties:
    if facts.media != "email":
        return {}
    return {"subject": f"Anfrage / 問い合わせ {facts.id[:8]}"}


def _segments(
    facts: Facts, start: int, released: int, handlings: Sequence[Handling]
) -> list[Segment]:
    """Cut the customer's time where something begins."""
    talk, segments = start, []
    if facts.media == "callback" and handlings:
        talk = handlings[0].taken
        segments.append(Segment("delay", start, talk))
    elif facts.meets_flow and facts.happens("set up", _SHARE_SET_UP):
        talk = min(start + _LONGEST_SETUP, released)
        segments.append(Segment("system", start, talk, {}, {"disconnectType": "system"}))
    joined = handlings[-1].conference_start if handlings else None
    closing = _closing(facts, released, is_handled=bool(handlings))
    if joined is None:
        return [*segments, Segment("interact", talk, released, _begun(facts), closing)]
    conference: Properties = {"conference": True}
    if facts.source_id is not None:
        conference["sourceConversationId"] = facts.source_id
    return [
        *segments,
        Segment("interact", talk, joined),
        Segment("interact", joined, released, conference, closing),
    ]


def _closing(facts: Facts, released: int, *, is_handled: bool) -> Properties:
    """How the customer's part ended."""
    if facts.destination is not None:
        conversation_id, start = facts.destination
        if start <= released:
            return {
                "disconnectType": "conferenceTransfer",
                "destinationConversationId": conversation_id,
            }
    if facts.media in {"chat", "message"} and is_handled:
        is_silent = facts.happens("silent", _SHARE_GONE_SILENT)
        return {"disconnectType": "timeout" if is_silent else "peer"}
    if facts.media == "voice":
        return {"disconnectType": "peer", "q850ResponseCodes": _NORMAL_CLEARING}
    return {"disconnectType": "peer"}


def _attributes(facts: Facts, rng: random.Random) -> dict[str, str]:
    if rng.random() < 0.4:  # noqa: PLR2004
        return {}
    attributes = {"language": facts.language, "context.tier": rng.choice(("gold", "silver", ""))}
    if facts.customer_id is not None:
        attributes["customerId"] = facts.customer_id
    if rng.random() < 0.05:  # noqa: PLR2004
        # The platform cuts them off, which may leave half of something.
        attributes["history"] = ("überwiesen → 送金済み; " * 100)[:_LONGEST_ATTRIBUTE]
    return attributes
