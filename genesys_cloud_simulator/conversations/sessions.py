"""What a session says: its media type, numbers, quality and campaign.

All numbers and addresses are from the ranges set apart for fiction and examples.
"""

from __future__ import annotations

import zlib
from math import inf
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.model import Metric, Properties, Segment, Session
from genesys_cloud_simulator.org.directory import (
    CONTACT_LIST_OF_CAMPAIGN,
    EDGES,
    MEDIUM_OF_CAMPAIGN,
    TEAM_OF_USER,
)
from genesys_cloud_simulator.org.ids import uuid_text
from genesys_cloud_simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from genesys_cloud_simulator.conversations.model import Party, Properties


_CAMPAIGN_OF_MEDIUM = {medium: campaign for campaign, medium in MEDIUM_OF_CAMPAIGN.items()}

# Of ten conversations in a campaign's media type that the organisation begins.
_BY_CAMPAIGN = 6


def campaign_properties(conversation_id: str, media_type: object) -> Properties:
    """Say to which contact of which campaign a conversation was an attempt.

    Args:
        conversation_id: A conversation that the organisation began.
        media_type: Its media type, of messages the message type.

    Returns:
        Properties of a session; none where an agent began the conversation.
    """
    campaign_id = _CAMPAIGN_OF_MEDIUM.get(str(media_type))
    contact = zlib.crc32(conversation_id.encode())
    if campaign_id is None or contact % 10 >= _BY_CAMPAIGN:
        return {}
    return {
        "outboundCampaignId": campaign_id,
        "outboundContactId": f"{contact:032x}",
        "outboundContactListId": CONTACT_LIST_OF_CAMPAIGN[campaign_id],
    }


SECOND = 1000

MINUTE = 60 * SECOND

HOUR = 60 * MINUTE

DAY = 24 * HOUR


SPOKEN = frozenset({"voice", "callback"})

LONG_SHARE = {"email": 0.12, "message": 0.1, "callback": 0.08}
"""Media type to the share of conversations that last for days."""

_OWN_NUMBER = "tel:+442079460000"

_OWN_ADDRESS = "care@example.org"

_MESSAGE_TYPES = ("webmessaging", "whatsapp", "sms", "open")


def _phone(number: int) -> str:
    """One of the hundred numbers that each area has for fiction."""
    return f"+1{201 + number // 100 % 799}555{100 + number % 100:04}"


def between(rng: random.Random, least: int, most: int) -> int:
    """Draw a number.

    Args:
        rng: Draws it.
        least: The smallest it may be.
        most: The first it may not be.

    Returns:
        The number.
    """
    return least + int(rng.random() * (most - least))


def media_properties(
    media: str | None, conversation_id: str, customer_id: str | None, direction: str
) -> Properties:
    """Say what a session of a media type has.

    Args:
        media: The media type, None when it is unset.
        conversation_id: Decides number and address of an unknown customer.
        customer_id: Decides number and address of a known one.
        direction: `inbound` or `outbound`.

    Returns:
        Properties of a session.
    """
    number = zlib.crc32((customer_id or conversation_id).encode())
    inbound = direction == "inbound"
    if media == "voice":
        phone = f"tel:{_phone(number)}"
        ani, dnis = (phone, _OWN_NUMBER) if inbound else (_OWN_NUMBER, phone)
        return {
            "ani": ani,
            "dnis": dnis,
            "sessionDnis": dnis,
            "provider": "Edge",
            "edgeId": EDGES[number % len(EDGES)],
            "protocolCallId": f"{number:08x}",
            "recording": number % 3 != 0,
        }
    if media == "email":
        address = f"customer-{number:08x}@example.com"
        sender, receiver = (address, _OWN_ADDRESS) if inbound else (_OWN_ADDRESS, address)
        return {
            "addressFrom": sender,
            "addressTo": receiver,
            "addressSelf": _OWN_ADDRESS,
            "addressOther": address,
            "provider": "PureCloud Email",
        }
    if media == "message":
        return {
            "addressFrom": f"{number:08x}" if inbound else _OWN_ADDRESS,
            "addressTo": _OWN_ADDRESS if inbound else f"{number:08x}",
            "messageType": _MESSAGE_TYPES[number % len(_MESSAGE_TYPES)],
            "mediaCount": number % 4,
            "provider": "PureCloud Messaging",
        }
    if media == "chat":
        return {
            "roomId": f"{number:08x}@conference.example.com",
            "provider": "PureCloud Webchat v2",
        }
    if media == "callback":
        return {
            "callbackNumbers": [_phone(number)],
            "provider": "PureCloud Callback",
        }
    return {}


def media_quality(rng: random.Random, end: int) -> Properties:
    """Measure the sound of a session.

    Args:
        rng: Decides how good it was.
        end: The session's end, in milliseconds since 1970.

    Returns:
        An `AnalyticsMediaEndpointStat`.
    """
    quality = round(4.9 - min(rng.expovariate(3), 3.8), 4)
    return {
        "codecs": ["audio/opus"],
        "eventTime": format_milliseconds(end),
        "maxLatencyMs": 5 + rng.getrandbits(7),
        "minMos": quality,
        "minRFactor": round(quality * 19, 2),
        "receivedPackets": 500 + rng.getrandbits(12),
        "discardedPackets": rng.getrandbits(3),
    }


def random_id(rng: random.Random) -> str:
    """Draw an id."""
    return uuid_text(rng.getrandbits(128))


def new_session(
    rng: random.Random,
    segments: Sequence[Segment],
    metrics: Sequence[Metric],
    properties: Properties,
    closing: Properties | None = None,
) -> Session:
    """Give a session its id.

    Args:
        rng: Draws it.
        segments: Its parts in time order.
        metrics: Its figures.
        properties: Everything else that has no time.
        closing: What becomes known at its end.

    Returns:
        The session.
    """
    return Session(
        {"sessionId": random_id(rng), **properties}, tuple(segments), tuple(metrics), closing or {}
    )


def user_identity(rng: random.Random, purpose: str, user_id: str) -> Properties:
    """Build the properties that identify a user.

    Args:
        rng: Draws the id of the participant.
        purpose: The purpose of the participant.
        user_id: The user.

    Returns:
        Properties of a participant.
    """
    identity: Properties = {
        "participantId": random_id(rng),
        "purpose": purpose,
        "userId": user_id,
    }
    if user_id in TEAM_OF_USER:
        identity["teamId"] = TEAM_OF_USER[user_id]
    return identity


def last_end(parties: Iterable[Party]) -> int:
    """Tell when the last session of some participants ends, in milliseconds since 1970."""
    return max(session.end for party in parties for session in party.sessions)


def heard(rng: random.Random, end: int) -> Properties:
    """Say what is known of the sound when a session ends.

    Args:
        rng: Decides how good it was.
        end: The session's end, in milliseconds since 1970.

    Returns:
        Properties that become known at the end of a session.
    """
    return {"mediaEndpointStats": [media_quality(rng, end)]}


def worst_quality(session: Session) -> float:
    """Tell the lowest `minMos` of what was heard in a session; infinite where nothing was."""
    stats = session.closing.get("mediaEndpointStats")
    return min(float(one["minMos"]) for one in stats) if isinstance(stats, list) else inf
