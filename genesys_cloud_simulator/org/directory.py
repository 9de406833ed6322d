"""Everything in the organisation that has a name, by the ids that conversations use.

Conversations name people, queues, divisions, wrap-up codes, skills, languages, flows, their
outcomes, groups, teams, campaigns and contact lists; the lookups list them, and much that no
conversation names. What nothing else names has its ids beside its documents.
"""

from __future__ import annotations

import uuid
from collections import Counter
from functools import lru_cache

from genesys_cloud_simulator.org.ids import entities, named
from genesys_cloud_simulator.org.people import AGENT_NAMES, LOCALES, STAFF_NAMES
from genesys_cloud_simulator.org.queues import SHARES, STAFFED_QUEUES, WRAP_UP_CODES

# Codes of the platform itself, which are no entities and have no id.
_SYSTEM_CODE = "ININ-"


DIVISIONS = tuple(
    (str(uuid.uuid5(uuid.NAMESPACE_URL, f"division/{name}")), name)
    for name in ("Home", "Vertrieb", "サポート")
)

HOME_DIVISION = DIVISIONS[0][0]

DIVISION_NAMES = dict(DIVISIONS)


AGENTS = entities("agent", *AGENT_NAMES)

# They work for the organisation, but not with its customers.
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

_NOT_DELETED = tuple(user for user in USERS if STATE_OF_USER.get(user[0]) != "deleted")

SUPERVISORS = STAFF[8:20]
"""They assign, monitor and evaluate what agents do; some have left."""

DIVISION_OF_USER = {
    user_id: DIVISIONS[position % len(DIVISIONS)][0] for position, (user_id, _) in enumerate(USERS)
}


QUEUES = tuple((str(queue["id"]), str(queue["name"])) for queue, _ in STAFFED_QUEUES)

PLACE_OF_QUEUE = {queue_id: place for place, (queue_id, _) in enumerate(QUEUES)}

SHARE_OF_QUEUE = {queue_id: share for (queue_id, _), share in zip(QUEUES, SHARES, strict=True)}
"""Queue to its share of all contacts."""

DIVISION_OF_QUEUE = {
    queue_id: DIVISIONS[position % len(DIVISIONS)][0]
    for position, (queue_id, _) in enumerate(QUEUES)
}

AGENTS_OF_QUEUE = {
    str(queue["id"]): tuple((str(agent["id"]), str(agent["name"])) for agent in agents)
    for queue, agents in STAFFED_QUEUES
}
"""Queue to those who take what it offers, or did so until they left."""

# Nobody who is deleted is a member; the first queue has more members than a page holds.
MEMBERS_OF_QUEUE = {
    queue_id: (
        _NOT_DELETED[: 10 * len(QUEUES)]
        if queue_id == QUEUES[0][0]
        else tuple(agent for agent in agents if agent in _NOT_DELETED)
    )
    for queue_id, agents in AGENTS_OF_QUEUE.items()
}


RINGS = 6
"""Rings of a queue with bullseye routing."""

RING_OF_MEMBER = {
    (queue_id, user_id): 1 + position % RINGS
    for queue_id, members in MEMBERS_OF_QUEUE.items()
    for position, (user_id, _) in enumerate(members)
}
"""Queue and member to the ring in which the member is asked."""

SCRIPT_OF_QUEUE = {queue_id: str(named("script", name)["id"]) for queue_id, name in QUEUES}

EDGES = tuple(edge_id for edge_id, _ in entities("edge", "Edge 1", "Edge 2", "Edge 3"))


WRAPUP_CODES = entities("wrapup", *WRAP_UP_CODES, *(f"Reason {one:03}" for one in range(1, 121)))

SKILLS = entities(
    "skill", *(locale.language for locale in LOCALES), "Billing", "Retention", "Écriture"
)

LANGUAGES = entities("language", *(locale.language for locale in LOCALES), "Esperanto")

FLOWS = entities("flow", "Main Menu", "Évening Menu", "After the call", "Old Menu", "夜間")

DELETED_FLOWS = frozenset(flow_id for flow_id, name in FLOWS if name == "Old Menu")

VERSION_OF_FLOW = {flow_id: f"{12 - position}.0" for position, (flow_id, _) in enumerate(FLOWS)}

FLOW_OUTCOMES = entities("flow outcome", "Caller Identified", "Rechnung erklärt", "予約")

TEAMS = entities("team", *(f"Team {one:03}" for one in range(1, 106)))

TEAM_NAMES = dict(TEAMS)

# Nobody is in two teams, some are in none. Agents work in teams of four.
TEAM_OF_USER = {
    user_id: TEAMS[position // 4 if position < len(AGENTS) else position % len(TEAMS)][0]
    for position, (user_id, _) in enumerate(USERS)
    if position % 9
}

TEAM_OF_MEMBER = {
    user_id: TEAM_OF_USER[user_id] for user_id, _ in _NOT_DELETED if user_id in TEAM_OF_USER
}
"""Who is in which team, without those who have left."""

MEMBERS_OF_TEAM = Counter(TEAM_OF_MEMBER.values())
"""Team to the number of its members."""

GROUPS = entities("group", "Everyone", "Ersthelfer", "Fußball", "当番")

SKILL_GROUPS = entities("skill group", "Billing", "Retention")
"""They are in no list that is simulated."""

LOCATIONS = entities("location", "Headquarters", "Werk Süd", "Closed Branch")

CAMPAIGNS = entities("campaign", "Winback", "Umfrage", "Renewals", "Erinnerung")

MEDIUM_OF_CAMPAIGN = dict(
    zip((one for one, _ in CAMPAIGNS), ("voice", "email", "sms", "whatsapp"), strict=True)
)

DIVISION_OF_CAMPAIGN = {
    campaign_id: DIVISIONS[position % len(DIVISIONS)][0]
    for position, (campaign_id, _) in enumerate(CAMPAIGNS)
}

CONTACT_LISTS = entities("contact list", "Customers", "Former Customers")

# Those who are to be won back are customers no more.
CONTACT_LIST_OF_CAMPAIGN = {
    campaign_id: CONTACT_LISTS[name == "Winback"][0] for campaign_id, name in CAMPAIGNS
}


def address_of_user(user_id: str) -> str:
    """Write the email address of a user."""
    return f"user-{user_id[:8]}@example.org"


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
