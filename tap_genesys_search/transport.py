"""Sending one request to the platform: within the budget, retried, its answer checked."""

from __future__ import annotations

import json as json_module
import logging
import math
import random
import re
from base64 import b64decode
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import backoff
import requests
import urllib3
from requests.adapters import HTTPAdapter

from tap_genesys_search.errors import RequestError, TransientRequestError, UnauthorizedError
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from tap_genesys_search.budget import RequestBudget

logger = logging.getLogger("tap-genesys-search.transport")

# It logs whole addresses at DEBUG, and the webhook's may hold a secret.
logging.getLogger("urllib3").setLevel(logging.INFO)

JsonObject = dict[str, Any]


class Answer(JsonObject):
    """A JSON object that the platform answered.

    Attributes:
        place: Where it came from, for errors: method, path and correlation id.
    """

    place: str = ""


def place_of(answer: JsonObject, otherwise: str) -> str:
    """Tell where an answer came from, for an error about what it holds."""
    return answer.place if isinstance(answer, Answer) else otherwise


LONGEST_WAIT_SECONDS = 600.0
"""No retry waits longer; a platform that asks for more is down, and the run says so."""

SHORTEST_TRUSTED_WAIT_SECONDS = 1.0
"""Less may come of a date, which has whole seconds, and would use up all retries at once."""

LONGEST_MESSAGE = 300

CONNECTIONS_KEPT = 64
"""As many as there may be searches in flight."""

_WAIT_IN_MESSAGE = re.compile(r"\bin \[?(\d+)\]? seconds")
_SUCCESSES = range(HTTPStatus.OK, HTTPStatus.MULTIPLE_CHOICES)
_WITHOUT_BODY = {HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}
_RETRIED_STATUSES = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_ADVICE: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "Give a role of the OAuth client the permission it names",
    HTTPStatus.NOT_FOUND: "Check environment and api_url; search_api auto finds what an org offers",
    HTTPStatus.REQUEST_TIMEOUT: "Run again: the state is kept",
    HTTPStatus.TOO_MANY_REQUESTS: "Another program may use the same client: lower "
    "requests_per_minute, or run again later; the state is kept",
}


