"""The tables that documents are split into: conversations and their parts, and transcripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.records.parts import by_id, by_name, by_position, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.records.parts import Part


@dataclass(frozen=True)
class Table:
    """A table of parts of the documents that a search finds.

    Attributes:
        name: Of the table, and of its stream.
        own_keys: Columns that tell the parts of one holder apart; those of whole documents are
            their id and when they started.
        under: The table of the holders; None for whole documents.
        source: Property of a holder that has the parts.
        find: Finds the parts in that property of all holders of a page.
    """

    name: str
    own_keys: tuple[str, ...]
    under: Table | None = None
    source: str = ""
    find: Callable[[list[Part], str], list[Part]] = whole

    @property
    def lineage(self) -> tuple[Table, ...]:
        """The table and all that it is under, whole documents first."""
        return (*(self.under.lineage if self.under else ()), self)

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell the rows apart, and when the document started."""
        return tuple(key for table in self.lineage for key in table.own_keys)

    @property
    def start(self) -> str:
        """Column that says when the document started, which follows from its id."""
        return self.keys[1]


CONVERSATIONS = Table("conversations", ("conversation_id", "conversation_start"))

PARTICIPANTS = Table(
    "conversation_participants", ("participant_id",), CONVERSATIONS, "participants", by_id
)

SESSIONS = Table("conversation_sessions", ("session_id",), PARTICIPANTS, "sessions", by_id)

SEGMENTS = Table("conversation_segments", ("position",), SESSIONS, "segments", by_position)

METRICS = Table("conversation_metrics", ("position",), SESSIONS, "metrics", by_position)

EVALUATIONS = Table(
    "conversation_evaluations", ("evaluation_id",), CONVERSATIONS, "evaluations", by_id
)

SURVEYS = Table("conversation_surveys", ("survey_id",), CONVERSATIONS, "surveys", by_id)

ATTRIBUTES = Table("participant_attributes", ("name",), PARTICIPANTS, "attributes", by_name)

TRANSCRIPTS = Table("transcripts", ("transcript_id", "start_time"))


def _by_name(*tables: Table) -> dict[str, Table]:
    return {table.name: table for table in tables}


CONVERSATION_TABLES = _by_name(
    CONVERSATIONS,
    PARTICIPANTS,
    SESSIONS,
    SEGMENTS,
    METRICS,
    EVALUATIONS,
    SURVEYS,
    ATTRIBUTES,
)
"""Name to table, in the order of the streams; each follows the one that it is under."""


TABLES = {**CONVERSATION_TABLES, **_by_name(TRANSCRIPTS)}


def sources_under(holder: Table) -> list[str]:
    """Name the properties of a table's documents that are tables of their own."""
    return [table.source for table in TABLES.values() if table.under is holder]
