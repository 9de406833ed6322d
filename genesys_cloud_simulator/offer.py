"""What an organisation may have, and its client may do."""

from __future__ import annotations

SEARCH_APIS = frozenset(
    {"interaction_search", "conversation_jobs", "conversation_query", "transcript_search"}
)


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
    "queues": ("routing:queue:view",),
    "queue_members": (
        "routing:queue:view",
        "routing:queue:edit",
        "routing:queue:readonly",
        "routing:queueMember:manage",
    ),
    "queue_wrapup_codes": ("routing:queue:view",),
    "wrapup_codes": ("routing:wrapupCode:view",),
    "flows": ("architect:flow:view",),
    "campaigns": (
        "outbound:campaign:view",
        "outbound:messagingCampaign:view",
        "outbound:emailCampaign:view",
        "outbound:whatsAppCampaign:view",
    ),
    "contact_lists": ("outbound:contactList:view",),
    "teams": ("groups:team:view",),
}

# For each operation the permissions that are all needed.
ALL_NEEDED_PERMISSIONS: dict[str, tuple[str, ...]] = {
    "transcript_url": ("recording:recording:view", "speechAndTextAnalytics:data:view"),
}

# Without them what belongs to a division is left out of the answer; the rest is there.
NARROWING_PERMISSIONS: dict[str, str] = {
    "skills": "routing:skill:view",
    "presence_definitions": "presence:presenceDefinition:view",
}

PERMISSIONS = frozenset(
    (
        *(one for needed in NEEDED_PERMISSIONS.values() for one in needed),
        *(one for needed in ALL_NEEDED_PERMISSIONS.values() for one in needed),
        *NARROWING_PERMISSIONS.values(),
    )
)
