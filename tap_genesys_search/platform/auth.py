"""Client-credentials login: one token for all streams and threads of a run."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

from requests.auth import HTTPBasicAuth
from singer_sdk.authenticators import OAuthAuthenticator
from typing_extensions import override

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import LoginError, LoginRefusedError, RequestError
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.retries import Grace
from tap_genesys_search.platform.http.transport import Call

if TYPE_CHECKING:
    import requests

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.platform.http.transport import Transport
    from tap_genesys_search.settings.parse import Settings


REFRESH_MARGIN_SECONDS = 60.0


LONGEST_LIFETIME_SECONDS = 48 * 3600
"""No token of the platform lives longer (model `OAuthClient`, `accessTokenValiditySeconds`)."""


LONGEST_TOKEN = 2**14
"""Characters of a token, which goes into a header; servers refuse longer ones."""


class GenesysAuthenticator(OAuthAuthenticator):
    """Signs requests with a token that is renewed a minute before it expires.

    Scopes do not decide what a client-credentials client may see, its roles do (model
    `OAuthClient` of the official SDK); the scope is sent because the search contract asks
    for it.

    Args:
        settings: Names the client, its secret and the login server.
        transport: Sends the token request, within the run's budget.
        clock: The clock of the run.
    """

    def __init__(
        self, settings: Settings, transport: Transport, clock: Clock = SYSTEM_CLOCK
    ) -> None:
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
        self._clock = clock
        self._grace = Grace(clock)
        self._is_accepted = False
        self._was_doubted = False

    @property
    @override
    def oauth_request_body(self) -> dict[str, str]:
        body = {"grant_type": "client_credentials"}
        if self.oauth_scopes:
            body["scope"] = self.oauth_scopes
        return body

    @override
    def is_token_valid(self) -> bool:
        # On the monotonic clock: a wall clock that jumps would keep a token that has expired.
        return self.access_token is not None and self._clock.monotonic() < self._renew_at

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

    def accepted(self) -> None:
        """Note that the platform has taken the token."""
        self._is_accepted, self._was_doubted = True, False

    def seconds_to_wait(self, authorization: str) -> float | None:
        """Decide what to do about a token that the platform refused.

        A token that was accepted before has run out or was revoked, so the next request asks for
        another one. A new token is tried again for some seconds, see `Grace`.

        Args:
            authorization: The header that was refused.

        Returns:
            How many seconds to wait before the request is sent again, or None where the token is
            refused for good.
        """
        with self._lock:
            if authorization != f"Bearer {self.access_token}":
                return 0.0  # renewed meanwhile
            if self._is_accepted or not self._was_doubted:
                self._was_doubted = not self._is_accepted
                self.access_token = None
                return 0.0
            return self._grace.next_wait()

    @override
    def update_access_token(self) -> None:
        """Ask the login server for a token.

        Raises:
            LoginError: It gives none.
        """
        started = self._clock.monotonic()
        try:
            answer = self._transport.send(
                Call(
                    "POST",
                    self.auth_endpoint,
                    HTTPBasicAuth(
                        self._settings.client_id.encode(), self._settings.client_secret.encode()
                    ),
                    form=self.oauth_request_payload,
                    asked=Asked.LOGIN,
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
            or len(token) > LONGEST_TOKEN
        ):
            raise LoginError(
                f"Login failed: POST {self._settings.token_url} answered without a usable "
                "access_token",
                "Check auth_url",
            )
        self.access_token = token.strip()
        self._grace, self._is_accepted = Grace(self._clock), False
        self._renew_at = started + _seconds_of_use(answer.get("expires_in"))

    def _renew(self) -> None:
        if not self.is_token_valid():
            self.update_access_token()

    def _explain(self, error: RequestError) -> LoginError:
        settings = self._settings
        if not isinstance(error, LoginRefusedError):
            return LoginError(f"Login failed: {error}", status=error.status)
        scope = f" and may request scope {settings.scope!r}" if settings.scope else ""
        return LoginError(
            f"Login failed: {error.fact}",
            "Check client_id and client_secret, that the OAuth client is active and of grant type "
            f"Client Credentials, and that it was made in {settings.place}{scope}",
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
