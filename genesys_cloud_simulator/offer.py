"""The search APIs and lists of an organisation, and the permissions that they need."""

from __future__ import annotations

from dataclasses import dataclass

SEARCH_APIS = frozenset(
    {"interaction_search", "conversation_jobs", "conversation_query", "transcript_search"}
)


@dataclass(frozen=True)
class OfferedList:
    """A list of the platform, such as the queues.

    Its route, its operation in logs, faults and permissions: all are made of this entry.

    Attributes:
        name: The operation.
        path: Its path.
        permissions: Of these a client needs one; none where it needs none.
        narrowing: The permission without which what belongs to a division is left out.
    """

    name: str
    path: str
    permissions: tuple[str, ...] = ()
    narrowing: str | None = None


_QUEUES = "/api/v2/routing/queues"

OFFERED_LISTS: dict[str, OfferedList] = {
    one.name: one
    for one in (
        OfferedList("users", "/api/v2/users"),
        OfferedList("groups", "/api/v2/groups"),
        OfferedList("queues", _QUEUES, ("routing:queue:view",)),
        OfferedList(
            "queue_members",
            f"{_QUEUES}/{{queue_id}}/members",
            (
                "routing:queue:view",
                "routing:queue:edit",
                "routing:queue:readonly",
                "routing:queueMember:manage",
            ),
        ),
        OfferedList(
            "queue_wrapup_codes", f"{_QUEUES}/{{queue_id}}/wrapupcodes", ("routing:queue:view",)
        ),
        OfferedList("wrapup_codes", "/api/v2/routing/wrapupcodes", ("routing:wrapupCode:view",)),
        OfferedList("skills", "/api/v2/routing/skills", narrowing="routing:skill:view"),
        OfferedList("languages", "/api/v2/routing/languages"),
        OfferedList("divisions", "/api/v2/authorization/divisions"),
        OfferedList("locations", "/api/v2/locations"),
        OfferedList(
            "presence_definitions",
            "/api/v2/presence/definitions",
            narrowing="presence:presenceDefinition:view",
        ),
        OfferedList("flows", "/api/v2/flows", ("architect:flow:view",)),
        OfferedList("flow_outcomes", "/api/v2/flows/outcomes", ("architect:flowOutcome:view",)),
        OfferedList(
            "campaigns",
            "/api/v2/outbound/campaigns/all",
            (
                "outbound:campaign:view",
                "outbound:messagingCampaign:view",
                "outbound:emailCampaign:view",
                "outbound:whatsAppCampaign:view",
            ),
        ),
        OfferedList(
            "contact_lists", "/api/v2/outbound/contactlists", ("outbound:contactList:view",)
        ),
        OfferedList("management_units", "/api/v2/workforcemanagement/managementunits"),
        OfferedList("teams", "/api/v2/teams", ("groups:team:view",)),
    )
}
"""Name to list, also those that no stream of a client reads."""

_CONVERSATIONS = ("analytics:conversationDetail:view", "analytics:agentConversationDetail:view")

# For each operation the permissions of which one is needed. The interaction search has no
# documented permission, but the path of the conversation query.
NEEDED_PERMISSIONS: dict[str, tuple[str, ...]] = {
    "submit": _CONVERSATIONS,
    "poll": _CONVERSATIONS,
    "query": _CONVERSATIONS,
    "job_submit": _CONVERSATIONS,
    "job_status": _CONVERSATIONS,
    "job_results": _CONVERSATIONS,
    "job_delete": _CONVERSATIONS,
    "conversations_by_id": _CONVERSATIONS,
    "conversation_by_id": _CONVERSATIONS,
    "availability": ("analytics:conversationDetail:view",),
    "transcripts": (
        "analytics:conversationDetail:view",
        "recording:recording:view",
        "recording:recordingSegment:view",
    ),
    "conversation_aggregates": ("analytics:conversationAggregate:view",),
    "user_aggregates": ("analytics:userAggregate:view",),
    **{one.name: one.permissions for one in OFFERED_LISTS.values() if one.permissions},
}

# For each operation the permissions that are all needed.
ALL_NEEDED_PERMISSIONS: dict[str, tuple[str, ...]] = {
    "transcript_url": ("recording:recording:view", "speechAndTextAnalytics:data:view"),
}

# Without them what belongs to a division is left out of the answer; the rest is there.
NARROWING_PERMISSIONS: dict[str, str] = {
    one.name: one.narrowing for one in OFFERED_LISTS.values() if one.narrowing is not None
}

PERMISSIONS = frozenset(
    (
        *(one for needed in NEEDED_PERMISSIONS.values() for one in needed),
        *(one for needed in ALL_NEEDED_PERMISSIONS.values() for one in needed),
        *NARROWING_PERMISSIONS.values(),
    )
)
