"""The pages of users and queues, whose ids are those that conversations name.

Where the platform's documentation is silent: a page holds at most 500 entities, and a parameter
that is not known is ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.routing import Route

from tap_genesys_search.simulator.directory import (
    AGENTS,
    DIVISION_NAMES,
    DIVISION_OF_QUEUE,
    HOME_DIVISION,
    QUEUES,
)
from tap_genesys_search.simulator.platform_error import json_response
from tap_genesys_search.simulator.request_body import one_of, query_integer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tap_genesys_search.simulator.conversation_model import Properties

USERS_PATH = "/api/v2/users"
QUEUES_PATH = "/api/v2/routing/queues"
DEFAULT_PAGE = 25
LARGEST_PAGE = 500
_STATES = ("active", "inactive", "deleted", "any")
# The last agents have left; their conversations have not.
_STATE_OF_AGENT = {AGENTS[-1][0]: "deleted", AGENTS[-2][0]: "inactive"}


def routes() -> list[Route]:
    """Build the routes of the lookups.

    Returns:
        The routes.
    """
    return [
        Route(USERS_PATH, _users, methods=["GET"], name="lookups.users"),
        Route(QUEUES_PATH, _queues, methods=["GET"], name="lookups.queues"),
    ]


async def _users(request: Request) -> Response:
    params = request.query_params
    state = one_of(params.get("state", "active"), "state", _STATES)
    ids = params.get("id", "").split(",") if "id" in params else None
    users = [
        _user(user_id, name)
        for user_id, name in AGENTS
        if state in {"any", _STATE_OF_AGENT.get(user_id, "active")}
        and (ids is None or user_id in ids)
    ]
    return _page(request, users)


async def _queues(request: Request) -> Response:
    wanted = request.query_params.get("name")
    queues = [
        _queue(queue_id, name) for queue_id, name in QUEUES if wanted is None or name == wanted
    ]
    return _page(request, queues)


def _user(user_id: str, name: str) -> Properties:
    address = f"agent-{user_id[:8]}@example.org"
    return {
        "id": user_id,
        "name": name,
        "division": _division(HOME_DIVISION),
        "department": "Customer Service",
        "email": address,
        "username": address,
        "state": _STATE_OF_AGENT.get(user_id, "active"),
        "version": 3,
        "selfUri": f"{USERS_PATH}/{user_id}",
    }


def _queue(queue_id: str, name: str) -> Properties:
    return {
        "id": queue_id,
        "name": name,
        "division": _division(DIVISION_OF_QUEUE[queue_id]),
        "dateCreated": "2024-03-01T09:00:00.000Z",
        "dateModified": "2025-11-28T16:20:00.000Z",
        "memberCount": len(AGENTS) // 2,
        "selfUri": f"{QUEUES_PATH}/{queue_id}",
    }


def _division(division_id: str) -> Properties:
    return {
        "id": division_id,
        "name": DIVISION_NAMES[division_id],
        "selfUri": f"/api/v2/authorization/divisions/{division_id}",
    }


def _page(request: Request, entities: list[Properties]) -> Response:
    size = query_integer(request.query_params, "pageSize", DEFAULT_PAGE, LARGEST_PAGE)
    number = query_integer(request.query_params, "pageNumber", 1, None)
    count = -(-len(entities) // size)
    shown = entities[(number - 1) * size : number * size]

    def uri(page: int) -> str:
        query = {**request.query_params, "pageSize": size, "pageNumber": page}
        return f"{request.url.path}?{urlencode(query)}"

    answer: Properties = {
        "entities": shown,
        "pageSize": size,
        "pageNumber": number,
        "total": len(entities),
        "pageCount": count,
        "firstUri": uri(1),
        "lastUri": uri(max(count, 1)),
        "selfUri": uri(number),
    }
    if number > 1:
        answer["previousUri"] = uri(number - 1)
    if number < count:
        answer["nextUri"] = uri(number + 1)
    return json_response(answer)
