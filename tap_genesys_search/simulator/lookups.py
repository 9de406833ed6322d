"""The lookups: lists of what conversations name by its id.

Each takes the parameters that the platform documents for it, as far as they filter or page. A
parameter that is not simulated is refused: what the platform does with it would be missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from tap_genesys_search.simulator import lookup_documents as documents
from tap_genesys_search.simulator.further_users import with_further_users
from tap_genesys_search.simulator.lookup_pages import (
    cursor_page,
    numbered_page,
    untotalled_page,
    whole_list,
)
from tap_genesys_search.simulator.offer import NARROWING_PERMISSIONS
from tap_genesys_search.simulator.platform_error import PlatformError
from tap_genesys_search.simulator.request_body import bad_request, one_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from starlette.requests import Request
    from starlette.responses import Response

    from tap_genesys_search.simulator.conversation_model import Properties
    from tap_genesys_search.simulator.server import Simulator

USERS_PATH = "/api/v2/users"
QUEUES_PATH = "/api/v2/routing/queues"
# "Max value is 100" of the members, "The max that will be returned is 100" of the contact lists.
_CAP = 100

Matches = dict[str, "Callable[[Properties, str], bool]"]
"""Parameter to whether an entity is to be listed, given the parameter's value."""


@dataclass(frozen=True)
class _List:
    """A list of the platform.

    Attributes:
        name: The operation.
        path: Its path.
        entities: Lists all entities, in the order of the pages.
        answer: Makes a page of those that match.
        matches: Its parameters besides those for paging.
        defaults: What a parameter is that is not given.
        paging: Its parameters for paging.
        expandable: Properties of its entities that come only where they are asked for.
    """

    name: str
    path: str
    entities: Callable[[], list[Properties]]
    answer: Callable[[Request, list[Properties]], Response]
    matches: Matches
    defaults: tuple[tuple[str, str], ...] = ()
    paging: tuple[str, ...] = ("pageSize", "pageNumber")
    expandable: tuple[str, ...] = ()


def routes(simulator: Simulator) -> list[Route]:
    """Build the routes of the lookups.

    Args:
        simulator: Says what its clients may do.

    Returns:
        The routes.
    """
    return [
        *(
            Route(one.path, _endpoint(one, simulator), methods=["GET"], name=f"lookups.{one.name}")
            for one in _LISTS
        ),
        Route(
            f"{QUEUES_PATH}/{{queue_id}}/members",
            _queue_members,
            methods=["GET"],
            name="lookups.queue_members",
        ),
    ]


def _endpoint(listed: _List, simulator: Simulator) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        listing = with_further_users(listed.name, listed.entities(), simulator.further_users)
        entities = _permitted(listed.name, listing, simulator.permissions)
        matching = _matching(request, entities, listed)
        return listed.answer(request, _expanded(request, matching, listed.expandable))

    return answer


async def _queue_members(request: Request) -> Response:
    queue_id = request.path_params["queue_id"]
    members = documents.queue_members(queue_id)
    if members is None:
        raise PlatformError(404, "not.found", f"The queue {queue_id!r} could not be found")
    listed = _List(
        "queue_members",
        QUEUES_PATH,
        lambda: members,
        _capped_untotalled,
        {"joined": _joined, "memberBy": _member_by, "name": _contains_name},
    )
    return listed.answer(request, _matching(request, members, listed))


def _matching(request: Request, entities: list[Properties], listed: _List) -> list[Properties]:
    """List the entities that a request asks for."""
    given = dict(listed.defaults)
    for name in request.query_params:
        expands = name == "expand" and listed.expandable
        if name not in listed.matches and name not in listed.paging and not expands:
            bad_request(f"Unrecognized or unsimulated parameter {name!r}", name)
        if name in listed.matches:
            # A list of values comes in one parameter, or in one for each.
            given[name] = ",".join(request.query_params.getlist(name))
    return [
        entity
        for entity in entities
        if all(listed.matches[name](entity, value) for name, value in given.items())
    ]


def _expanded(
    request: Request, entities: list[Properties], expandable: tuple[str, ...]
) -> list[Properties]:
    """Leave out what comes only where it is asked for, and is not."""
    given = ",".join(request.query_params.getlist("expand"))
    wanted = {one_of(name, "expand", expandable) for name in given.split(",") if name}
    left_out = set(expandable) - wanted
    return [
        entity
        if left_out.isdisjoint(entity)
        else {name: value for name, value in entity.items() if name not in left_out}
        for entity in entities
    ]


def _permitted(
    name: str, entities: list[Properties], permissions: Collection[str]
) -> list[Properties]:
    """Leave out what belongs to a division, where the client may not see that."""
    if name not in NARROWING_PERMISSIONS or NARROWING_PERMISSIONS[name] in permissions:
        return entities
    return [one for one in entities if "division" not in one and "divisionId" not in one]


def _ids(entity: Properties, value: str) -> bool:
    return entity["id"] in value.split(",")


