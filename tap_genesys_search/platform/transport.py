"""Sending one request to the platform: within the budget, retried, its answer checked."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import backoff
import requests
import urllib3

from tap_genesys_search.errors import (
    LoginLimitedError,
    RequestError,
    SubmissionLimitError,
    TransientRequestError,
)
from tap_genesys_search.platform.connections import TIMEOUTS_AN_ANSWER, BoundedSession
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.platform.limit_headers import read_allowance
from tap_genesys_search.platform.rate_limit import endpoint_of
from tap_genesys_search.platform.response_errors import (
    LONGEST_WAIT_SECONDS,
    SUCCESSES,
    advise,
    correlation,
    explain_no_answer,
    explain_refusal,
    is_of_request_rate,
    place_of_response,
    read_message,
)
from tap_genesys_search.platform.responses import Answer, read_body, read_json
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Collection, Generator
    from datetime import timedelta

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.rate_limit import RequestBudget


logger = logging.getLogger("tap-genesys-search.transport")


Sign = Callable[[requests.PreparedRequest], requests.PreparedRequest]


SHORTEST_TRUSTED_WAIT_SECONDS = 1.0
"""Less may come of a date, which has whole seconds, and would use up all retries at once."""


LAST_SECONDS = 3.0
"""How long an answer is waited for that a run needs no more."""


def _never() -> bool:
    return False


LOGIN_LIMIT_SECONDS = 2.0
"""The first wait for a login server that has had too many logins; with five retries, which each
wait twice as long as the one before, a run waits for a minute."""


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
    """

    method: str
    url: str
    auth: Sign
    json: JsonObject | None = None
    form: dict[str, str] | None = None
    may_be_empty: bool = False
    asked: Asked = Asked.OTHER
    is_own_open: Callable[[], bool] = _never

    @property
    def endpoint(self) -> str:
        """The endpoint, as the budget knows it."""
        return endpoint_of(self.method, urlsplit(self.url).path)


