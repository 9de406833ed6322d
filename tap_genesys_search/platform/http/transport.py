"""Sending a request to the platform: within the budget, retried, its answer checked."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    RequestError,
    SubmissionLimitError,
    TransientRequestError,
)
from tap_genesys_search.platform.http.bodies import read_body, read_refusal, room_of
from tap_genesys_search.platform.http.connections import BoundedSession
from tap_genesys_search.platform.http.error_rules import Asked, none_is_open
from tap_genesys_search.platform.http.platform_clock import PlatformClock
from tap_genesys_search.platform.http.response_errors import (
    SUCCESSES,
    advise,
    correlation,
    explain_no_answer,
    explain_refusal,
    path_of,
    place_of_response,
    read_message,
)
from tap_genesys_search.platform.http.responses import (
    Answer,
    is_error,
    is_error_beside_rows,
    is_message_beside_rows,
    read_json,
)
from tap_genesys_search.platform.http.retries import Retries, restraint, send_with_retries
from tap_genesys_search.platform.http.retry_log import RetryLog
from tap_genesys_search.platform.limit_headers import read_allowance
from tap_genesys_search.platform.rate_limit import Endpoint, path_without_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.http.connections import Sign
    from tap_genesys_search.platform.rate_limit import RequestBudget


logger = logging.getLogger("tap-genesys-search.transport")


LONGEST_FAREWELL_SECONDS = 3.0
"""How long an answer is waited for that a run needs no more."""


_WITHOUT_BODY = {HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}


@dataclass(frozen=True)
class Call:
    """A request to be sent, once or several times.

    Attributes:
        method: HTTP method.
        url: Full address.
        auth: Signs each attempt, so that a retry carries a fresh token.
        json: JSON body.
        form: Form body.
        may_be_empty: Whether an answer without a body says something, as that of a poll does: not
            yet. Elsewhere it would pass for an empty page.
        asked: What it asks for, which decides what a refusal means.
        is_own_open: Tells whether other searches of this run are open on the platform.
        own_keys: Keys that its answer has in common with an error.
    """

    method: str
    url: str
    auth: Sign
    json: JsonObject | None = None
    form: dict[str, str] | None = None
    may_be_empty: bool = False
    asked: Asked = Asked.OTHER
    is_own_open: Callable[[], bool] = none_is_open
    own_keys: Collection[str] = ()

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint, as the budget knows it."""
        return Endpoint(
            self.method,
            path_without_ids(urlsplit(self.url).path),
            "login" if self.asked is Asked.LOGIN else "api",
        )


