"""The parameters of lists that filter: each says whether an entity matches a value."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from genesys_cloud_simulator.lists.documents import people, properties
from genesys_cloud_simulator.lists.user_expansions import system_presence
from genesys_cloud_simulator.validation.body import one_of, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator.conversations.model import Properties


def ids(entity: Properties, value: str) -> bool:
    """Match the ids of a list."""
    return entity["id"] in value.split(",")


def name(entity: Properties, value: str) -> bool:
    """Match a name; leading and trailing asterisks stand for anything, in any case."""
    return _like(str(entity["name"]), value)


def name_begins(entity: Properties, value: str) -> bool:
    """Match the beginning of a name."""
    return str(entity["name"]).lower().startswith(value.lower())


def name_contains(entity: Properties, value: str) -> bool:
    """Match a part of a name."""
    return value.lower() in str(entity["name"]).lower()


def description(entity: Properties, value: str) -> bool:
    """Match a description, as a name."""
    return _like(str(entity.get("description", "")), value)


def name_or_description(entity: Properties, value: str) -> bool:
    """Match a name or a description."""
    return name(entity, value) or description(entity, value)


def division(entity: Properties, value: str) -> bool:
    """Match the ids of divisions."""
    division_id = _object_id(entity, "division") or entity.get("divisionId")
    return division_id in value.split(",")


def state(entity: Properties, value: str) -> bool:
    """Match the state of a user."""
    wanted = one_of(value, "state", ("active", "inactive", "deleted", "any"))
    return wanted in {"any", entity["state"]}


def including_deleted(entity: Properties, value: str) -> bool:
    """Match deleted flows only where they are asked for."""
    return _is_true(value, "deleted") or not entity["deleted"]


def deactivated(entity: Properties, value: str) -> bool:
    """Match presences that are in use, or those that are not."""
    return entity["deactivated"] is _is_true(value.lower(), "deactivated")


def media(entity: Properties, value: str) -> bool:
    """Match the media of campaigns."""
    known = ("email", "sms", "voice", "whatsapp")
    return entity["mediaType"] in [one_of(one, "mediaType", known) for one in value.split(",")]


def flow_type(entity: Properties, value: str) -> bool:
    """Match the types of flows."""
    return str(entity["type"]).lower() in value.lower().split(",")


def published_after(_: Properties, value: str) -> bool:
    """Match flows that were published later: all were at the same time."""
    return timestamp(properties.MODIFIED, "published") >= timestamp(value, "publishedAfter")


def published_before(_: Properties, value: str) -> bool:
    """Match flows that were published earlier: all were at the same time."""
    return timestamp(properties.MODIFIED, "published") <= timestamp(value, "publishedBefore")


def joined(entity: Properties, value: str) -> bool:
    """Match members by whether they take what the queue offers."""
    return entity["joined"] is _is_true(value, "joined")


def member_by(entity: Properties, value: str) -> bool:
    """Match members by how they became one."""
    return entity["memberBy"] == one_of(value, "memberBy", ("user", "group"))


def has_skill(entity: Properties, value: str) -> bool:
    """Match members by parts of the names of their skills."""
    return _is_rated(entity, "skills", value)


def has_language(entity: Properties, value: str) -> bool:
    """Match members by parts of the names of their languages."""
    return _is_rated(entity, "languages", value)


def routing_status(entity: Properties, value: str) -> bool:
    """Match members by their routing status."""
    status = entity["routingStatus"]
    return isinstance(status, dict) and status["status"] in value.split(",")


def presence(entity: Properties, value: str) -> bool:
    """Match members by their system presence."""
    return system_presence(entity) in value.upper().split(",")


def nobody(_: Properties, __: str) -> bool:
    """Match nothing: no entity here has what is asked for."""
    return False


def id_within(held: str) -> Callable[[Properties, str], bool]:
    """Match the id of the object that a property holds.

    Args:
        held: The property.

    Returns:
        The filter.
    """
    return lambda entity, value: _object_id(entity, held) == value


def unless_true(parameter: str) -> Callable[[Properties, str], bool]:
    """Match all that do not have something, which is everything.

    Args:
        parameter: The parameter that says whether they are to have it.

    Returns:
        The filter.
    """
    return lambda _, value: not _is_true(value, parameter)


def either(parameter: str) -> Callable[[Properties, str], bool]:
    """Match everything: the parameter must only be true or false.

    Args:
        parameter: The parameter.

    Returns:
        The filter.
    """
    return lambda _, value: _is_true(value, parameter) or True


def _like(found: str, value: str) -> bool:
    found, wanted = found.lower(), value.strip("*").lower()
    begins_open, ends_open = value.startswith("*"), value.endswith("*")
    if begins_open and ends_open:
        return wanted in found
    if begins_open:
        return found.endswith(wanted)
    return found.startswith(wanted) if ends_open else found == wanted


def _object_id(entity: Properties, held: str) -> object:
    found = entity.get(held)
    return found.get("id") if isinstance(found, dict) else None


def _is_rated(entity: Properties, kind: str, value: str) -> bool:
    names = _names_of_users(kind)[str(entity["id"])]
    return all(any(one.lower() in name for name in names) for one in value.split(","))


@lru_cache(maxsize=2)
def _names_of_users(kind: str) -> dict[str, list[str]]:
    return {
        str(user["id"]): [str(one["name"]).lower() for one in rated]
        for user in people.users()
        if isinstance(rated := user[kind], list)
    }


def _is_true(value: str, parameter: str) -> bool:
    return one_of(value, parameter, ("true", "false")) == "true"
