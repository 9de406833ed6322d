"""Splitting conversations into the rows of tables, a page at a time.

Each level of a conversation is walked through once, whichever tables are wanted, and no deeper than
the deepest of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.conversation_fields import conversation_start
from tap_genesys_search.records.interactions import as_text
from tap_genesys_search.records.row_reader import RowReader

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.row_reader import Misplaced, Part
    from tap_genesys_search.records.rows import Row


_CONVERSATION = ("conversation_id", "conversation_start")

_PARTICIPANT = (*_CONVERSATION, "participant_id")

_SESSION = (*_PARTICIPANT, "session_id")


KEYS: dict[str, tuple[str, ...]] = {
    "conversations": _CONVERSATION,
    "conversation_participants": _PARTICIPANT,
    "conversation_sessions": _SESSION,
    "conversation_segments": (*_SESSION, "position"),
    "conversation_metrics": (*_SESSION, "position"),
    "conversation_evaluations": (*_CONVERSATION, "evaluation_id"),
    "conversation_surveys": (*_CONVERSATION, "survey_id"),
    "participant_attributes": (*_PARTICIPANT, "name"),
}
"""Table to the columns that tell its rows apart; a conversation's start follows from its id."""


_TABLES = {
    "conversations": ("participants", "evaluations", "surveys"),
    "conversation_participants": ("sessions", "attributes"),
    "conversation_sessions": ("segments", "metrics"),
}
"""Table to the properties that are tables of their own."""


_BELOW_PARTICIPANTS = {
    "conversation_participants",
    "conversation_sessions",
    "conversation_segments",
    "conversation_metrics",
    "participant_attributes",
}

_BELOW_SESSIONS = {"conversation_sessions", "conversation_segments", "conversation_metrics"}


class ConversationSplitter:
    """Splits conversations into rows.

    Args:
        columns: The tables wanted, and of each the columns that are.
    """

    def __init__(self, columns: Mapping[str, Collection[str]]) -> None:
        self._readers = {
            table: RowReader(table, KEYS[table], wanted, _TABLES.get(table, ()))
            for table, wanted in columns.items()
        }

    def split(
        self, conversations: Sequence[JsonObject], ids: Sequence[str], starts: Sequence[str]
    ) -> dict[str, list[Row]]:
        """Split the conversations of a page.

        Args:
            conversations: Models `AnalyticsConversation` of the official SDK, or the same without
                attributes.
            ids: Their ids, as interactions have them.
            starts: When they started, as interactions have it.

        Returns:
            Table to its rows.
        """
        misplaced: Misplaced = {}
        parts = _walk(conversations, ids, starts, self._readers, misplaced)
        return {
            table: reader.read(parts[table], misplaced) for table, reader in self._readers.items()
        }

    def kept_in_extra(self) -> dict[str, list[str]]:
        """Tell which properties had no column or did not fit it: table to their names."""
        return {table: [*reader.kept] for table, reader in self._readers.items() if reader.kept}


def _walk(
    conversations: Sequence[JsonObject],
    ids: Sequence[str],
    starts: Sequence[str],
    tables: Collection[str],
    misplaced: Misplaced,
) -> dict[str, list[Part]]:
    """Find the parts of conversations that the rows of some tables are made of."""
    whole: list[Part] = list(zip(zip(ids, starts, strict=True), conversations, strict=True))
    parts = {"conversations": whole}
    for (_, start), conversation in whole:
        came = conversation.get("conversationStart")
        if came != start and came is not None and conversation_start(conversation) is None:
            misplaced[id(conversation)] = {"conversationStart": came}
    if "conversation_evaluations" in tables:
        parts["conversation_evaluations"] = _identified(whole, "evaluation", misplaced)
    if "conversation_surveys" in tables:
        parts["conversation_surveys"] = _identified(whole, "survey", misplaced)
    if _BELOW_PARTICIPANTS.isdisjoint(tables):
        return parts
    participants = parts["conversation_participants"] = _identified(whole, "participant", misplaced)
    if "participant_attributes" in tables:
        parts["participant_attributes"] = _attributes(participants, misplaced)
    if _BELOW_SESSIONS.isdisjoint(tables):
        return parts
    sessions = parts["conversation_sessions"] = _identified(participants, "session", misplaced)
    if "conversation_segments" in tables:
        parts["conversation_segments"] = _numbered(sessions, "segments", misplaced)
    if "conversation_metrics" in tables:
        parts["conversation_metrics"] = _numbered(sessions, "metrics", misplaced)
    return parts


def _identified(holders: list[Part], kind: str, misplaced: Misplaced) -> list[Part]:
    """Find parts that have an id; where one has none, its place stands in for it.

    Two parts of one whole with the same id would be one row to a target that upserts: the later one
    gets its place behind the id, and keeps the id itself among what has no column.
    """
    found: list[Part] = []
    name, id_name = f"{kind}s", f"{kind}Id"
    for keys, holder in holders:
        taken: set[str] = set()
        for place, part in enumerate(_listed(holder, name, misplaced)):
            if type(part) is dict:
                part_id = part.get(id_name)
                if type(part_id) is not str or not part_id:
                    part_id = as_text(part_id) or f"{kind}-{place}"
                if part_id in taken:
                    misplaced.setdefault(id(part), {})[id_name] = part_id
                while part_id in taken:
                    part_id = f"{part_id}-{place}"
                taken.add(part_id)
                found.append(((*keys, part_id), part))
            else:
                _misplace_item(holder, name, part, misplaced)
    return found


def _numbered(holders: list[Part], name: str, misplaced: Misplaced) -> list[Part]:
    """Find parts that have no id, but a place."""
    found: list[Part] = []
    for keys, holder in holders:
        for place, part in enumerate(_listed(holder, name, misplaced)):
            if type(part) is dict:
                found.append(((*keys, place), part))
            else:
                _misplace_item(holder, name, part, misplaced)
    return found


def _attributes(participants: list[Part], misplaced: Misplaced) -> list[Part]:
    found: list[Part] = []
    for keys, participant in participants:
        attributes = participant.get("attributes")
        if type(attributes) is dict:
            found += [((*keys, name), {"value": value}) for name, value in attributes.items()]
        elif attributes is not None:
            misplaced.setdefault(id(participant), {})["attributes"] = attributes
    return found


def _listed(holder: JsonObject, name: str, misplaced: Misplaced) -> Sequence[Any]:
    items = holder.get(name)
    if type(items) is list:
        return items
    if items is not None:
        misplaced.setdefault(id(holder), {})[name] = items
    return ()


def _misplace_item(holder: JsonObject, name: str, item: object, misplaced: Misplaced) -> None:
    if item is not None:
        misplaced.setdefault(id(holder), {}).setdefault(name, []).append(item)