def _name(entity: Properties, value: str) -> bool:
    """Leading and trailing asterisks stand for anything, case makes no difference."""
    name, wanted = str(entity["name"]).lower(), value.strip("*").lower()
    begins_open, ends_open = value.startswith("*"), value.endswith("*")
    if begins_open and ends_open:
        return wanted in name
    if begins_open:
        return name.endswith(wanted)
    return name.startswith(wanted) if ends_open else name == wanted


def _begins_with(entity: Properties, value: str) -> bool:
    return str(entity["name"]).lower().startswith(value.lower())


def _contains_name(entity: Properties, value: str) -> bool:
    return value.lower() in str(entity["name"]).lower()


def _division(entity: Properties, value: str) -> bool:
    division = entity.get("division")
    found = division.get("id") if isinstance(division, dict) else entity.get("divisionId")
    return found in value.split(",")


def _state(entity: Properties, value: str) -> bool:
    state = one_of(value, "state", ("active", "inactive", "deleted", "any"))
    return state in {"any", entity["state"]}


def _including_deleted(entity: Properties, value: str) -> bool:
    return _is_true(value, "deleted") or not entity["deleted"]


def _deactivated(entity: Properties, value: str) -> bool:
    return entity["deactivated"] is _is_true(value.lower(), "deactivated")


def _media(entity: Properties, value: str) -> bool:
    known = ("email", "sms", "voice", "whatsapp")
    return entity["mediaType"] in [one_of(one, "mediaType", known) for one in value.split(",")]


def _joined(entity: Properties, value: str) -> bool:
    return entity["joined"] is _is_true(value, "joined")


def _member_by(entity: Properties, value: str) -> bool:
    return entity["memberBy"] == one_of(value, "memberBy", ("user", "group"))


def _flow_type(entity: Properties, value: str) -> bool:
    return str(entity["type"]).lower() in value.lower().split(",")


def _no_effect(_: Properties, value: str) -> bool:
    """An empty page comes in any case, so it makes no difference who allows it."""
    _is_true(value, "allowEmptyResult")
    return True


def _is_true(value: str, name: str) -> bool:
    return one_of(value, name, ("true", "false")) == "true"


def _capped(request: Request, entities: list[Properties]) -> Response:
    return numbered_page(request, entities, _CAP)


def _capped_untotalled(request: Request, entities: list[Properties]) -> Response:
    return untotalled_page(request, entities, _CAP)


_LISTS = (
    _List(
        "users",
        USERS_PATH,
        documents.users,
        numbered_page,
        {"id": _ids, "state": _state},
        defaults=(("state", "active"),),
        expandable=documents.EXPANDABLE,
    ),
    _List("groups", "/api/v2/groups", documents.groups, numbered_page, {"id": _ids}),
    _List(
        "queues",
        QUEUES_PATH,
        documents.queues,
        numbered_page,
        {"id": _ids, "name": _name, "divisionId": _division},
    ),
    _List(
        "wrapup_codes",
        "/api/v2/routing/wrapupcodes",
        documents.wrapup_codes,
        numbered_page,
        {"id": _ids, "name": _name, "divisionId": _division},
    ),
    _List(
        "skills",
        "/api/v2/routing/skills",
        documents.skills,
        numbered_page,
        {"id": _ids, "name": _begins_with},
    ),
    _List(
        "languages",
        "/api/v2/routing/languages",
        documents.languages,
        numbered_page,
        {"id": _ids, "name": _name},
    ),
    _List(
        "divisions",
        "/api/v2/authorization/divisions",
        documents.divisions,
        numbered_page,
        {"id": _ids, "name": _contains_name},
    ),
    _List("locations", "/api/v2/locations", documents.locations, numbered_page, {"id": _ids}),
    _List(
        "presence_definitions",
        "/api/v2/presence/definitions",
        documents.presence_definitions,
        whole_list,
        {"deactivated": _deactivated, "divisionId": _division},
        defaults=(("deactivated", "false"),),
        paging=(),
    ),
    _List(
        "flows",
        "/api/v2/flows",
        documents.flows,
        numbered_page,
        {
            "deleted": _including_deleted,
            "divisionId": _division,
            "id": _ids,
            "name": _name,
            "type": _flow_type,
        },
        defaults=(("deleted", "false"),),
    ),
    _List(
        "campaigns",
        "/api/v2/outbound/campaigns/all",
        documents.campaigns,
        numbered_page,
        {"id": _ids, "name": _name, "divisionId": _division, "mediaType": _media},
    ),
    _List(
        "contact_lists",
        "/api/v2/outbound/contactlists",
        documents.contact_lists,
        _capped,
        {"id": _ids, "name": _name, "divisionId": _division, "allowEmptyResult": _no_effect},
    ),
    _List(
        "management_units",
        "/api/v2/workforcemanagement/managementunits",
        documents.management_units,
        whole_list,
        {"divisionId": _division},
        # "Deprecated, paging is not supported": they are taken and change nothing.
        paging=("pageSize", "pageNumber"),
    ),
    _List(
        "teams",
        "/api/v2/teams",
        documents.teams,
        cursor_page,
        {"name": _begins_with},
        paging=("pageSize", "after", "before"),
    ),
)
