"""What a session says about its medium: numbers, addresses, providers, quality.

All numbers and addresses are from the ranges set apart for fiction and examples.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import EDGES
from genesys_cloud_simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    import random

    from genesys_cloud_simulator.conversations.model import Properties


SECOND = 1000

MINUTE = 60 * SECOND

HOUR = 60 * MINUTE

DAY = 24 * HOUR


SPOKEN = frozenset({"voice", "callback"})

# How many of a medium's conversations last for days; None stands for those whose medium is unset.
LONG_SHARE = {
    "voice": 0.01,
    "chat": 0.005,
    "email": 0.12,
    "message": 0.1,
    "callback": 0.08,
    None: 0.01,
}

_OWN_NUMBER = "tel:+442079460000"

_OWN_ADDRESS = "care@example.org"

_MESSAGE_TYPES = ("webmessaging", "whatsapp", "sms", "open")


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
    """Say what a session of a medium has.

    Args:
        media: The medium, None when it is unset.
        conversation_id: Decides number and address of an unknown customer.
        customer_id: Decides number and address of a known one.
        direction: `inbound` or `outbound`.

    Returns:
        Properties of a session.
    """
    number = zlib.crc32((customer_id or conversation_id).encode())
    inbound = direction == "inbound"
    if media == "voice":
        phone = f"tel:+1202555{100 + number % 100:04}"
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
            "callbackNumbers": [f"+1202555{100 + number % 100:04}"],
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
