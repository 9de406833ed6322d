"""Queues, their members and wrap-up codes, skills and languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.documents.properties import (
    CREATED,
    MANAGER,
    MODIFIED,
    division_of,
)
from genesys_cloud_simulator.org.directory import (
    DIVISION_OF_QUEUE,
    DIVISIONS,
    FLOWS,
    LANGUAGES,
    MEMBERS_OF_QUEUE,
    QUEUES,
    RING_OF_MEMBER,
    SKILLS,
    WRAPUP_CODES,
)
from genesys_cloud_simulator.org.queues import WRAP_UP_CODES
from genesys_cloud_simulator.workforce.service_levels import TARGETS

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


def queues() -> list[Properties]:
    """List the `Queue`s."""
    return [
        {
            "id": queue_id,
            "name": name,
            "division": division_of(DIVISION_OF_QUEUE[queue_id]),
            "dateCreated": CREATED,
            "dateModified": MODIFIED,
            "modifiedBy": MANAGER,
            "createdBy": MANAGER,
            "memberCount": len(MEMBERS_OF_QUEUE[queue_id]),
            "mediaSettings": {
                medium: {
                    "alertingTimeoutSeconds": 8,
                    "serviceLevel": {"percentage": target.share, "durationMs": target.within},
                }
                for medium, target in TARGETS.items()
            },
            "acwSettings": {"wrapupPrompt": "MANDATORY_TIMEOUT", "timeoutMs": 120_000},
            "skillEvaluationMethod": "ALL",
            "queueFlow": {"id": FLOWS[0][0], "selfUri": f"/api/v2/flows/{FLOWS[0][0]}"},
            "enableTranscription": position % 2 == 0,
            "selfUri": f"/api/v2/routing/queues/{queue_id}",
        }
        for position, (queue_id, name) in enumerate(QUEUES)
    ]


def queue_members(queue_id: str) -> list[Properties] | None:
    """List the `QueueMember`s of a queue, without their routing status.

    Args:
        queue_id: The queue.

    Returns:
        The members; None where there is no such queue.
    """
    if queue_id not in MEMBERS_OF_QUEUE:
        return None
    return [
        {
            "id": user_id,
            "name": name,
            "user": {"id": user_id, "name": name, "selfUri": f"/api/v2/users/{user_id}"},
            "ringNumber": RING_OF_MEMBER[queue_id, user_id],
            "joined": position % 7 != 0,
            "memberBy": "user",
            "selfUri": f"/api/v2/routing/queues/{queue_id}/members/{user_id}",
        }
        for position, (user_id, name) in enumerate(MEMBERS_OF_QUEUE[queue_id])
    ]


def wrapup_codes() -> list[Properties]:
    """List the `WrapupCode`s."""
    return [
        {
            "id": code_id,
            "name": name,
            "division": (
                {"id": "*", "name": "*"}
                if name in WRAP_UP_CODES
                else division_of(DIVISIONS[position % len(DIVISIONS)][0])
            ),
            "dateCreated": CREATED,
            "dateModified": MODIFIED,
            "createdBy": MANAGER,
            **({"modifiedBy": MANAGER} if position % 2 else {}),
            "selfUri": f"/api/v2/routing/wrapupcodes/{code_id}",
        }
        for position, (code_id, name) in enumerate(WRAPUP_CODES)
    ]


def queue_wrapup_codes(queue_id: str) -> list[Properties] | None:
    """List the `WrapupCode`s of a queue: those of all queues, and some of its own.

    Args:
        queue_id: The queue.

    Returns:
        The codes; None where there is no such queue.
    """
    queue_ids = [one for one, _ in QUEUES]
    if queue_id not in queue_ids:
        return None
    own = queue_ids.index(queue_id)
    return [
        code
        for position, code in enumerate(wrapup_codes())
        if code["name"] in WRAP_UP_CODES or position % len(QUEUES) == own
    ]


def skills() -> list[Properties]:
    """List the `RoutingSkill`s; the last one belongs to a division."""
    last = len(SKILLS) - 1
    return [
        {
            "id": skill_id,
            "name": name,
            **({"division": division_of(DIVISIONS[1][0])} if position == last else {}),
            "dateModified": MODIFIED,
            "state": "inactive" if position == last - 1 else "active",
            "version": str(1 + position),
            "selfUri": f"/api/v2/routing/skills/{skill_id}",
        }
        for position, (skill_id, name) in enumerate(SKILLS)
    ]


def languages() -> list[Properties]:
    """List the `Language`s."""
    return [
        {
            "id": language_id,
            "name": name,
            "dateModified": MODIFIED,
            "state": "deleted" if name == "Esperanto" else "active",
            "version": "2",
            "selfUri": f"/api/v2/routing/languages/{language_id}",
        }
        for language_id, name in LANGUAGES
    ]