class Transport:
    """Sends requests, and tries again what may pass.

    Args:
        budget: Shared by all requests of the run, retries included.
        timeout_seconds: For connecting, for the head of the answer, and for each wait for bytes of
            its body.
        retries: How often, and when, one request is tried again.
        secrets: Texts that no error quotes, should the platform echo them.
        clock: The clock to wait by.

    Attributes:
        platform_clock: The platform's clock, as its answers show it.
    """

    def __init__(
        self,
        budget: RequestBudget,
        *,
        timeout_seconds: float,
        retries: Retries,
        secrets: Collection[str] = (),
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._clock = clock
        self._budget = budget
        self._timeout_seconds = timeout_seconds
        self._retries = retries
        self._secrets = secrets
        self.platform_clock = PlatformClock()
        self._session = BoundedSession()
        self._doubted: set[Endpoint] = set()

    def send(self, call: Call, on_retry: Callable[[], None] = lambda: None) -> Answer:
        """Send a request until it is answered.

        Args:
            call: The request.
            on_retry: Called before each retry.

        Returns:
            The JSON object that the platform answers.

        Raises:
            UnauthorizedError: The answer is a 401.
            SubmissionLimitError: One of the open searches of this run must end first.
            RequestError: The answer is a refusal, or there is none after all retries.
        """
        log = RetryLog(
            lambda: f"{call.method} {path_of(call.url, self._secrets)}", self._retries.most
        )

        def note_retry(error: TransientRequestError, seconds: float) -> None:
            on_retry()
            log.note(error, seconds)

        try:
            return send_with_retries(
                lambda: self._attempt(call), self._retries, note_retry, self._clock
            )
        except SubmissionLimitError:
            raise
        except TransientRequestError as error:
            raise RequestError(
                f"{error.fact}{log.summary}",
                advise(error.status, call.asked),
                status=error.status,
                platform_message=error.platform_message,
            ) from None

    def send_once(self, call: Call) -> Answer:
        """Send a request at once and once, however the budget stands: for a run that ends.

        Raises:
            RequestError: There is no answer, or it is a refusal.
        """
        timeout_seconds = min(self._timeout_seconds, LONGEST_FAREWELL_SECONDS)
        request = self._sign(call)
        return self._exchange(call, request, timeout_seconds, self._budget.count(call.endpoint))

    def _attempt(self, call: Call) -> Answer:
        # Signed before it is counted, because signing may have to fetch a token first and a
        # request must not be sent later than the budget thinks; and signed again then, because
        # the token may have run out in the meantime.
        request = self._sign(call)
        sent_at = self._budget.acquire(call.endpoint)
        return self._exchange(call, call.auth(request), self._timeout_seconds, sent_at)

    def _sign(self, call: Call) -> requests.PreparedRequest:
        try:
            return self._session.prepared(call.method, call.url, call.auth, call.json, call.form)
        except requests.RequestException as error:
            raise explain_no_answer(
                error, call.method, call.url, self._timeout_seconds, self._secrets
            ) from None

    def _exchange(
        self,
        call: Call,
        request: requests.PreparedRequest,
        timeout_seconds: float,
        sent_at: float,
    ) -> Answer:
        try:
            with self._session.exchange(request, timeout_seconds) as response:
                place = place_of_response(response, self._secrets)
                trace = correlation(response, self._secrets)
                logger.debug("%s answered %d%s", place, response.status_code, trace)
                with suppress(KeyError, ValueError, TypeError, OverflowError):
                    self.platform_clock.shows(parsedate_to_datetime(response.headers["Date"]))
                allowance = read_allowance(response.headers)
                if allowance is not None:
                    self._budget.answered(call.endpoint, allowance, sent_at)
                is_success = response.status_code in SUCCESSES
                read = read_body if is_success else read_refusal
                body = read(response.raw, f"{place}{trace}", timeout_seconds)
        # requests raises a plain OSError where a file of certificates is not there.
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise explain_no_answer(
                error, call.method, call.url, timeout_seconds, self._secrets
            ) from None
        document = self._read(call, response, body, place, trace)
        return Answer(document, place=f"{place}{trace}", size=room_of(body))

    def _read(
        self, call: Call, response: requests.Response, body: bytes, place: str, trace: str
    ) -> JsonObject:
        """Read the JSON object of an answer, or raise what is wrong with it."""
        fact = f"{place} answered {response.status_code}"
        if response.status_code not in SUCCESSES:
            error = self._explain(call, response, body)
            if type(error) is TransientRequestError:
                self._heed(call, response, body, error.wait_seconds)
            raise error
        document = read_json(body)
        if not body and call.may_be_empty and response.status_code in _WITHOUT_BODY:
            document = {}
        if not isinstance(document, dict):
            raise TransientRequestError(
                f"{fact} with a body that is not a JSON object{trace}", status=response.status_code
            )
        said = ""
        if is_error(document, call.own_keys):
            said = "an error"
        elif is_error_beside_rows(document):
            said = "data and an error"
        if said:
            message, code = read_message(body, response.request, self._secrets)
            raise TransientRequestError(
                f'{fact} with {said}: "{message or code}"{trace}', status=response.status_code
            )
        if is_message_beside_rows(document) and call.endpoint not in self._doubted:
            self._doubted.add(call.endpoint)
            message, _ = read_message(body, response.request, self._secrets)
            logger.warning(
                '%s with data and a message: "%s"%s. Some data may be missing: ask the platform\'s '
                "support what it means. Further ones of its kind are not logged",
                fact,
                message,
                trace,
            )
        return document

    def _explain(self, call: Call, response: requests.Response, body: bytes) -> RequestError:
        allowance = read_allowance(response.headers)
        is_rate = allowance is not None and allowance.is_used_up
        return explain_refusal(
            response,
            body,
            self._secrets,
            call.asked,
            none_is_open if is_rate else call.is_own_open,
        )

    def _heed(
        self, call: Call, response: requests.Response, body: bytes, wait: float | None
    ) -> None:
        """Let other requests know of a refusal that concerns them, too."""
        found = restraint(response.status_code, response.headers, body, wait)
        if found.is_lower:
            self._budget.lower()
        if found.hold_seconds:
            self._budget.hold(call.endpoint.area, found.hold_seconds)
