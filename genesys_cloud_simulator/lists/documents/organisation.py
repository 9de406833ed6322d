"""Divisions, locations and presences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import DIVISIONS, HOME_DIVISION, LOCATIONS, presence_id

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


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
