"""The entries of the lookups: users, queues, codes and so on.

Their names and types are those of the models of the platform's official SDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import (
    AGENTS,
    BUSINESS_UNITS,
    CAMPAIGNS,
    CONTACT_LISTS,
    DELETED_FLOWS,
    DIVISION_NAMES,
    DIVISION_OF_CAMPAIGN,
    DIVISION_OF_QUEUE,
    DIVISION_OF_USER,
    DIVISIONS,
    FLOW_OUTCOMES,
    FLOWS,
    GROUPS,
    HOME_DIVISION,
    LANGUAGES,
    LOCATIONS,
    MANAGEMENT_UNITS,
    MEDIUM_OF_CAMPAIGN,
    MEMBERS_OF_QUEUE,
    MEMBERS_OF_TEAM,
    QUEUES,
    RING_OF_MEMBER,
    SKILLS,
    STATE_OF_USER,
    TEAM_NAMES,
    TEAM_OF_MEMBER,
    TEAMS,
    USERS,
    VERSION_OF_FLOW,
    WRAPPED_UP,
    WRAPUP_CODES,
    address_of_user,
    presence_id,
)

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.org.directory import Named


_CREATED = "2024-03-01T09:00:00.000Z"

MODIFIED = "2025-11-28T16:20:00.000Z"

_MANAGER = AGENTS[0][0]

# As the platform's list of presences has them: name, system presence, whether it is the
# platform's own, whether it is out of use, and the position of its division.
_PRESENCES = (
    ("Available", "Available", True, False, None),
    ("Away", "Away", True, False, None),
    ("Break", "Break", True, False, None),
    ("Busy", "Busy", True, False, None),
    ("Meal", "Meal", True, False, None),
    ("Meeting", "Meeting", True, False, None),
    ("Offline", "Offline", True, False, None),
    ("On Queue", "OnQueue", True, False, None),
    ("Training", "Training", True, False, None),
    ("Rückruf", "Busy", False, False, 1),
    ("Old Desk", "Away", False, True, None),
)


EXPANDABLE = ("skills", "languages", "groups", "locations", "team")
"""Properties of users that come only where they are asked for, and do not change."""


def users() -> list[Properties]:
    """List the `User`s of all states, with all that can be asked for."""
    return [
        {
            "id": user_id,
            "name": name,
            "division": _division(DIVISION_OF_USER[user_id]),
            "department": "Customer Service" if position < len(AGENTS) else "Administration",
            "email": address_of_user(user_id),
            "primaryContactInfo": [
                {
                    "address": address_of_user(user_id),
                    "mediaType": "EMAIL",
                    "type": "PRIMARY",
                }
            ],
            "addresses": [],
            "state": STATE_OF_USER.get(user_id, "active"),
            "username": address_of_user(user_id),
            "version": 3 + position % 5,
            "acdAutoAnswer": position % 4 == 0,
            **({} if position % 3 else {"title": "Agent"}),
            "skills": _rated(SKILLS, "skill", position),
            "languages": _rated(LANGUAGES, "language", position),
            "groups": [
                {"id": group_id, "selfUri": f"/api/v2/groups/{group_id}"}
                for group_id, _ in GROUPS[: 1 + position % 2]
            ],
            "locations": [{"id": LOCATIONS[position % 2][0]}],
            **(
                {
                    "team": {
                        "id": TEAM_OF_MEMBER[user_id],
                        "name": TEAM_NAMES[TEAM_OF_MEMBER[user_id]],
                    }
                }
                if user_id in TEAM_OF_MEMBER
                else {}
            ),
            **(
                {}
                if user_id == _MANAGER
                else {"manager": {"id": _MANAGER, "selfUri": f"/api/v2/users/{_MANAGER}"}}
            ),
            "selfUri": f"/api/v2/users/{user_id}",
        }
        for position, (user_id, name) in enumerate(USERS)
    ]


def _rated(entities: Named, kind: str, position: int) -> list[Properties]:
    """List what one user can do, `UserRoutingSkill`s or `UserRoutingLanguage`s."""
    return [
        {
            "id": entity_id,
            "name": name,
            "proficiency": float(1 + (position + place) % 5),
            "state": "active",
            f"{kind}Uri": f"/api/v2/routing/{kind}s/{entity_id}",
        }
        for place, (entity_id, name) in enumerate(entities)
        if (position + place) % 7 == 0
    ]


def groups() -> list[Properties]:
    """List the `Group`s."""
    return [
        {
            "id": group_id,
            "name": name,
            "dateModified": MODIFIED,
            "memberCount": 3 + position,
            "state": "inactive" if position == len(GROUPS) - 1 else "active",
            "version": 1 + position,
            "type": "official" if position == 0 else "social",
            "rulesVisible": True,
            "visibility": "public",
            "owners": [{"id": _MANAGER, "selfUri": f"/api/v2/users/{_MANAGER}"}],
            "selfUri": f"/api/v2/groups/{group_id}",
        }
        for position, (group_id, name) in enumerate(GROUPS)
    ]


def queues() -> list[Properties]:
    """List the `Queue`s."""
    return [
        {
            "id": queue_id,
            "name": name,
            "division": _division(DIVISION_OF_QUEUE[queue_id]),
            "dateCreated": _CREATED,
            "dateModified": MODIFIED,
            "modifiedBy": _MANAGER,
            "createdBy": _MANAGER,
            "memberCount": len(MEMBERS_OF_QUEUE[queue_id]),
            "mediaSettings": {
                "call": {
                    "alertingTimeoutSeconds": 8,
                    "serviceLevel": {"percentage": 0.8, "durationMs": 20_000},
                }
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
                if name in WRAPPED_UP
                else _division(DIVISIONS[position % len(DIVISIONS)][0])
            ),
            "dateCreated": _CREATED,
            "dateModified": MODIFIED,
            "createdBy": _MANAGER,
            **({"modifiedBy": _MANAGER} if position % 2 else {}),
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
        if code["name"] in WRAPPED_UP or position % len(QUEUES) == own
    ]


def skills() -> list[Properties]:
    """List the `RoutingSkill`s; the last one belongs to a division."""
    last = len(SKILLS) - 1
    return [
        {
            "id": skill_id,
            "name": name,
            **({"division": _division(DIVISIONS[1][0])} if position == last else {}),
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


def divisions() -> list[Properties]:
    """List the `AuthzDivision`s."""
    return [
        {
            "id": division_id,
            "name": name,
            "description": f"Division {name}",
            "homeDivision": division_id == HOME_DIVISION,
            "selfUri": f"/api/v2/authorization/divisions/{division_id}",
        }
        for division_id, name in DIVISIONS
    ]


def locations() -> list[Properties]:
    """List the `LocationDefinition`s."""
    return [
        {
            "id": location_id,
            "name": name,
            "emergencyNumber": {"e164": "+12025550100", "number": "2025550100", "type": "elin"},
            "address": {"city": "Berlin", "country": "DE", "street1": f"Beispielweg {position}"},
            "state": "deleted" if name == "Closed Branch" else "active",
            "version": 1,
            "path": [LOCATIONS[0][0]] if position else [],
            "addressVerified": position == 0,
            "selfUri": f"/api/v2/locations/{location_id}",
        }
        for position, (location_id, name) in enumerate(LOCATIONS)
    ]


def presence_definitions() -> list[Properties]:
    """List the `OrganizationPresenceDefinition`s, those out of use included."""
    return [
        {
            "id": presence_id(name),
            "name": name,
            "type": "System" if is_system else "User",
            "languageLabels": {"en_US": name},
            "systemPresence": system_presence,
            **({} if division is None else {"divisionId": DIVISIONS[division][0]}),
            "deactivated": deactivated,
            "selfUri": f"/api/v2/presence/definitions/{presence_id(name)}",
        }
        for name, system_presence, is_system, deactivated, division in _PRESENCES
    ]


def flows() -> list[Properties]:
    """List the `Flow`s, deleted ones included."""
    return [
        {
            "id": flow_id,
            "name": name,
            "division": _division(HOME_DIVISION),
            "type": "VOICESURVEY" if name == "After the call" else "INBOUNDCALL",
            "active": flow_id not in DELETED_FLOWS,
            "system": False,
            "deleted": flow_id in DELETED_FLOWS,
            "publishedVersion": {
                "id": VERSION_OF_FLOW[flow_id],
                "commitVersion": VERSION_OF_FLOW[flow_id].partition(".")[0],
                "configurationVersion": "1",
                "type": "PUBLISH",
                "secure": False,
                "selfUri": f"/api/v2/flows/{flow_id}/versions/{VERSION_OF_FLOW[flow_id]}",
            },
            "publishedBy": {"id": _MANAGER, "selfUri": f"/api/v2/users/{_MANAGER}"},
            "supportedLanguages": [{"language": "en-gb", "isDefault": True}],
            "selfUri": f"/api/v2/flows/{flow_id}",
        }
        for flow_id, name in FLOWS
    ]


def flow_outcomes() -> list[Properties]:
    """List the `FlowOutcome`s."""
    return [
        {
            "id": outcome_id,
            "name": name,
            "division": _division(HOME_DIVISION),
            **({} if position else {"description": "The caller has said who they are"}),
            "selfUri": f"/api/v2/flows/outcomes/{outcome_id}",
        }
        for position, (outcome_id, name) in enumerate(FLOW_OUTCOMES)
    ]


def campaigns() -> list[Properties]:
    """List the `CommonCampaign`s of all media."""
    return [
        {
            "id": campaign_id,
            "name": name,
            "division": _division(DIVISION_OF_CAMPAIGN[campaign_id]),
            "mediaType": MEDIUM_OF_CAMPAIGN[campaign_id],
            "selfUri": f"/api/v2/outbound/campaigns/all/{campaign_id}",
        }
        for campaign_id, name in CAMPAIGNS
    ]


def contact_lists() -> list[Properties]:
    """List the `ContactList`s."""
    return [
        {
            "id": list_id,
            "name": name,
            "dateCreated": _CREATED,
            "dateModified": MODIFIED,
            "version": 4,
            "division": _division(HOME_DIVISION),
            "columnNames": ["name", "phone", "zip"],
            "phoneColumns": [{"columnName": "phone", "type": "home"}],
            "previewModeAcceptedValues": [],
            "automaticTimeZoneMapping": False,
            "trimWhitespace": True,
            "selfUri": f"/api/v2/outbound/contactlists/{list_id}",
        }
        for list_id, name in CONTACT_LISTS
    ]


def management_units() -> list[Properties]:
    """List the `ManagementUnit`s."""
    business_unit = BUSINESS_UNITS[0][0]
    return [
        {
            "id": unit_id,
            "name": name,
            "businessUnit": {
                "id": business_unit,
                "selfUri": f"/api/v2/workforcemanagement/businessunits/{business_unit}",
            },
            "startDayOfWeek": "Monday",
            "timeZone": "Europe/Berlin",
            "version": 2,
            "modifiedBy": {"id": _MANAGER, "selfUri": f"/api/v2/users/{_MANAGER}"},
            "dateModified": MODIFIED,
            "division": {
                "id": HOME_DIVISION,
                "selfUri": f"/api/v2/authorization/divisions/{HOME_DIVISION}",
            },
            "selfUri": f"/api/v2/workforcemanagement/managementunits/{unit_id}",
        }
        for unit_id, name in MANAGEMENT_UNITS
    ]


def teams() -> list[Properties]:
    """List the `Team`s."""
    return [
        {
            "id": team_id,
            "name": name,
            "division": {"id": DIVISIONS[position % len(DIVISIONS)][0]},
            "description": f"The people of {name}",
            "dateCreated": _CREATED,
            "dateModified": MODIFIED,
            "memberCount": MEMBERS_OF_TEAM[team_id],
            "selfUri": f"/api/v2/teams/{team_id}",
        }
        for position, (team_id, name) in enumerate(TEAMS)
    ]


def _division(division_id: str) -> Properties:
    return {
        "id": division_id,
        "name": DIVISION_NAMES[division_id],
        "selfUri": f"/api/v2/authorization/divisions/{division_id}",
    }
