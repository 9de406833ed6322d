"""Which column of a stream holds the key of another: the one list of relations.

The data model's page and the tests of the dbt package are made of this list, by
`scripts/generate/relations.py`. A new column of ids belongs here, or among those that lead nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from tap_genesys_search.streams.lookups.lists import LOOKUPS


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
    "active_skill_ids": "skills",
    "assignee_id": "users",
    "assigner_id": "users",
    "contact_user_id": "users",
    "division_id": "divisions",
    "division_ids": "divisions",
    "email_in_queue_flow_id": "flows",
    "evaluator_id": "users",
    "flow_id": "flows",
    "group_id": "groups",
    "locked_user_id": "users",
    "manager_id": "users",
    "message_in_queue_flow_id": "flows",
    "modified_by_id": "users",
    "outbound_campaign_id": "campaigns",
    "outbound_contact_list_id": "contact_lists",
    "published_by_id": "users",
    "queue_flow_id": "flows",
    "queue_id": "queues",
    "removed_skill_ids": "skills",
    "requested_language_id": "languages",
    "requested_routing_skill_ids": "skills",
    "requested_routing_user_ids": "users",
    "screen_monitored_user_id": "users",
    "selected_agent_id": "users",
    "team_id": "teams",
    "user_id": "users",
    "wrap_up_code": "wrapup_codes",
}

_COLUMNS = {
    "campaigns": ("division_id",),
    "contact_lists": ("division_id",),
    "conversation_aggregates": ("queue_id", "user_id"),
    "conversation_evaluations": ("assignee_id", "evaluator_id", "queue_id", "user_id"),
    "conversation_participants": ("team_id", "user_id"),
    "conversation_segments": (
        "group_id",
        "queue_id",
        "requested_language_id",
        "requested_routing_skill_ids",
        "requested_routing_user_ids",
        "wrap_up_code",
    ),
    "conversation_sessions": (
        "active_skill_ids",
        "assigner_id",
        "flow_id",
        "outbound_campaign_id",
        "outbound_contact_list_id",
        "removed_skill_ids",
        "screen_monitored_user_id",
        "selected_agent_id",
    ),
    "conversation_surveys": ("queue_id", "user_id"),
    "conversations": ("division_ids",),
    "flow_outcomes": ("division_id",),
    "flows": ("division_id", "locked_user_id", "published_by_id"),
    "locations": ("contact_user_id",),
    "management_units": ("division_id", "modified_by_id"),
    "presence_definitions": ("division_id",),
    "queue_members": ("queue_id", "user_id"),
    "queues": (
        "division_id",
        "email_in_queue_flow_id",
        "message_in_queue_flow_id",
        "queue_flow_id",
    ),
    "skills": ("division_id",),
    "teams": ("division_id",),
    "transcripts": ("division_id",),
    "user_status_aggregates": ("user_id",),
    "users": ("division_id", "manager_id", "team_id"),
    "wrapup_codes": ("division_id",),
}


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
    *(
        Relation(child, (column,), _LOOKUP_OF_COLUMN[column])
        for child, columns in _COLUMNS.items()
        for column in columns
    ),
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
