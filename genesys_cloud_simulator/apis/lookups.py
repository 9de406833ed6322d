"""The lookups: lists of what conversations name by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.lists.further_users import with_further_users
from genesys_cloud_simulator.lists.requests import check_known, matching
from genesys_cloud_simulator.lists.table import LISTS, OF_QUEUE
from genesys_cloud_simulator.offer import NARROWING_PERMISSIONS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.lists.table import Listing
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes of the lookups.

    Args:
        simulator: Says what its clients may do.

    Returns:
        The routes.
    """

    def answer(listed: Listing, request: Request, entities: list[Properties]) -> Response:
        check_known(request, listed.parameters)
        found = matching(request, entities, listed.parameters)
        form = listed.form(request, simulator.moment)
        return listed.page(request, found, form)

    def endpoint(listed: Listing) -> Callable[[Request], Awaitable[Response]]:
        async def lists(request: Request) -> Response:
            known = listed.entities()
            entities = with_further_users(listed.name, known, simulator.further_users)
            if listed.name == "users":
                simulator.begin_page_of_users(request.query_params.get("pageNumber", "1"))
                entities = entities[simulator.users_gone :]
            permitted = _permitted(listed.name, entities, simulator.permissions)
            return answer(listed, request, permitted)

        return lists

    def endpoint_of_queue(
        listed: Listing, entities_of: Callable[[str, datetime], list[Properties] | None]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def lists(request: Request) -> Response:
            queue_id = request.path_params["queue_id"]
            entities = entities_of(queue_id, simulator.moment)
            if entities is None:
                raise PlatformError(404, "not.found", f"The queue {queue_id!r} could not be found")
            return answer(listed, request, entities)

        return lists

    named = [(one, endpoint(one)) for one in LISTS]
    named += [(one, endpoint_of_queue(one, entities)) for one, entities in OF_QUEUE]
    return [
        Route(one.path, lists, methods=["GET"], name=f"lookups.{one.name}") for one, lists in named
    ]


def _permitted(
    name: str, entities: list[Properties], permissions: Collection[str]
) -> list[Properties]:
    """Leave out entries of divisions, if the client may not see those."""
    if name not in NARROWING_PERMISSIONS or NARROWING_PERMISSIONS[name] in permissions:
        return entities
    return [one for one in entities if "division" not in one and "divisionId" not in one]
