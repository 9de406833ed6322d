"""The shapes in which the platform pages a list: by number, by cursor, or not at all.

A page size above the largest one is not refused: the platform uses the largest one, and the
answer's `pageSize` says so (MyPureCloud/terraform-provider-genesyscloud, estuary source-genesys).
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlencode

from genesys_cloud_simulator.errors import json_response
from genesys_cloud_simulator.lists.depth import check_depth
from genesys_cloud_simulator.validation.body import bad_request, query_integer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties


Form: TypeAlias = "Callable[[Properties], Properties]"
"""Brings an entity into the form that a request asks for."""

DEFAULT_PAGE = 25

# 500 works for users and for the queues that a client may see; the other lists are silent.
LARGEST_PAGE = 500


def numbered_page(
    request: Request, entities: list[Properties], form: Form, capped_at: int = LARGEST_PAGE
) -> Response:
    """Answer the page of a number, with totals.

    Args:
        request: The request.
        entities: All that there is to list.
        form: Brings an entity into the form that is asked for.
        capped_at: As how many a larger page size is taken.

    Returns:
        An `EntityListing`.
    """
    size, number = _numbers(request, capped_at)
    limit = request.state.listing_total_limit
    total = len(entities) if limit is None else min(len(entities), limit)
    count = -(-total // size)
    answer: Properties = {
        **_page(request, entities, form, size, number),
        "total": total,
        "pageCount": count,
        "lastUri": _uri(request, pageSize=size, pageNumber=max(count, 1)),
    }
    return json_response(answer)


def untotalled_page(
    request: Request, entities: list[Properties], form: Form, capped_at: int
) -> Response:
    """Answer the page of a number, without totals, as the members of a queue come.

    The platform does not say how many members there are (https://developer.genesys.cloud/forum,
    topics 4967 and 9930).

    Args:
        request: The request.
        entities: All that there is to list.
        form: Brings an entity into the form that is asked for.
        capped_at: As how many a larger page size is taken.

    Returns:
        A `QueueMemberEntityListing`.
    """
    size, number = _numbers(request, capped_at)
    return json_response(_page(request, entities, form, size, number))


def cursor_page(request: Request, entities: list[Properties], form: Form) -> Response:
    """Answer the page behind or before a cursor.

    Args:
        request: The request.
        entities: All that there is to list.
        form: Brings an entity into the form that is asked for.

    Returns:
        A `TeamEntityListing`.
    """
    params = request.query_params
    size = min(query_integer(params, "pageSize", DEFAULT_PAGE, None), LARGEST_PAGE)
    if "after" in params and "before" in params:
        bad_request("after and before exclude each other", "after")
    if "before" in params:
        end = _position(params["before"], entities, "before")
        start = max(0, end - size)
    else:
        start = _position(params["after"], entities, "after") + 1 if "after" in params else 0
        end = min(start + size, len(entities))
    answer: Properties = {
        "entities": [form(one) for one in entities[start:end]],
        "selfUri": _uri(request),
    }
    if start > 0:
        answer["previousUri"] = _uri(request, pageSize=size, before=_cursor(entities[start]))
    if end < len(entities):
        answer["nextUri"] = _uri(request, pageSize=size, after=_cursor(entities[end - 1]))
    return json_response(answer)


def whole_list(request: Request, entities: list[Properties], form: Form) -> Response:
    """Answer a list that the platform does not page.

    Args:
        request: The request.
        entities: All that there is to list.
        form: Brings an entity into the form that is asked for.

    Returns:
        A listing of everything.
    """
    listed = [form(one) for one in entities]
    return json_response({"entities": listed, "total": len(listed), "selfUri": _uri(request)})


def _numbers(request: Request, capped_at: int) -> tuple[int, int]:
    params = request.query_params
    size = min(query_integer(params, "pageSize", DEFAULT_PAGE, None), capped_at)
    number = query_integer(params, "pageNumber", 1, None)
    check_depth(request, size, number)
    return size, number


def _page(
    request: Request, entities: list[Properties], form: Form, size: int, number: int
) -> Properties:
    page: Properties = {
        "entities": [form(one) for one in entities[(number - 1) * size : number * size]],
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
    replaced = {*changes, *(("after", "before") if {"after", "before"} & changes.keys() else ())}
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in replaced]
    query = urlencode([*kept, *changes.items()])
    return f"{request.url.path}?{query}" if query else request.url.path


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
