"""The transcript of a conversation, for those that have one."""

from __future__ import annotations

import random
import uuid
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.timestamps import format_milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genesys_cloud_simulator.conversations.model import Conversation, Properties
    from genesys_cloud_simulator.org.interactions import Interaction


CONTENT = "transcript.content"

# Media type to the share of conversations that are transcribed.
_SHARES = {"voice": 0.85, "message": 0.5, "chat": 0.5}

_SENTENCES: Sequence[str] = (
    "I would like to cancel my contract.",
    "Thank you for calling, how may I help you?",
    "The invoice is wrong again.",
    "Ich möchte meinen Vertrag kündigen.",
    "Können Sie das bitte prüfen?",
    "Quiero hablar con un supervisor.",
    "注文をキャンセルしたいのですが。",
    "Is there anything else I can do for you?",
    "No, that was all.",
)


def generate_transcript(interaction: Interaction, seen: int) -> Properties | None:
    """Generate the transcript of an interaction's conversation.

    Args:
        interaction: The interaction.
        seen: The moment, in milliseconds since 1970.

    Returns:
        The transcript with its content; None when there is none, or none yet: a transcript is
        made when the conversation has ended.
    """
    rng = random.Random(f"transcript:{interaction['id']}")  # noqa: S311 - not for security
    share = rng.random()
    if share >= max(_SHARES.values()):
        return None
    conversation = generate_conversation(interaction)
    session = _transcribed_session(conversation)
    if session is None or share >= _SHARES.get(str(session.get("mediaType")), 0):
        return None
    if conversation.end > seen:
        return None
    return {
        "transcriptId": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "conversationId": conversation.properties["conversationId"],
        "communicationId": session["sessionId"],
        "mediaType": session["mediaType"],
        "language": str(interaction["language"]).lower(),
        "divisionId": conversation.division_ids(conversation.end)[0],
        "startTime": format_milliseconds(conversation.start),
        "endTime": format_milliseconds(conversation.end),
        "transcript": {"content": " ".join(rng.sample(_SENTENCES, 2 + rng.getrandbits(1)))},
    }


def _transcribed_session(conversation: Conversation) -> Properties | None:
    """The customer's session, if somebody talked to the customer."""
    purposes = {str(party.properties["purpose"]): party for party in conversation.parties}
    if "agent" not in purposes:
        return None
    customer = purposes.get("customer") or purposes["external"]
    return customer.sessions[0].properties