class Transport:
    """Sends requests, and tries again what may pass.

    Args:
        budget: Shared by all requests of the run, retries included.
        timeout_seconds: For connecting, and for each wait for bytes of the answer.
        max_retries: How often one request is tried again.
        backoff_base_seconds: Longest wait before the first retry; it doubles with each one.
    """

    def __init__(
        self,
        budget: RequestBudget,
        *,
        timeout_seconds: float,
        max_retries: int,
        backoff_base_seconds: float,
    ) -> None:
        self._budget = budget
        self._timeout_seconds = timeout_seconds
        self._max_retries = max_retries
        self._backoff_base_seconds = backoff_base_seconds
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS_KEPT))

    def send(
        self,
        method: str,
        url: str,
        *,
        auth: Callable[[requests.PreparedRequest], requests.PreparedRequest],
        json: JsonObject | None = None,
        form: dict[str, str] | None = None,
        on_retry: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Send a request until it is answered.

        Args:
            method: HTTP method.
            url: Full address.
            auth: Signs each attempt, so that a retry carries a fresh token.
            json: JSON body.
            form: Form body.
            on_retry: Called before each retry.

        Returns:
            The JSON object that the platform answers.

        Raises:
            UnauthorizedError: The answer is a 401.
            RequestError: The answer is a refusal, or there is none after all retries.
        """

        def attempt() -> Answer:
            try:
                # Signed before it is counted, because signing may have to fetch a token first and
                # a request must not be sent later than the budget thinks; and signed again then,
                # because the token may have run out in the meantime.
                request = self._session.prepare_request(
                    requests.Request(method, url, auth=auth, json=json, data=form)
                )
                surroundings = self._session.merge_environment_settings(url, {}, None, None, None)
                self._budget.acquire()
                request = auth(request)
                response = self._session.send(
                    request,
                    timeout=self._timeout_seconds,
                    allow_redirects=False,  # a token must not follow one to another host
                    **surroundings,
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                raise _explain_no_answer(error, method, url, self._timeout_seconds) from None
            logger.debug(
                "%s answered %d%s", _place(response), response.status_code, _correlation(response)
            )
            return self._read(response)

        def log_retry(details: Any) -> None:  # noqa: ANN401 - python-backoff's private TypedDict
            on_retry()
            logger.warning("%s; trying again in %.1f s", details["exception"], details["wait"])

        retrying = backoff.on_exception(
            self._waits,
            TransientRequestError,
            max_tries=self._max_retries + 1,
            jitter=None,
            on_backoff=log_retry,
            logger=None,
        )(attempt)
        try:
            return retrying()
        except TransientRequestError as error:
            raise RequestError(
                f"{error.fact}, after {self._max_retries} "
                f"{'retry' if self._max_retries == 1 else 'retries'}",
                _advise(error.status),
                status=error.status,
                platform_message=error.platform_message,
            ) from None

    def _read(self, response: requests.Response) -> Answer:
        """Read the JSON object of an answer, or raise what is wrong with it."""
        if response.status_code not in _SUCCESSES:
            error = _explain_refusal(response)
            if isinstance(error, TransientRequestError) and error.wait_seconds:
                self._budget.hold(error.wait_seconds)
            raise error
        place = f"{_place(response)}{_correlation(response)}"
        if not response.content and response.status_code in _WITHOUT_BODY:
            return Answer()
        body = _read_json(response)
        if not isinstance(body, dict):
            raise TransientRequestError(
                f"{_place(response)} answered {response.status_code} with a body that is no JSON "
                f"object{_correlation(response)}",
                status=response.status_code,
            )
        answer = Answer(body)
        answer.place = place
        return answer

    def _waits(self) -> Generator[float, TransientRequestError, None]:
        """Wait as long as the platform asks, else exponentially longer with full jitter."""
        error = yield 0.0  # python-backoff primes the generator and then sends each failure
        longest = self._backoff_base_seconds
        while True:
            wait = error.wait_seconds
            if wait is None or wait < SHORTEST_TRUSTED_WAIT_SECONDS:
                jitter = random.uniform(0, min(longest, LONGEST_WAIT_SECONDS))  # noqa: S311
                wait = max(wait or 0.0, jitter)
            error = yield wait
            longest *= 2


def _read_json(response: requests.Response) -> object:
    """Read a JSON body; None where it is none. NaN and Infinity, which are no JSON, become null."""
    try:
        return json_module.loads(response.content, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _explain_refusal(response: requests.Response) -> RequestError:
    """Turn an answer other than 2xx into the error to raise."""
    status = response.status_code
    message, code = _platform_message(response)
    said = f': "{message}"' if message else ""
    what = f"{_place(response)} answered {status} {code or response.reason or ''}".rstrip()
    text = f"{what}{said}{_correlation(response)}"
    if status == HTTPStatus.UNAUTHORIZED:
        unauthorized = UnauthorizedError(text, status=status, platform_message=message)
        unauthorized.authorization = str(response.request.headers.get("Authorization", ""))
        return unauthorized
    if status in _RETRIED_STATUSES or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = _requested_wait(response, message)
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            return RequestError(
                f"{text}. It asks to wait {wait:.0f} s, longer than a run waits "
                f"({LONGEST_WAIT_SECONDS:.0f} s)",
                "Run again later: the state is kept",
                status=status,
                platform_message=message,
            )
        transient = TransientRequestError(text, status=status, platform_message=message)
        transient.wait_seconds = wait
        return transient
    return RequestError(text, _advise(status), status=status, platform_message=message)


def _explain_no_answer(
    error: Exception, method: str, url: str, timeout_seconds: float
) -> RequestError:
    """Turn a failure to get an answer into the error to raise."""
    place = f"{method} {urlsplit(url).path}"
    host = urlsplit(url).hostname
    if isinstance(error, requests.exceptions.SSLError):
        return RequestError(
            f"{place}: no trusted TLS connection to {host}",
            "Check the address, and set REQUESTS_CA_BUNDLE where a proxy has its own certificate",
        )
    if isinstance(error, requests.Timeout):
        return TransientRequestError(f"{place}: no answer within {timeout_seconds:g} s")
    if isinstance(
        error,
        requests.ConnectionError
        | requests.exceptions.ChunkedEncodingError
        | requests.exceptions.ContentDecodingError,
    ):
        return TransientRequestError(f"{place}: {_explain_connection(error)} {host}")
    return RequestError(
        f"{place}: can't be sent to {host} ({type(error).__name__})", "Check the address"
    )


def _explain_connection(error: Exception) -> str:
    """Say how a connection failed, to go before the host's name."""
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None) or cause
    if isinstance(reason, urllib3.exceptions.NameResolutionError):
        return "there is no host by the name"
    if isinstance(reason, urllib3.exceptions.NewConnectionError):
        return "no connection to"
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return "the proxy gives no connection to"
    return "the connection broke off to"


