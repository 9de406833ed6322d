"""What an interaction says about the conversation behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.simulator.conversation_campaigns import campaign_properties
from tap_genesys_search.simulator.conversation_media import HOUR, SECOND, media_properties
from tap_genesys_search.simulator.timestamps import parse_timestamp, to_milliseconds

if TYPE_CHECKING:
    from tap_genesys_search.simulator.conversation_model import Properties
    from tap_genesys_search.simulator.interactions import Interaction

LONGEST_TALK = 6 * HOUR


@dataclass(frozen=True)
class Facts:
    """What an interaction says, with what is null and what is absent both None.

    Attributes:
        id: Its id, which is the conversation's.
        start: When it was, in milliseconds since 1970.
        media: Its medium.
        kind: Its type, such as `transfer`.
        direction: `inbound` or `outbound`.
        queue_id: The queue's id.
        queue_name: The queue's name.
        agent_id: The agent's id; None where nobody took it.
        agent_name: The agent's name.
        customer_id: The customer's id.
        customer_name: The customer's name.
        language: The language tag.
        talk: How long they talked, in milliseconds.
        wrap_up: The name of the wrap-up code.
        shared: What its sessions say of the medium and of the campaign, all the same.
    """

    id: str
    start: int
    media: str | None
    kind: str
    direction: str
    queue_id: str | None
    queue_name: str | None
    agent_id: str | None
    agent_name: str | None
    customer_id: str | None
    customer_name: str | None
    language: str
    talk: int
    wrap_up: str | None
    shared: Properties

    @property
    def outbound(self) -> bool:
        """Whether the organisation began it."""
        return self.direction == "outbound"

    @property
    def routed(self) -> Properties:
        """The queue, as a segment names it."""
        return {} if self.queue_id is None else {"queueId": self.queue_id}


def read_facts(interaction: Interaction) -> Facts:
    """Read an interaction.

    Args:
        interaction: The interaction.

    Returns:
        What it says.
    """
    queue, agent = _part(interaction, "queue"), _part(interaction, "agent")
    customer, metadata = _part(interaction, "customer"), _part(interaction, "metadata")
    conversation_id = str(interaction["id"])
    media, customer_id = _text(_part(interaction, "media"), "type"), _text(customer, "id")
    direction = str(interaction["direction"])
    shared = media_properties(media, conversation_id, customer_id, direction)
    shared["direction"] = direction
    if media is not None:
        shared["mediaType"] = media
    if direction == "outbound":
        shared |= campaign_properties(conversation_id, shared.get("messageType", media))
    return Facts(
        id=conversation_id,
        start=to_milliseconds(parse_timestamp(str(interaction["timestamp"]))),
        media=media,
        kind=_text(interaction, "type") or "conversation",
        direction=direction,
        queue_id=_text(queue, "id"),
        queue_name=_text(queue, "name"),
        agent_id=_text(agent, "id"),
        agent_name=_text(agent, "name"),
        customer_id=customer_id,
        customer_name=_text(customer, "name"),
        language=str(interaction["language"]),
        talk=min(max(int(str(interaction["durationMs"])), SECOND), LONGEST_TALK),
        wrap_up=_text(metadata, "wrapUp"),
        shared=shared,
    )


def _part(interaction: Interaction, name: str) -> Interaction:
    part = interaction.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(document: Interaction, name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None