class Transport:
    """Sends requests, and tries again what may pass.

    Args:
        budget: Shared by all requests of the run, retries included.
        timeout_seconds: For connecting, for the head of the answer, and for each wait for bytes of
            its body.
        max_retries: How often one request is tried again.
        backoff_base_seconds: Longest wait before the first retry; it doubles with each one.
        secrets: Texts that no error quotes, should the platform echo them.

    Attributes:
        clock_lead: How far this machine's clock is ahead of the platform's, or None as long as
            that isn't known.
    """

    def __init__(
        self,
        budget: RequestBudget,
        *,
        timeout_seconds: float,
        max_retries: int,
        backoff_base_seconds: float,
        secrets: Collection[str] = (),
    ) -> None:
        self._budget = budget
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._backoff_base_seconds = backoff_base_seconds
        self._secrets = secrets
        self.clock_lead: timedelta | None = None
        self._environments: dict[tuple[str, str], dict[str, Any]] = {}
        self._session = BoundedSession()
        self._session.headers["Accept-Encoding"] = "gzip"

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

        def log_retry(details: Any) -> None:  # noqa: ANN401 - python-backoff's private TypedDict
            on_retry()
            logger.warning("%s; trying again in %.1f s", details["exception"], details["wait"])

        retrying = backoff.on_exception(
            self._waits,
            TransientRequestError,
            max_tries=self._max_retries + 1,
            giveup=lambda error: isinstance(error, SubmissionLimitError),
            jitter=None,
            on_backoff=log_retry,
            logger=None,
        )(self._attempt)
        try:
            return retrying(call)
        except SubmissionLimitError:
            raise
        except TransientRequestError as error:
            raise RequestError(
                f"{error.fact}, after {self._max_retries} "
                f"{'retry' if self._max_retries == 1 else 'retries'}",
                advise(error.status, call.asked),
                status=error.status,
                platform_message=error.platform_message,
            ) from None

    def send_once(self, call: Call) -> Answer:
        """Send a request at once and once, however the budget stands: for a run that ends.

        Raises:
            RequestError: There is no answer, or it is a refusal.
        """
        timeout_seconds = min(self._timeout_seconds, LAST_SECONDS)
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
            return self._session.prepare_request(
                requests.Request(
                    call.method, call.url, auth=call.auth, json=call.json, data=call.form
                )
            )
        except requests.RequestException as error:
            raise explain_no_answer(error, call.method, call.url, self._timeout_seconds) from None

    def _exchange(
        self,
        call: Call,
        request: requests.PreparedRequest,
        timeout_seconds: float,
        sent_at: float,
    ) -> Answer:
        try:
            with self._session.send(
                request,
                timeout=timeout_seconds,
                allow_redirects=False,  # a token must not follow one to another host
                stream=True,
                **self._environment_of(call.url),
            ) as response:
                place, trace = place_of_response(response), correlation(response)
                logger.debug("%s answered %d%s", place, response.status_code, trace)
                self._compare_clocks(response)
                allowance = read_allowance(response.headers)
                if allowance is not None:
                    self._budget.answered(call.endpoint, allowance, sent_at)
                body = read_body(
                    response.raw, f"{place}{trace}", timeout_seconds * TIMEOUTS_AN_ANSWER
                )
        # requests raises a plain OSError where a file of certificates is not there.
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise explain_no_answer(error, call.method, call.url, timeout_seconds) from None
        answer = self._read(call, response, body, f"{place} answered {response.status_code}", trace)
        answer.size = len(body)
        answer.place = f"{place}{trace}"
        return answer

    def _environment_of(self, url: str) -> dict[str, Any]:
        """Tell the proxies and certificates for a host; the environment is read once a host."""
        address = urlsplit(url)
        host = address.scheme, address.netloc
        if host not in self._environments:
            found = self._session.merge_environment_settings(url, {}, None, None, None)
            # Plain http is to this machine, so not through another one.
            proxies = found["proxies"] if address.scheme == "https" else {}
            self._environments[host] = {
                "proxies": proxies,
                "verify": found["verify"],
                "cert": found["cert"],
            }
        return self._environments[host]

    def _read(
        self, call: Call, response: requests.Response, body: bytes, fact: str, trace: str
    ) -> Answer:
        """Read the JSON object of an answer, or raise what is wrong with it."""
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
                f"{fact} with a body that is no JSON object{trace}", status=response.status_code
            )
        if _is_error_body(document):
            message, _ = read_message(body, response.request, self._secrets)
            raise TransientRequestError(
                f'{fact} with an error: "{message}"{trace}', status=response.status_code
            )
        return Answer(document)

    def _explain(self, call: Call, response: requests.Response, body: bytes) -> RequestError:
        allowance = read_allowance(response.headers)
        is_rate = allowance is not None and allowance.is_used_up
        return explain_refusal(
            response,
            body,
            self._secrets,
            call.asked,
            is_own_open=not is_rate and call.is_own_open(),
        )

    def _heed(
        self, call: Call, response: requests.Response, body: bytes, wait_seconds: float | None
    ) -> None:
        """Let other requests know of a refusal that concerns them, too."""
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            if not is_of_request_rate(response, body):
                return
            allowance = read_allowance(response.headers)
            if allowance is None or not allowance.is_used_up:  # else the budget knows
                self._budget.lower()
        if wait_seconds:
            self._budget.hold(call.endpoint, wait_seconds)

    def _compare_clocks(self, response: requests.Response) -> None:
        try:
            sent = parsedate_to_datetime(response.headers["Date"])
            self.clock_lead = utc_now() - sent
        except (KeyError, ValueError, TypeError):
            pass

    def _waits(self) -> Generator[float, TransientRequestError, None]:
        """Wait as long as the platform asks, else exponentially longer with full jitter."""
        error = yield 0.0  # python-backoff primes the generator and then sends each failure
        longest, login_wait = self._backoff_base_seconds, LOGIN_LIMIT_SECONDS
        while True:
            wait = error.wait_seconds
            if wait is None and isinstance(error, LoginLimitedError):
                wait = login_wait
                login_wait *= 2
            elif wait is None or wait < SHORTEST_TRUSTED_WAIT_SECONDS:
                jitter = random.uniform(0, min(longest, LONGEST_WAIT_SECONDS))  # noqa: S311
                wait = max(wait or 0.0, jitter)
            error = yield wait
            longest *= 2


def _is_error_body(document: JsonObject) -> bool:
    """Tell an error that comes as a success (model `ErrorBody`) from an answer.

    Its status may be missing, or come as a text. That of a query says how the query stands, in
    words, which its search API reads.
    """
    status = document.get("status")
    if isinstance(status, str) and status.isdecimal():
        status = int(status)
    if isinstance(status, int):
        return status >= HTTPStatus.BAD_REQUEST and "message" in document
    return status is None and all(
        isinstance(document.get(name), str) for name in ("message", "code")
    )
