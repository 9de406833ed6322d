"""The refusal of an interaction search by an organisation that does not offer it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.searches.dialects import DialectRoute, is_interaction_search
from genesys_cloud_simulator.validation.details.intervals import refuse_interval

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from genesys_cloud_simulator.state.platform import SimulatedPlatform


PATH = "/api/v2/analytics/conversations/details/query"


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the route that refuses interaction searches, if the organisation does not offer them.

    Args:
        simulator: The simulator, which says how they are refused.

    Returns:
        The route, or nothing.
    """
    if "interaction_search" in simulator.search_apis:
        return []

    async def refuse(_: Request) -> Response:
        refusal = simulator.dialect_refusal
        if refusal is None:
            # As a query without an interval, whose other fields the platform does not know.
            refuse_interval(
                min(simulator.unfiltered_query_interval_days, simulator.query_interval_days)
            )
        raise PlatformError(refusal.status, refusal.code, refusal.message)

    def speaks(document: object) -> bool:
        has_path = "conversation_query" in simulator.search_apis or simulator.dialect_refusal
        return bool(has_path) and is_interaction_search(document)

    return [DialectRoute(PATH, refuse, "foreign_dialect.query", speaks)]
