"""Write the schemas of streams that hold the platform's models: `python3 tasks.py schemas`.

Each becomes a file of `tap_genesys_search/schemas`, made of a model of the official Python SDK, so
that no property is forgotten. The streams that are this tap's own have schemas written by hand.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.generate.changed_files import write_changed
from scripts.generate.sdk_models import Property, read_model
from tap_genesys_search.records.conversations.tables import (
    CONVERSATIONS,
    PARTICIPANTS,
    SESSIONS,
    sources_under,
)
from tap_genesys_search.streams.lookups.lists import LOOKUPS

if TYPE_CHECKING:
    from collections.abc import Collection

    from tap_genesys_search.streams.lookups.lists import Lookup

FOLDER = Path(__file__).resolve().parents[2] / "tap_genesys_search" / "schemas"

DRAFT = "https://json-schema.org/draft/2020-12/schema"

SOURCE = "x-source"
"""Keyword that names the property a column is read from, dotted where that is nested."""

_TYPES = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}

# Without "properties": flattening would look there for the columns that take its place.
_FREE_OBJECT = {"type": ["object", "null"], "additionalProperties": True}

# With "properties", though empty: the Meltano SDK looks into those of items.
_FREE_ITEM = {"type": ["object", "null"], "properties": {}, "additionalProperties": True}

_CONVERSATION = {
    "conversation_id": {"type": "string", "description": "Id of the conversation."},
    "conversation_start": {
        "type": "string",
        "format": "date-time",
        "description": "When the conversation started, UTC; the window's start where unknown.",
    },
}
_PARTICIPANT = {
    **_CONVERSATION,
    "participant_id": {"type": "string", "description": "Id of the participant."},
}
_SESSION = {
    **_PARTICIPANT,
    "session_id": {"type": "string", "description": "Id of the session."},
    "position": {"type": "integer", "description": "Place within the session, from 0 on."},
}
_AGGREGATE = {
    "aggregate_id": {
        "type": "string",
        "description": "Id of the row, the same for the same group, interval, metric, qualifier.",
    },
    "interval_start": {
        "type": "string",
        "format": "date-time",
        "description": "Start of the interval, UTC.",
    },
    "interval_end": {
        "type": "string",
        "format": "date-time",
        "description": "End of the interval, UTC, which does not belong to it.",
    },
    "granularity": {"type": "string", "description": "Length of the interval, ISO 8601."},
    "metric": {
        "type": "string",
        "description": "Name of the metric: `n…` is a count, `t…` a duration in milliseconds, "
        "`o…` an observed value.",
    },
}


@dataclass(frozen=True)
class Table:
    """A stream that holds a model of the platform, or a part of one.

    Attributes:
        description: What one record is.
        model: The model; None where there is none.
        keys: Properties of the model that are never null.
        columns: Columns that do not come from the model, and are never null: those of what it is
            a part of. A property of the same name does not come again.
        own_columns: Further columns that do not come from the model.
        tables: Properties that are streams of their own.
    """

    description: str
    model: str | None
    keys: tuple[str, ...] = ("id",)
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    own_columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: Collection[str] = ()


def table_of(lookup: Lookup) -> Table:
    """Describe what a lookup holds: its model, and the id of what it is listed for.

    Args:
        lookup: The lookup.

    Returns:
        The stream.
    """
    parent = lookup.parent_column
    if parent is None:
        return Table(lookup.description, lookup.model)
    what = parent.removesuffix("_id").replace("_", " ")
    column = {"type": "string", "description": f"Id of the {what}."}
    return Table(lookup.description, lookup.model, columns={parent: column})


TABLES = {
    "conversations": Table(
        "A conversation.",
        "AnalyticsConversation",
        (),
        _CONVERSATION,
        tables=sources_under(CONVERSATIONS),
    ),
    "conversation_participants": Table(
        "A participant of a conversation: a person, or what stood in for one.",
        "AnalyticsParticipant",
        (),
        _PARTICIPANT,
        tables=sources_under(PARTICIPANTS),
    ),
    "conversation_sessions": Table(
        "A session of a participant: the time on one media type.",
        "AnalyticsSession",
        ("session_id",),
        _PARTICIPANT,
        tables=sources_under(SESSIONS),
    ),
    "conversation_segments": Table(
        "A segment of a session: a time in which its state was the same.",
        "AnalyticsConversationSegment",
        (),
        _SESSION,
    ),
    "conversation_metrics": Table(
        "A metric of a session: a count, a duration in milliseconds or an observed value.",
        "AnalyticsSessionMetric",
        (),
        _SESSION,
    ),
    "conversation_evaluations": Table(
        "An evaluation of a conversation.",
        "AnalyticsEvaluation",
        ("evaluation_id",),
        _CONVERSATION,
    ),
    "conversation_surveys": Table(
        "A survey about a conversation.", "AnalyticsSurvey", ("survey_id",), _CONVERSATION
    ),
    "participant_attributes": Table(
        "A value that a flow or a script has attached to a participant.",
        None,
        (),
        {**_PARTICIPANT, "name": {"type": "string", "description": "Name of the attribute."}},
        {
            "value": {
                "type": ["string", "null"],
                "description": "Value of the attribute.",
                SOURCE: "value",
            }
        },
    ),
    "conversation_aggregates": Table(
        "A metric of the conversations of one group, within one interval.",
        "StatisticalSummary",
        (),
        _AGGREGATE,
        {
            "qualifier": {
                "type": ["string", "null"],
                "description": "What the metric is about, if it has parts.",
            }
        },
    ),
    "user_status_aggregates": Table(
        "How long a user was in one status, within one interval.",
        "StatisticalSummary",
        (),
        _AGGREGATE,
        {
            "qualifier": {
                "type": ["string", "null"],
                "description": "The status: a system presence, the id of a presence definition or "
                "a routing status, by the metric.",
            },
            "user_id": {"type": ["string", "null"], "description": "Id of the user."},
        },
    ),
    **{lookup.name: table_of(lookup) for lookup in LOOKUPS.values()},
}
"""Stream to what it holds."""


def schema_of(table: Table) -> dict[str, Any]:
    """Build the schema of a stream.

    Args:
        table: What it holds.

    Returns:
        JSON Schema, each column that is read from a property with the name of it.
    """
    properties = read_model(table.model) if table.model else ()
    held = [one for one in properties if one.wire_name not in table.tables]
    columns = {**table.columns, **table.own_columns}
    for one in held:
        columns[one.name] = {
            **(columns.get(one.name) or _column(one, table)),
            SOURCE: one.wire_name,
        }
    for one in held:
        for id_name in ("id", f"{one.wire_name}Id"):
            if _holds_one(one, id_name) and f"{one.name}_id" not in columns:
                columns[f"{one.name}_id"] = {
                    "type": ["string", "null"],
                    "description": f"Id of the object in `{one.name}`.",
                    SOURCE: f"{one.wire_name}.{id_name}",
                }
    columns["extra"] = {
        **_FREE_OBJECT,
        "description": "What came and has no column, or doesn't fit the type of its own.",
    }
    return {
        "$schema": DRAFT,
        "$comment": "Written by scripts/generate/schemas.py, not by hand",
        "description": table.description,
        "type": "object",
        "properties": columns,
        "required": [*table.columns, *table.keys],
    }


def _column(one: Property, table: Table) -> dict[str, Any]:
    return {**_type(one, is_nullable=one.name not in table.keys), "description": one.description}


def _type(one: Property, *, is_nullable: bool) -> dict[str, Any]:
    if one.type.startswith("list["):
        scalar = _TYPES.get(one.type[len("list[") : -1])
        return {"type": ["array", "null"], "items": _or_null(scalar) if scalar else _FREE_ITEM}
    if one.type in _TYPES:
        return _or_null(_TYPES[one.type]) if is_nullable else dict(_TYPES[one.type])
    if one.type == "object" or one.type.startswith("dict(") or one.model:
        return dict(_FREE_OBJECT)
    raise ValueError(f"Property {one.wire_name} has type {one.type}, which no column has")


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _holds_one(one: Property, id_name: str) -> bool:
    """Tell whether a property holds one object that has an id."""
    return one.model == one.type and id_name in {held.wire_name for held in read_model(one.type)}


def schema_files() -> dict[str, str]:
    """Build all files: name to content."""
    return {
        f"{stream}.json": json.dumps(schema_of(table), indent=2, ensure_ascii=False) + "\n"
        for stream, table in TABLES.items()
    }


def main() -> int:
    """Write the files, and tell which have changed."""
    write_changed(FOLDER, schema_files())
    return 0


if __name__ == "__main__":
    sys.exit(main())
