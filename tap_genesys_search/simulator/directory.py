"""Everything in the organisation that has a name, by the ids that conversations use.

Conversations name people, teams, groups, queues, divisions, wrap-up codes, skills, languages,
flows, campaigns and contact lists; the lookups list them, and much that no conversation names.
"""

from __future__ import annotations

import uuid
from functools import lru_cache

from tap_genesys_search.simulator.interactions import WRAP_UP_CODES, named
from tap_genesys_search.simulator.people import AGENT_NAMES, LOCALES, QUEUE_NAMES, STAFF_NAMES

Named = tuple[tuple[str, str], ...]
"""Ids and names."""

# Codes of the platform itself, which are no entities and have no id.
_SYSTEM_CODE = "ININ-"


def _entities(kind: str, *names: str) -> Named:
    return tuple((str(one["id"]), str(one["name"])) for one in (named(kind, n) for n in names))


DIVISIONS = tuple(
    (str(uuid.uuid5(uuid.NAMESPACE_URL, f"division/{name}")), name)
    for name in ("Home", "Vertrieb", "サポート")
)
HOME_DIVISION = DIVISIONS[0][0]
DIVISION_NAMES = dict(DIVISIONS)

AGENTS = _entities("agent", *AGENT_NAMES)
# They work for the organisation, but not on its conversations.
STAFF = tuple(
    (str(named("staff", str(position))["id"]), name) for position, name in enumerate(STAFF_NAMES)
)
USERS = AGENTS + STAFF
# The last agents have left; their conversations have not.
STATE_OF_USER = {
    AGENTS[-1][0]: "deleted",
    AGENTS[-2][0]: "inactive",
    **{user_id: "deleted" for user_id, _ in STAFF[9::40]},
    **{user_id: "inactive" for user_id, _ in STAFF[19::40]},
}

QUEUES = _entities("queue", *QUEUE_NAMES)
DIVISION_OF_QUEUE = {
    queue_id: DIVISIONS[position % len(DIVISIONS)][0]
    for position, (queue_id, _) in enumerate(QUEUES)
}
# Every queue has some agents; the first one more than a page holds.
MEMBERS_OF_QUEUE = {
    queue_id: (
        USERS[: 10 * len(QUEUES)] if position == 0 else AGENTS[position % 3 :: 2 + position % 3]
    )
    for position, (queue_id, _) in enumerate(QUEUES)
}

WRAPPED_UP = tuple(name for name in WRAP_UP_CODES if not name.startswith(_SYSTEM_CODE))
WRAPUP_CODES = _entities("wrapup", *WRAPPED_UP, *(f"Reason {one:03}" for one in range(1, 121)))
SKILLS = _entities(
    "skill", *(locale.language for locale in LOCALES), "Billing", "Retention", "Écriture"
)
LANGUAGES = _entities("language", *(locale.language for locale in LOCALES), "Esperanto")
LANGUAGE_IDS = {name: language_id for language_id, name in LANGUAGES}
FLOWS = _entities("flow", "Main Menu", "Évening Menu", "After the call", "Old Menu", "夜間")
DELETED_FLOWS = frozenset(flow_id for flow_id, name in FLOWS if name == "Old Menu")
TEAMS = _entities("team", *(f"Team {one:03}" for one in range(1, 106)))
TEAM_NAMES = dict(TEAMS)
TEAM_OF_AGENT = {
    agent_id: TEAMS[position % 7][0] for position, (agent_id, _) in enumerate(AGENTS[:-1])
}
GROUPS = _entities("group", "Everyone", "Ersthelfer", "Fußball", "当番")
LOCATIONS = _entities("location", "Headquarters", "Werk Süd", "Closed Branch")
CAMPAIGNS = _entities("campaign", "Winback", "Umfrage", "Renewals", "Erinnerung")
CONTACT_LISTS = _entities("contact list", "Customers", "Former Customers")
CONTACT_LIST_OF_CAMPAIGN = {
    campaign_id: CONTACT_LISTS[position % len(CONTACT_LISTS)][0]
    for position, (campaign_id, _) in enumerate(CAMPAIGNS)
}
MEDIA_OF_CAMPAIGN = {
    campaign_id: media
    for (campaign_id, _), media in zip(
        CAMPAIGNS, ("voice", "email", "sms", "whatsapp"), strict=True
    )
}
# Text messages of all kinds are one medium in conversations.
CAMPAIGN_FOR_MEDIA = {
    media: tuple(one for one, of in MEDIA_OF_CAMPAIGN.items() if of in kinds)
    for media, kinds in (
        ("voice", {"voice"}),
        ("email", {"email"}),
        ("message", {"sms", "whatsapp"}),
    )
}
BUSINESS_UNITS = _entities("business unit", "Service")
MANAGEMENT_UNITS = _entities("management unit", "Phones", "Back Office")


@lru_cache(maxsize=256)
def wrap_up_code_id(name: str) -> str:
    """Find the id of a wrap-up code.

    Args:
        name: The code's name.

    Returns:
        The id; a code of the platform itself is its own.
    """
    return name if name.startswith(_SYSTEM_CODE) else str(named("wrapup", name)["id"])


@lru_cache(maxsize=256)
def presence_id(name: str) -> str:
    """Find the id of a presence.

    Args:
        name: Its name in English.

    Returns:
        The id.
    """
    return str(named("presence", name)["id"])
