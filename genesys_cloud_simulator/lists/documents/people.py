"""Users and what they are put into: groups, teams and management units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.documents.properties import (
    CREATED,
    MANAGER,
    MODIFIED,
    division_of,
)
from genesys_cloud_simulator.org.directory import (
    AGENTS,
    DIVISION_OF_USER,
    DIVISIONS,
    GROUPS,
    HOME_DIVISION,
    LANGUAGES,
    LOCATIONS,
    MEMBERS_OF_TEAM,
    SKILLS,
    STATE_OF_USER,
    TEAM_NAMES,
    TEAM_OF_MEMBER,
    TEAMS,
    USERS,
    address_of_user,
)
from genesys_cloud_simulator.org.ids import entities

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.org.ids import Named


_BUSINESS_UNITS = entities("business unit", "Service")

_MANAGEMENT_UNITS = entities("management unit", "Phones", "Back Office")

EXPANDABLE = ("skills", "languages", "groups", "locations", "team")
"""Properties of users that come only where they are asked for, and do not change."""


def users() -> list[Properties]:
    """List the `User`s of all states, with all that can be asked for."""
    return [
        {
            "id": user_id,
            "name": name,
            "division": division_of(DIVISION_OF_USER[user_id]),
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
                if user_id == MANAGER
                else {"manager": {"id": MANAGER, "selfUri": f"/api/v2/users/{MANAGER}"}}
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
            "owners": [{"id": MANAGER, "selfUri": f"/api/v2/users/{MANAGER}"}],
            "selfUri": f"/api/v2/groups/{group_id}",
        }
        for position, (group_id, name) in enumerate(GROUPS)
    ]


def teams() -> list[Properties]:
    """List the `Team`s."""
    return [
        {
            "id": team_id,
            "name": name,
            "division": {"id": DIVISIONS[position % len(DIVISIONS)][0]},
            "description": f"The people of {name}",
            "dateCreated": CREATED,
            "dateModified": MODIFIED,
            "memberCount": MEMBERS_OF_TEAM[team_id],
            "selfUri": f"/api/v2/teams/{team_id}",
        }
        for position, (team_id, name) in enumerate(TEAMS)
    ]


def management_units() -> list[Properties]:
    """List the `ManagementUnit`s."""
    business_unit = _BUSINESS_UNITS[0][0]
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
            "modifiedBy": {"id": MANAGER, "selfUri": f"/api/v2/users/{MANAGER}"},
            "dateModified": MODIFIED,
            "division": {
                "id": HOME_DIVISION,
                "selfUri": f"/api/v2/authorization/divisions/{HOME_DIVISION}",
            },
            "selfUri": f"/api/v2/workforcemanagement/managementunits/{unit_id}",
        }
        for unit_id, name in _MANAGEMENT_UNITS
    ]
