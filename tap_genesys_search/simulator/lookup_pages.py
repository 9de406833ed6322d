"""The shapes in which the platform pages a list: by number, by cursor, or not at all."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tap_genesys_search.simulator.further_users import completed
from tap_genesys_search.simulator.listing_depth import check_depth
from tap_genesys_search.simulator.platform_error import json_response
from tap_genesys_search.simulator.request_body import bad_request, query_integer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tap_genesys_search.simulator.conversation_model import Properties

DEFAULT_PAGE = 25
# Where the platform's documentation is silent.
LARGEST_PAGE = 500


def numbered_page(
    request: Request, entities: list[Properties], capped_at: int | None = None
) -> Response:
    """Answer the page of a number, with totals.

    Args:
        request: The request.
        entities: All that there is to list.
        capped_at: As how many a larger page size is taken; where none, it is refused.

    Returns:
        An `EntityListing`.
    """
    size, number, count = _numbers(request, entities, capped_at)
    answer: Properties = {
        **_page(request, entities, size, number),
        "total": len(entities),
        "pageCount": count,
        "lastUri": _uri(request, pageSize=size, pageNumber=max(count, 1)),
    }
    return json_response(answer)


def untotalled_page(request: Request, entities: list[Properties], capped_at: int) -> Response:
    """Answer the page of a number, without totals, as the members of a queue come.

    The platform takes a larger page size for the largest one, and does not say how many members
    there are (https://developer.genesys.cloud/forum, topics 4967 and 9930).

    Args:
        request: The request.
        entities: All that there is to list.
        capped_at: As how many a larger page size is taken.

    Returns:
        A `QueueMemberEntityListing`.
    """
    size, number, _ = _numbers(request, entities, capped_at)
    return json_response(_page(request, entities, size, number))


def cursor_page(request: Request, entities: list[Properties]) -> Response:
    """Answer the page behind or before a cursor.

    Args:
        request: The request.
        entities: All that there is to list.

    Returns:
        A `TeamEntityListing`.
    """
    params = request.query_params
    size = query_integer(params, "pageSize", DEFAULT_PAGE, LARGEST_PAGE)
    if "after" in params and "before" in params:
        bad_request("after and before exclude each other", "after")
    if "before" in params:
        end = _position(params["before"], entities, "before")
        start = max(0, end - size)
    else:
        start = _position(params["after"], entities, "after") + 1 if "after" in params else 0
        end = min(start + size, len(entities))
    answer: Properties = {"entities": entities[start:end], "selfUri": _uri(request)}
    if start > 0:
        answer["previousUri"] = _uri(request, pageSize=size, before=_cursor(entities[start]))
    if end < len(entities):
        answer["nextUri"] = _uri(request, pageSize=size, after=_cursor(entities[end - 1]))
    return json_response(answer)


def whole_list(request: Request, entities: list[Properties]) -> Response:
    """Answer a list that the platform does not page.

    Args:
        request: The request.
        entities: All that there is to list.

    Returns:
        A listing of everything.
    """
    return json_response({"entities": entities, "total": len(entities), "selfUri": _uri(request)})


def _numbers(
    request: Request, entities: list[Properties], capped_at: int | None
) -> tuple[int, int, int]:
    params = request.query_params
    size = query_integer(
        params, "pageSize", DEFAULT_PAGE, LARGEST_PAGE if capped_at is None else None
    )
    size = min(size, capped_at or size)
    number = query_integer(params, "pageNumber", 1, None)
    check_depth(request, size, number)
    return size, number, -(-len(entities) // size)


def _page(request: Request, entities: list[Properties], size: int, number: int) -> Properties:
    page: Properties = {
        "entities": completed(entities[(number - 1) * size : number * size]),
        "pageSize": size,
        "pageNumber": number,
        "firstUri": _uri(request, pageSize=size, pageNumber=1),
        "selfUri": _uri(request, pageSize=size, pageNumber=number),
    }
    if number > 1:
        page["previousUri"] = _uri(request, pageSize=size, pageNumber=number - 1)
    if number * size < len(entities):
        page["nextUri"] = _uri(request, pageSize=size, pageNumber=number + 1)
    return page


def _uri(request: Request, **changes: str | int) -> str:
    query = {**request.query_params, **changes}
    for cursor, other in (("after", "before"), ("before", "after")):
        if cursor in changes:
            query.pop(other, None)
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path


def _cursor(entity: Properties) -> str:
    return base64.urlsafe_b64encode(f"id:{entity['id']}".encode()).decode()


def _position(cursor: str, entities: list[Properties], name: str) -> int:
    try:
        entity_id = base64.b64decode(cursor, b"-_", validate=True).decode().removeprefix("id:")
    except (binascii.Error, ValueError):
        entity_id = ""
    for position, entity in enumerate(entities):
        if entity["id"] == entity_id:
            return position
    return bad_request(f"{name} is no cursor of this list", name)
