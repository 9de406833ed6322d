"""The token endpoint and the check of the tokens it gives.

Roles decide what a client may do: the scope that a client-credentials client asks for changes
nothing on the platform (models `OAuthClient` and `RoleDivision` of its official SDK). With
`strict_scope` it limits the token, as the interaction search's description says.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError, json_response
from genesys_cloud_simulator.gateway.token_request import PATH, read_token_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.server import Simulator


READ_SCOPE = "analytics:conversation:read"

_KEPT_TOKENS = 10_000


@dataclass(frozen=True)
class Token:
    """An access token.

    Attributes:
        client_id: The client it was given to.
        scope: The scope that it is limited to, None when it is not.
        expires: When it expires, on the simulator's clock.
    """

    client_id: str
    scope: str | None
    expires: float


@dataclass
class TokenStore:
    """The tokens given so far.

    Attributes:
        lifetime_seconds: How long a new token is good for.
        clock: Tells the time in seconds.
    """

    lifetime_seconds: float
    clock: Callable[[], float]
    _tokens: dict[str, Token] = field(default_factory=dict, init=False, repr=False)

    def issue(self, client_id: str, scope: str | None) -> str:
        """Give a client a token.

        Args:
            client_id: The client.
            scope: The scope to limit the token to, None for no limit.

        Returns:
            The token's text.
        """
        text = secrets.token_urlsafe(48)
        self._tokens[text] = Token(client_id, scope, self.clock() + self.lifetime_seconds)
        if len(self._tokens) > _KEPT_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        return text

    def revoke(self, text: str) -> None:
        """Let a token expire now.

        Args:
            text: The token's text.
        """
        token = self._tokens.get(text)
        if token is not None:
            self._tokens[text] = Token(token.client_id, token.scope, self.clock())

    def client_of(self, text: str | None) -> str:
        """Tell whose token a text is, "" when it is nobody's."""
        token = self._tokens.get(text or "")
        return "" if token is None else token.client_id

    def check(self, text: str | None) -> Token:
        """Find the token of an API request.

        Args:
            text: The token's text, None when the request has none.

        Returns:
            The token.

        Raises:
            PlatformError: If the token does not allow the request.
        """
        if text is None:
            raise PlatformError(
                401, "authentication.required", "No authentication bearer token specified."
            )
        token = self._tokens.get(text)
        if token is None:
            raise PlatformError(401, "bad.credentials", "Invalid login credentials.")
        if self.clock() >= token.expires:
            raise PlatformError(401, "bad.credentials", "Token has expired")
        if token.scope is not None and READ_SCOPE not in token.scope.split():
            message = f"The scope of the token does not include {READ_SCOPE}"
            raise PlatformError(401, "bad.credentials", message)
        return token


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Read the bearer token of a request.

    Args:
        headers: The headers of the request by lower-case name.

    Returns:
        The token's text, None when there is none.
    """
    scheme, _, text = headers.get("authorization", "").partition(" ")
    return text.strip() or None if scheme.lower() == "bearer" else None


def token_hash(text: str) -> str:
    """Shorten a token to something that may be logged.

    Args:
        text: The token's text.

    Returns:
        A short hash of it.
    """
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def routes(simulator: Simulator) -> list[Route]:
    """Build the routes of the token endpoint.

    Args:
        simulator: Whose clients and tokens they serve.

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
