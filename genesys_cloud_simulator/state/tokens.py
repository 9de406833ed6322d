"""Access tokens: issued, checked, revoked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genesys_cloud_simulator.errors import PlatformError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
