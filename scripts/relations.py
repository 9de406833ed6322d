"""Which column of a stream holds the key of another: the one list of relations.

The data model's page and the tests of the dbt package are made of this list, by
`scripts/generate/relations.py`. A column that is named after a lookup leads there. Another new
column of ids belongs here, or among those that lead nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tap_genesys_search import schemas
from tap_genesys_search.schemas import read_schema
from tap_genesys_search.streams.lookups.lists import LOOKUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMAS = Path(schemas.__file__).parent


@dataclass(frozen=True)
class Relation:
    """A relation between two streams.

    Attributes:
        child: The stream that has the columns.
        columns: The columns, one for each of the parent's key and in its order.
        parent: The stream whose key they hold.
    """

    child: str
    columns: tuple[str, ...]
    parent: str


LOOKUP_STREAMS = frozenset(LOOKUPS)
"""Streams that may have lost an entry whose id is still in the others."""

ORPHANS = {
    "division_id": "= '*'",
    "wrap_up_code": "like 'ININ-%'",
}
"""Column to what it may hold, in SQL, that its lookup does not list: all divisions, and the codes
that the platform sets itself."""

_LOOKUP_OF_COLUMN = {
    "assignee_id": "users",
    "assigner_id": "users",
    "evaluator_id": "users",
    "manager_id": "users",
    "modified_by_id": "users",
    "published_by_id": "users",
    "selected_agent_id": "users",
    "wrap_up_code": "wrapup_codes",
}
"""Columns that hold ids of a lookup and are not named after it."""


_OF_SETTINGS = {"conversation_aggregates": ("queue_id", "user_id")}
"""Columns that a schema has not, and the default settings give to its stream."""


def lookup_of(column: str) -> str | None:
    """Find the lookup whose ids a column holds.

    Most columns are named after their lookup, with or without a word before it: `queue_id`,
    `outbound_campaign_id`, `requested_routing_skill_ids`.

    Args:
        column: Name of the column.

    Returns:
        Name of the lookup; None where the column's name leads to none.
    """
    if column in _LOOKUP_OF_COLUMN:
        return _LOOKUP_OF_COLUMN[column]
    named_after = (
        name for name in LOOKUPS if re.fullmatch(rf"(?:\w+_)?{name.removesuffix('s')}_ids?", column)
    )
    return max(named_after, key=len, default=None)


def _to_lookups() -> Iterator[Relation]:
    for child in sorted(path.stem for path in _SCHEMAS.glob("*.json")):
        columns = (*read_schema(child)["properties"], *_OF_SETTINGS.get(child, ()))
        for column in sorted(columns):
            parent = lookup_of(column)
            if parent is not None:
                yield Relation(child, (column,), parent)


_PARTICIPANT = ("conversation_id", "participant_id")

_SESSION = (*_PARTICIPANT, "session_id")

RELATIONS: tuple[Relation, ...] = (
    Relation("conversation_participants", ("conversation_id",), "conversations"),
    Relation("conversation_evaluations", ("conversation_id",), "conversations"),
    Relation("conversation_surveys", ("conversation_id",), "conversations"),
    Relation("conversation_sessions", _PARTICIPANT, "conversation_participants"),
    Relation("participant_attributes", _PARTICIPANT, "conversation_participants"),
    Relation("conversation_segments", _SESSION, "conversation_sessions"),
    Relation("conversation_metrics", _SESSION, "conversation_sessions"),
    *(
        Relation("conversation_sessions", ("conversation_id", column), "conversation_participants")
        for column in (
            "barged_participant_id",
            "coached_participant_id",
            "monitored_participant_id",
        )
    ),
    *_to_lookups(),
    Relation("transcripts", ("conversation_id",), "conversations"),
)
"""All relations."""

_ELSEWHERE = "the platform has it, and no stream lists it"

_PERHAPS_NOT_LOADED = "a conversation that may lie outside what was loaded"

UNRELATED = {
    "agent_assistant_id": _ELSEWHERE,
    "associated_conversation_id": _PERHAPS_NOT_LOADED,
    "attempt_limits_id": _ELSEWHERE,
    "business_unit_id": _ELSEWHERE,
    "calibration_id": _ELSEWHERE,
    "checked_in_version_id": _ELSEWHERE,
    "cobrowse_room_id": _ELSEWHERE,
    "communication_id": "a session, but without its participant, which is in the key of sessions",
    "consultation_conversation_ids": _PERHAPS_NOT_LOADED,
    "context_id": _ELSEWHERE,
    "current_operation_id": _ELSEWHERE,
    "debug_version_id": _ELSEWHERE,
    "destination_conversation_id": _PERHAPS_NOT_LOADED,
    "destination_session_id": _PERHAPS_NOT_LOADED,
    "edge_id": _ELSEWHERE,
    "external_contact_id": _ELSEWHERE,
    "external_organization_id": _ELSEWHERE,
    "form_id": _ELSEWHERE,
    "geolocation_id": _ELSEWHERE,
    "integration_presence_id": _ELSEWHERE,
    "journey_action_id": _ELSEWHERE,
    "journey_action_map_id": _ELSEWHERE,
    "journey_customer_id": _ELSEWHERE,
    "journey_customer_session_id": _ELSEWHERE,
    "knowledge_base_ids": _ELSEWHERE,
    "locked_client_id": _ELSEWHERE,
    "media_bridge_id": _ELSEWHERE,
    "on_hold_prompt_id": _ELSEWHERE,
    "out_of_office_id": _ELSEWHERE,
    "outbound_contact_id": _ELSEWHERE,
    "peer_id": "a session of another system, or an external queue",
    "presence_id": "of the moment of reading, not of a definition",
    "protocol_call_id": _ELSEWHERE,
    "published_version_id": _ELSEWHERE,
    "query_ids": _ELSEWHERE,
    "room_id": _ELSEWHERE,
    "saved_version_id": _ELSEWHERE,
    "screen_share_room_id": _ELSEWHERE,
    "script_id": _ELSEWHERE,
    "search_id": "a search that is made again has a row for each time in search_audits",
    "skill_expression_id": _ELSEWHERE,
    "source_conversation_id": _PERHAPS_NOT_LOADED,
    "source_session_id": _PERHAPS_NOT_LOADED,
    "survey_form_context_id": _ELSEWHERE,
    "survey_form_id": _ELSEWHERE,
    "video_room_id": _ELSEWHERE,
    "whisper_prompt_id": _ELSEWHERE,
    "work_plan_bid_ranks_id": _ELSEWHERE,
    "worktype_id": _ELSEWHERE,
}
"""Columns of ids that lead to no stream, and why."""