def _place(response: requests.Response) -> str:
    """Name method and path of a request; the query may hold anything, so it stays out."""
    return f"{response.request.method} {urlsplit(response.url).path}"


def _correlation(response: requests.Response) -> str:
    correlation_id = _one_line(response.headers.get("ININ-Correlation-Id"), response.request)
    return f" (correlation id {correlation_id})" if correlation_id else ""


def _platform_message(response: requests.Response) -> tuple[str, str]:
    """Read message and code of the platform's error body, or of an OAuth one.

    A gateway's HTML page has neither. What the request itself carried as a secret is blotted
    out, should an answer echo it.
    """
    body = _read_json(response)
    if not isinstance(body, dict):
        return "", ""
    message = body.get("message") or body.get("error_description") or body.get("description")
    code = body.get("code") or body.get("error")
    return _one_line(message, response.request), _one_line(code, response.request)


def _one_line(value: object, request: requests.PreparedRequest) -> str:
    if not isinstance(value, str):
        return ""
    for secret in _secrets(request):
        value = value.replace(secret, "***")
    value = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return value if len(value) <= LONGEST_MESSAGE else f"{value[:LONGEST_MESSAGE]}…"


def _secrets(request: requests.PreparedRequest) -> Iterator[str]:
    """List the secrets that a request carries, as they are and as they were sent."""
    scheme, _, sent = str(request.headers.get("Authorization", "")).partition(" ")
    if sent:
        yield sent
    if scheme == "Basic":
        secret = b64decode(sent).partition(b":")[2].decode()
        if secret:
            yield secret


def _requested_wait(response: requests.Response, message: str) -> float | None:
    """Tell how many seconds the platform asks to wait before a retry.

    `Retry-After` comes in seconds or as a date; without it a 429 has the seconds left in
    `inin-ratelimit-reset`, or says them in its message.
    """
    retry_after = response.headers.get("Retry-After")
    if retry_after is not None:
        seconds = _read_seconds(retry_after)
        return seconds if seconds is not None else _seconds_until(retry_after, response)
    if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    reset = _read_seconds(response.headers.get("inin-ratelimit-reset", ""))
    if reset is not None:
        return reset + 1
    in_message = _WAIT_IN_MESSAGE.search(message)
    return float(in_message[1]) if in_message else None


def _read_seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _seconds_until(date: str, response: requests.Response) -> float | None:
    """Tell how far away a date is, by the server's own clock where it says its time."""
    try:
        until = parsedate_to_datetime(date)
        sent = response.headers.get("Date")
        now = parsedate_to_datetime(sent) if sent else utc_now()
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _advise(status: int | None) -> str:
    """Say what to do about a refusal."""
    if status is None:
        return (
            "Check the network, and environment or auth_url and api_url, then run again: the state "
            "is kept"
        )
    if status in _ADVICE:
        return _ADVICE[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "Run again: the state is kept. If it recurs for the same dates, lower window_hours"
    if status in _SUCCESSES:
        return "Run again; if it recurs, check that the address is the platform's, not a proxy's"
    if status < HTTPStatus.BAD_REQUEST:
        return "A redirect is never followed: set environment or api_url to the final address"
    return (
        "Check the settings fields, filters and start_date; where the org does not know this kind "
        "of search, search_api auto finds what it offers"
    )
