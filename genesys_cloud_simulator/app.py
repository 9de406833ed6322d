"""The application: the routes of all APIs behind the gateway."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from genesys_cloud_simulator.apis import (
    conversation_aggregates,
    conversation_jobs,
    conversation_query,
    foreign_dialect,
    interaction_search,
    lookups,
    single_documents,
    transcript_search,
    user_aggregates,
)
from genesys_cloud_simulator.errors import PlatformError, error_response
from genesys_cloud_simulator.gateway import control as tools
from genesys_cloud_simulator.gateway import oauth
from genesys_cloud_simulator.gateway.middleware import Gateway

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.state.platform import SimulatedPlatform


# Further search APIs over the same organisation join here.
_SEARCH_APIS = {
    "interaction_search": interaction_search,
    "conversation_query": conversation_query,
    "conversation_jobs": conversation_jobs,
    "transcript_search": transcript_search,
}


def create_app(simulator: SimulatedPlatform) -> Starlette:
    """Build the application.

    Args:
        simulator: The simulator it serves.

    Returns:
        The application.
    """
    routes = [
        *oauth.routes(simulator),
        *foreign_dialect.routes(simulator),
        *(
            route
            for name, api in _SEARCH_APIS.items()
            if name in simulator.search_apis
            for route in api.routes(simulator)
        ),
        *conversation_aggregates.routes(simulator),
        *user_aggregates.routes(simulator),
        *lookups.routes(simulator),
        *single_documents.routes(simulator),
        *tools.routes(simulator),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gateway, simulator=simulator, routes=routes)],
        exception_handlers={PlatformError: _refuse, HTTPException: _refuse_route},
    )
    # The platform does not redirect, neither does the simulator.
    app.router.redirect_slashes = False
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, PlatformError):
        raise error
    return error_response(error, request.state.correlation_id)


async def _refuse_route(request: Request, error: Exception) -> Response:
    """Answer Starlette's own 404 and 405 as the platform does."""
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    code, message = phrase.lower().replace(" ", "."), phrase
    if error.status_code == HTTPStatus.NOT_FOUND:
        # Not to be taken for what the platform would answer.
        code, message = "not.simulated", "The simulator does not serve this path"
    refusal = PlatformError(
        error.status_code,
        code,
        f"{message}: {request.method} {request.url.path}",
        headers=error.headers,
    )
    return error_response(refusal, request.state.correlation_id)
