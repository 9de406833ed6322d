"""The properties of a user that come only if `expand` asks for them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.sessions import DAY
from genesys_cloud_simulator.lists.documents import people, routing
from genesys_cloud_simulator.org.directory import presence_id
from genesys_cloud_simulator.timestamps import format_milliseconds, to_milliseconds
from genesys_cloud_simulator.views.user_status import (
    OFFLINE,
    SYSTEM_PRESENCES,
    Presence,
    presences,
    routing_spans,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from genesys_cloud_simulator.conversations.model import Properties


EXPANDABLE = (
    "routingStatus", "presence", "integrationPresence", "conversationSummary", "outOfOffice",
    "geolocation", "station", "authorization", "lasttokenissued", "authorization.unusedRoles",
    "team", "workPlanBidRanks", "externalContactsSettings", "groups", "customAttributes",
    "profileSkills", "certifications", "locations", "skills", "languages", "languagePreference",
    "employerInfo", "biography", "dateLastLogin", "dateWelcomeSent",
)  # fmt: skip
"""The values of `expand` in the documentation of the platform's SDKs.

"Expand parameters are resolved with a best effort approach and not guaranteed to be returned":
what the simulator does not have is left out.
"""


_OF_MEMBER = ("id", "name", "selfUri")


def expanded_user(user: Properties, wanted: Collection[str], moment: datetime) -> Properties:
    """Add the properties of a user that are asked for, and leave out the others.

    Args:
        user: The user, with what does not change.
        wanted: The names of what is asked for.
        moment: The moment it is.

    Returns:
        The user.
    """
    kept = {
        name: value
        for name, value in user.items()
        if name not in people.EXPANDABLE or name in wanted
    }
    return {**kept, **_of_the_moment(user, wanted, moment)}


def members_at(queue_id: str, moment: datetime) -> list[Properties] | None:
    """List the members of a queue, with what they do at a moment.

    Args:
        queue_id: The queue.
        moment: The moment.

    Returns:
        The members, whose users have their presence; None where there is no such queue.
    """
    members = routing.queue_members(queue_id)
    if members is None:
        return None
    return [_member_at(one, moment) for one in members]


def expanded_member(member: Properties, wanted: Collection[str], moment: datetime) -> Properties:
    """Add to the user of a member what is asked for, and leave out what is not.

    Args:
        member: The member.
        wanted: The names of what is asked for.
        moment: The moment it is.

    Returns:
        The member.
    """
    user = _users()[str(member["id"])]
    expanded = expanded_user(user, wanted, moment)
    kept = {*_OF_MEMBER, *(expanded.keys() & set(wanted))}
    shown = {name: value for name, value in expanded.items() if name in kept}
    return {**member, "user": shown}


def system_presence(member: Properties) -> str:
    """Tell the system presence of a member of a queue.

    Args:
        member: The member, as `members_at` lists it.

    Returns:
        The presence, such as `ON_QUEUE`.
    """
    value: object = member
    for name in ("user", "presence", "presenceDefinition", "systemPresence"):
        value = value.get(name) if isinstance(value, dict) else None
    return str(value)


def _member_at(member: Properties, moment: datetime) -> Properties:
    user = _users()[str(member["id"])]
    status = _of_the_moment(user, ("presence", "routingStatus"), moment)
    return {
        **member,
        "user": {"id": member["id"], "presence": status["presence"]},
        "routingStatus": status["routingStatus"],
    }


@lru_cache(maxsize=1)
def _users() -> dict[str, Properties]:
    return {str(user["id"]): user for user in people.users()}


def _of_the_moment(user: Properties, wanted: Collection[str], moment: datetime) -> Properties:
    found: Properties = {}
    if not {"presence", "routingStatus"} & set(wanted):
        return found
    user_id = str(user["id"])
    current = _presence(user, to_milliseconds(moment))
    began = format_milliseconds(current.start)
    if "presence" in wanted:
        definition = presence_id(current.name)
        found["presence"] = {
            "id": user_id,
            "source": "PURECLOUD",
            "primary": True,
            "presenceDefinition": {
                "id": definition,
                "systemPresence": SYSTEM_PRESENCES[current.name],
                "selfUri": f"/api/v2/presence/definitions/{definition}",
            },
            "modifiedDate": began,
            "selfUri": f"/api/v2/users/{user_id}/presences/PURECLOUD",
        }
    if "routingStatus" in wanted:
        # Who handles a conversation at this moment is not looked up for a list of users.
        status = next((one for one, _, _ in routing_spans(current, ())), "OFF_QUEUE")
        found["routingStatus"] = {"userId": user_id, "status": status, "startTime": began}
    return found


def _presence(user: Properties, moment: int) -> Presence:
    midnight = moment // DAY * DAY
    if user["state"] != "active":
        return Presence(OFFLINE, midnight, midnight + DAY)
    of_day = presences(str(user["id"]), midnight, midnight + DAY)
    return next(one for one in of_day if one.start <= moment < one.end)
