"""Calling the platform's API with the run's token."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import RequestError, UnauthorizedError
from tap_genesys_search.platform.auth import GenesysAuthenticator
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.redaction import one_line
from tap_genesys_search.platform.http.retries import Retries
from tap_genesys_search.platform.http.transport import Call, Transport
from tap_genesys_search.platform.rate_limit import PERIOD_SECONDS, RequestBudget
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.http.responses import Answer
    from tap_genesys_search.settings.parse import Settings


MOST_REFUSED_TOKENS = 3
"""An endpoint that refuses as many tokens refuses the client, whatever others accept."""


TIME_PATH = "/api/v2/date"
"""Answers the platform's time (model `ServerTime` of the official SDK); needs no permission."""


class PlatformClient:
    """The platform API of one org, as one OAuth client sees it.

    Args:
        settings: Name the org, the OAuth client, and the limits of requests.
        clock: The clock to wait by.

    Attributes:
        own_keys: Keys that the answers have in common with errors.
        clock: As given.
    """

    def __init__(self, settings: Settings, clock: Clock = SYSTEM_CLOCK) -> None:
        self.clock = clock
        self._settings = settings
        most = settings.requests_per_minute
        spacing_seconds = PERIOD_SECONDS / most if settings.spread_requests else 0.0
        self._budget = RequestBudget(most, spacing_seconds, clock)
        self._transport = Transport(
            self._budget,
            timeout_seconds=settings.request_timeout_seconds,
            retries=Retries(settings.max_retries, settings.backoff_base_seconds),
            secrets=settings.private_texts,
            clock=clock,
        )
        self._authenticator = GenesysAuthenticator(settings, self._transport, clock)
        self.own_keys: Collection[str] = ()

    def for_answers_with(self, own_keys: Collection[str]) -> PlatformClient:
        """Make a client for calls whose answers have keys in common with errors.

        Args:
            own_keys: The keys. What they say is left to whoever calls.

        Returns:
            A client with the same token, budget and connections.
        """
        client = copy(self)
        client.own_keys = own_keys
        return client

    def call(
        self,
        method: str,
        path: str,
        *,
        json: JsonObject | None = None,
        asked: Asked = Asked.OTHER,
        is_own_open: Callable[[], bool] = lambda: False,
        on_retry: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Call the API; where the token is refused, another one is asked for.

        Args:
            method: HTTP method.
            path: Path below the API server, from `/api` on.
            json: JSON body.
            asked: What is asked for, which decides what a refusal means.
            is_own_open: Tells whether other searches of this run are open on the platform.
            on_retry: Called before each time the request is sent again.

        Returns:
            The JSON object that the platform answers.

        Raises:
            SubmissionLimitError: One of the open searches of this run must end first.
            RequestError: The request was refused, or there is no answer after all retries; its
                type says which, see `error_rules.py`.
        """
        call = Call(
            method,
            f"{self._settings.api_url}{path}",
            self._authenticator,
            json=json,
            may_be_empty=asked is Asked.POLL,
            asked=asked,
            is_own_open=is_own_open,
            own_keys=self.own_keys,
        )
        refused: set[str] = set()
        while True:
            try:
                answer = self._transport.send(call, on_retry)
            except UnauthorizedError as error:
                refused.add(error.authorization)
                wait = self._authenticator.seconds_to_wait(error.authorization)
                if wait is None or len(refused) > MOST_REFUSED_TOKENS:
                    raise self._refused_for_good(error) from None
                on_retry()
                self.clock.sleep(wait)
            else:
                self._authenticator.accepted()
                return answer

    def _refused_for_good(self, error: UnauthorizedError) -> RequestError:
        settings = self._settings
        scope = f" and scope {settings.scope!r}" if settings.scope else ""
        return RequestError(
            f"{error.fact}, and a new token is refused too",
            f"Check that the OAuth client was made in {settings.place}, and that its roles{scope} "
            "allow the search",
            status=error.status,
            platform_message=error.platform_message,
        )

    @property
    def host(self) -> str:
        """The API server, with its port where it has one of its own."""
        return urlsplit(self._settings.api_url).netloc

    def free_budget(self) -> float:
        """Tell which share of a minute's requests may be sent now, 0 to 1."""
        return self._budget.free()

    @property
    def requests_left(self) -> int:
        """How many requests may be sent now, in this minute's budget."""
        return self._budget.left

    @property
    def requests_sent(self) -> int:
        """How many requests were sent, logins and retries included."""
        return self._budget.total

    def quote(self, value: object) -> str:
        """Write what the platform says as one short line, without what must not be read."""
        secrets = [*self._settings.private_texts, self._authenticator.access_token or ""]
        return one_line(value if isinstance(value, str) else str(value), secrets)

    def call_once(self, method: str, path: str) -> Answer:
        """Call the API at once and without retries, for what need not succeed.

        Raises:
            RequestError: The request was refused, or there is no answer.
        """
        return self._transport.send_once(
            Call(
                method,
                f"{self._settings.api_url}{path}",
                self._authenticator,
                may_be_empty=True,
            )
        )

    def platform_time(self) -> datetime:
        """Tell the time by the platform's clock, logging in if that was not done yet.

        Returns:
            The time, UTC, to a second or so; this machine's where the platform doesn't say its.

        Raises:
            LoginError: The platform gives no token.
        """
        clock = self._transport.platform_clock
        if clock.lead is None:
            self._authenticator.log_in()
        if clock.lead is None:
            clock.ask(lambda: self.call_once("GET", TIME_PATH))
        return utc_now() - clock.lead if clock.lead else utc_now()
