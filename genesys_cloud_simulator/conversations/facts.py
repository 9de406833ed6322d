"""What an interaction says about the conversation behind it."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from genesys_cloud_simulator.conversations.sessions import (
    HOUR,
    SECOND,
    SPOKEN,
    campaign_properties,
    media_properties,
)
from genesys_cloud_simulator.org.conferences import LINK
from genesys_cloud_simulator.org.ids import uuid_text
from genesys_cloud_simulator.org.service import LOAD, WAIT
from genesys_cloud_simulator.timestamps import to_milliseconds

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.org.interactions import Interaction


_T = TypeVar("_T")

LONGEST_TALK = 6 * HOUR

_OTHER_ID = 0x5E55 << 64


@dataclass(frozen=True)
class Facts:
    """What an interaction says, with what is null and what is absent both None.

    Attributes:
        id: Its id, which is the conversation's.
        start: When it was, in milliseconds since 1970.
        media: Its media type.
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
        shared: What its sessions say of the media type and of the campaign, all the same.
        wait: How long the customer waits in the queue, in milliseconds.
        load: How busy the organisation is at the start, by what was expected.
        conference: Which conversation ended for this conference, or for which conference this
            one ended; None for most.
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
    wait: int = 0
    load: float = 1
    conference: Interaction | None = None

    @property
    def outbound(self) -> bool:
        """Whether the organisation began it."""
        return self.direction == "outbound"

    @property
    def meets_flow(self) -> bool:
        """Whether a flow welcomes the customer."""
        return not self.outbound and self.media in {"voice", None}

    @property
    def routed(self) -> Properties:
        """The queue, as a segment names it."""
        return {} if self.queue_id is None else {"queueId": self.queue_id}

    @property
    def source_id(self) -> str | None:
        """The conversation that ended for the conference that this one is."""
        return None if self.conference is None else _text(self.conference, "source")

    @property
    def destination(self) -> tuple[str, int] | None:
        """The conference for which this one ended, and its start in milliseconds since 1970."""
        if self.conference is None or "destination" not in self.conference:
            return None
        start = _moment(self.conference["start"])
        return str(self.conference["destination"]), start

    def happens(self, what: str, share: float) -> bool:
        """Decide whether something happens, without a draw that would change all later ones.

        Args:
            what: What may happen.
            share: In how many of all conversations, 0 to 1.

        Returns:
            Whether it happens, the same for the same conversation.
        """
        return zlib.crc32(f"{what}:{self.id}".encode()) < share * 2**32

    def draws(self, what: str) -> random.Random:
        """Give what happens draws of its own."""
        return random.Random(f"{what}:{self.id}")  # noqa: S311 - not for security


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
    if media in SPOKEN:
        shared["peerId"] = _customers_session_id(conversation_id)
    if direction == "outbound":
        shared |= campaign_properties(conversation_id, shared.get("messageType", media))
    return Facts(
        id=conversation_id,
        start=_moment(interaction["timestamp"]),
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
        wait=_number(interaction, WAIT, 0),
        load=_number(interaction, LOAD, 1.0),
        conference=_part(interaction, LINK) if LINK in interaction else None,
    )


def _customers_session_id(conversation_id: str) -> str:
    """The id of the customer's session, to which all other sessions of a call point back."""
    return uuid_text(int(conversation_id.replace("-", ""), 16) ^ _OTHER_ID)


def _part(interaction: Interaction, name: str) -> Interaction:
    part = interaction.get(name)
    return part if isinstance(part, dict) else {}


def _text(document: Interaction, name: str) -> str | None:
    value = document.get(name)
    return value if isinstance(value, str) else None


def _number(document: Interaction, name: str, otherwise: _T) -> _T:
    value = document.get(name)
    return value if isinstance(value, type(otherwise)) else otherwise


def _moment(timestamp: object) -> int:
    """Read a timestamp as interactions have it, which is quicker than to read one of any kind."""
    return to_milliseconds(datetime.fromisoformat(f"{str(timestamp)[:-1]}+00:00"))
