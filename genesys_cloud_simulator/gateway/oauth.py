"""The token endpoint.

Roles decide what a client may do: the scope that a client-credentials client asks for changes
nothing on the platform (models `OAuthClient` and `RoleDivision` of its official SDK). With
`strict_scope` it limits the token, as the interaction search's description says.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.routing import Route

from genesys_cloud_simulator.errors import json_response
from genesys_cloud_simulator.gateway.token_request import PATH, read_token_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.state.platform import SimulatedPlatform


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes of the token endpoint.

    Args:
        simulator: The simulator whose clients and tokens they serve.

    Returns:
        The routes.
    """

    async def token(request: Request) -> Response:
        asked = read_token_request(request.headers, request.url.query, await request.body())
        client_id = _authenticate(asked.credentials, simulator.clients)
        if isinstance(client_id, _Refusal):
            return client_id.response()
        refusal = _refusal(asked.parameters)
        if asked.parameters is None or refusal is not None:
            return (refusal or _NOT_A_FORM).response()
        scope = asked.parameters.get("scope") or None
        answer = {
            "access_token": simulator.tokens.issue(
                client_id, scope if simulator.strict_scope else None
            ),
            "token_type": "bearer",
            "expires_in": int(simulator.tokens.lifetime_seconds),
        }
        return json_response(answer, headers={"Cache-Control": "no-store"})

    return [Route(PATH, token, methods=["POST"], name="oauth.token")]


@dataclass(frozen=True)
class _Refusal:
    """A refusal in OAuth's own words: the token endpoint does not answer the ErrorBody."""

    error: str
    description: str
    status: int = 400

    def response(self) -> Response:
        body = {
            "error": self.error,
            "description": self.description,
            "error_description": self.description,
        }
        headers = {"Cache-Control": "no-store"}
        if self.status == 401:  # noqa: PLR2004
            headers["WWW-Authenticate"] = "Basic"
        return json_response(body, self.status, headers)


_NO_CREDENTIALS = _Refusal("invalid_client", "client credentials are missing", 401)

_UNKNOWN_CLIENT = _Refusal("invalid_client", "client not found", 401)

_BAD_SECRET = _Refusal("invalid_client", "authentication failed", 401)

_NOT_A_FORM = _Refusal("invalid_request", "the body must be a form with each parameter once")

_NO_GRANT_TYPE = _Refusal("invalid_request", "grant_type is missing")


def _authenticate(
    credentials: tuple[str, str] | None, clients: Mapping[str, str]
) -> str | _Refusal:
    if credentials is None:
        return _NO_CREDENTIALS
    client_id, secret = credentials
    expected = clients.get(client_id)
    if expected is None:
        return _UNKNOWN_CLIENT
    if not hmac.compare_digest(expected.encode(), secret.encode()):
        return _BAD_SECRET
    return client_id


def _refusal(parameters: Mapping[str, str] | None) -> _Refusal | None:
    if parameters is None:
        return _NOT_A_FORM
    grant_type = parameters.get("grant_type", "")
    if not grant_type:
        return _NO_GRANT_TYPE
    if grant_type != "client_credentials":
        return _Refusal("unsupported_grant_type", f"grant type {grant_type} is not supported")
    return None
