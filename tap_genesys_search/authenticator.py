"""Client-credentials login: one token for all streams and threads of a run."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING

from requests.auth import HTTPBasicAuth
from singer_sdk.authenticators import OAuthAuthenticator
from typing_extensions import override

from tap_genesys_search.errors import LoginError, RequestError
from tap_genesys_search.transport import Call

if TYPE_CHECKING:
    import requests

    from tap_genesys_search.settings import Settings
    from tap_genesys_search.transport import Transport

REFRESH_MARGIN_SECONDS = 60.0

LONGEST_LIFETIME_SECONDS = 48 * 3600
"""No token of the platform lives longer (model `OAuthClient`, `accessTokenValiditySeconds`)."""


class GenesysAuthenticator(OAuthAuthenticator):
    """Signs requests with a token that is renewed a minute before it expires.

    Scopes do not decide what a client-credentials client may see, its roles do (model
    `OAuthClient` of the official SDK); the scope is sent because the search contract asks
    for it.

    Args:
        settings: Names the client, its secret and the login server.
        transport: Sends the token request, within the run's budget.
    """

    def __init__(self, settings: Settings, transport: Transport) -> None:
        super().__init__(
            auth_endpoint=settings.token_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            oauth_scopes=settings.scope,
        )
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._renew_at = 0.0

    @property
    @override
    def oauth_request_body(self) -> dict[str, str]:
        body = {"grant_type": "client_credentials"}
        if self.oauth_scopes:
            body["scope"] = self.oauth_scopes
        return body

    @override
    def is_token_valid(self) -> bool:
        # On the monotonic clock: a wall clock that jumps would keep a token that is no more.
        return self.access_token is not None and time.monotonic() < self._renew_at

    @override
    def authenticate_request(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        with self._lock:  # one thread renews, the others wait for its token
            self._renew()
            request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request

    def log_in(self) -> None:
        """Get a token before the first request needs it.

        Raises:
            LoginError: The login server gives none.
        """
        with self._lock:
            self._renew()

    def discard(self, authorization: str) -> None:
        """Forget the token that the platform refused, unless it was renewed meanwhile."""
        with self._lock:
            if authorization == f"Bearer {self.access_token}":
                self.access_token = None

    @override
    def update_access_token(self) -> None:
        """Ask the login server for a token.

        Raises:
            LoginError: It gives none.
        """
        started = time.monotonic()
        try:
            answer = self._transport.send(
                Call(
                    "POST",
                    self.auth_endpoint,
                    HTTPBasicAuth(
                        self._settings.client_id.encode(), self._settings.client_secret.encode()
                    ),
                    form=self.oauth_request_payload,
                )
            )
        except RequestError as error:
            raise self._explain(error) from None
        token = answer.get("access_token")
        if (
            not isinstance(token, str)
            or not token.isascii()
            or not token.strip().isprintable()
            or not token.strip()
        ):
            raise LoginError(
                f"Login failed: POST {self._settings.token_url} answers without a usable "
                "access_token",
                "Check auth_url",
            )
        self.access_token = token.strip()
        self._renew_at = started + _seconds_of_use(answer.get("expires_in"))

    def _renew(self) -> None:
        if not self.is_token_valid():
            self.update_access_token()

    def _explain(self, error: RequestError) -> LoginError:
        settings = self._settings
        if error.status not in range(400, 429):  # no answer, too many requests or 5xx
            return LoginError(f"Login failed: {error}", status=error.status)
        return LoginError(
            f"Login failed: {error.fact}",
            "Check client_id and client_secret, that the OAuth client is active and of grant type "
            f"client credentials, that it belongs to {settings.place}, and scope "
            f"{settings.scope!r}",
            status=error.status,
        )


def _seconds_of_use(expires_in: object) -> float:
    """Tell for how long to use a token that is valid for `expires_in` seconds.

    A token that lives so shortly that the margin would eat it up is used for half its life;
    one of which the platform doesn't say is used until it is refused.
    """
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float) or expires_in <= 0:
        return math.inf
    if expires_in > LONGEST_LIFETIME_SECONDS:
        return math.inf
    return max(expires_in - REFRESH_MARGIN_SECONDS, expires_in / 2)
