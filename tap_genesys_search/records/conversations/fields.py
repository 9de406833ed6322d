"""The platform's model of a conversation, read as an interaction."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.fields import ABSENT, read_dotted
from tap_genesys_search.timestamps import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject


CUSTOMER_PURPOSES = ("customer", "external")


_TOP_LEVEL = {"id": "conversationId", "timestamp": "conversationStart"}


def read_conversation_field(conversation: JsonObject, field: str) -> Any:  # noqa: ANN401
    """Read a field of an interaction from a conversation.

    Args:
        conversation: Model `AnalyticsConversation` of the official SDK, or the same without
            attributes.
        field: Dotted name, as in the setting `fields`; beside those of an interaction also
            properties of the conversation itself (`originatingDirection`).

    Returns:
        The value, None where it is null, or `ABSENT`.
    """
    if field in _TOP_LEVEL:
        return conversation.get(_TOP_LEVEL[field], ABSENT)
    if field == "type":
        return "conversation"
    if field == "media.type":
        return _first(session.get("mediaType") for session in _sessions(conversation))
    if field == "customer.name":
        return _first(
            participant.get("participantName")
            for purpose in CUSTOMER_PURPOSES
            for participant in _objects(conversation.get("participants"))
            if participant.get("purpose") == purpose
        )
    if field == "metadata":
        return {
            name: value for name, value in conversation.items() if name not in _TOP_LEVEL.values()
        }
    return read_dotted(conversation, field)


def conversation_start(conversation: JsonObject) -> datetime | None:
    """Read when a conversation started, or None where that can't be read."""
    with suppress(KeyError, ValueError, OverflowError):
        return read_moment(conversation["conversationStart"])
    return None


def is_open(conversation: JsonObject) -> bool:
    """Tell whether a conversation has an id and has not ended.

    The platform leaves `conversationEnd` out until then (model `AnalyticsConversation`).
    """
    found = conversation.get("conversationId")
    return not conversation.get("conversationEnd") and isinstance(found, str) and bool(found)


def _sessions(conversation: JsonObject) -> Iterator[JsonObject]:
    for participant in _objects(conversation.get("participants")):
        yield from _objects(participant.get("sessions"))


def _objects(items: object) -> Iterator[JsonObject]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield item


def _first(values: Iterator[Any]) -> Any:  # noqa: ANN401
    return next((value for value in values if value is not None), ABSENT)
