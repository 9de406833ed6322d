"""Whether a request is tried again, and after how long: for the platform, the login and webhooks.

An answer or an exception that may pass becomes a `TransientRequestError`, which carries the wait
that the server asks for. `Retries` turns it, with the number of the attempt, into a wait.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import backoff
import requests
import urllib3

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    LoginLimitedError,
    SubmissionLimitError,
    TransientRequestError,
)
from tap_genesys_search.platform.http.responses import read_json
from tap_genesys_search.platform.limit_headers import read_allowance
from tap_genesys_search.timestamps import utc_now

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.platform.limit_headers import Allowance


JITTER = random.Random()  # noqa: S311 - not for security
"""Not the generator that all of a process share: whoever seeds that one gets what they expect."""

SERVER_ERRORS = range(500, 1000)

MAY_PASS = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        *SERVER_ERRORS,
    }
)
"""Statuses of answers that are tried again."""


TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError)

BROKEN_CONNECTIONS = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.DecodeError,
)
"""What is tried again where there is no answer, but for TLS errors, which are some of these."""


LONGEST_WAIT_SECONDS = 600.0
"""The longest wait before a retry; a platform that asks for more is down, and the run says so."""


SHORTEST_TRUSTED_WAIT_SECONDS = 1.0
"""A shorter one may come of a date, which has whole seconds, and would use up all retries."""


LOGIN_LIMIT_SECONDS = 2.0
"""The first wait for a login server that has had too many logins. It doubles with each attempt:
with five retries a run waits for a minute."""


GRACE_SECONDS = 15.0
"""A new token takes about ten seconds until all of the platform knows it (Genesys' Terraform
provider waits for that); a new job, some seconds."""


SHORTEST_GRACE_WAIT_SECONDS = 0.5


_WAIT_IN_MESSAGE = re.compile(r"\bin \[?(\d+)\]? seconds")

_OF_RATE = re.compile(r"\brate\b|\bper[. _](second|minute|hour)\b", re.IGNORECASE)


Result = TypeVar("Result")

OnRetry: TypeAlias = Callable[[TransientRequestError, float], None]


@dataclass(frozen=True)
class Retries:
    """How often one request is tried again, and when.

    Attributes:
        most: How often at most.
        first_wait_seconds: Longest wait before the first retry; it doubles with each one.
        longest_wait_seconds: No wait is longer.
    """

    most: int
    first_wait_seconds: float
    longest_wait_seconds: float = LONGEST_WAIT_SECONDS

    def wait(self, error: TransientRequestError, attempt: int) -> float | None:
        """Decide whether and when to try again.

        The wait is the one that the server asks for, else a random one ("full jitter") whose bound
        doubles with each attempt.

        Args:
            error: How the attempt failed.
            attempt: Number of the attempt, from 1.

        Returns:
            Seconds to wait, or None to give up.
        """
        # Whoever submits a search waits for the end of another one, see `jobs/wait.py`.
        if attempt > self.most or isinstance(error, SubmissionLimitError):
            return None
        asked = error.wait_seconds
        if asked is None and isinstance(error, LoginLimitedError):
            return LOGIN_LIMIT_SECONDS * 2.0 ** (attempt - 1)
        if asked is not None and asked >= SHORTEST_TRUSTED_WAIT_SECONDS:
            return min(asked, self.longest_wait_seconds)
        longest = min(self.first_wait_seconds * 2.0 ** (attempt - 1), self.longest_wait_seconds)
        return max(asked or 0.0, JITTER.uniform(0, longest))


def send_with_retries(
    send: Callable[[], Result],
    retries: Retries,
    on_retry: OnRetry = lambda _error, _seconds: None,
    clock: Clock = SYSTEM_CLOCK,
) -> Result:
    """Send a request until it is answered or given up.

    Args:
        send: Sends it once.
        retries: How often, and when, it is tried again.
        on_retry: Called before each wait with the error and the seconds of the wait.
        clock: The clock to wait by.

    Returns:
        What `send` returns.

    Raises:
        RequestError: What the last attempt raised.
    """
    retrying = backoff.on_exception(
        _waited,
        TransientRequestError,
        jitter=None,
        logger=None,
        retries=retries,
        on_retry=on_retry,
        clock=clock,
    )
    return retrying(send)()


def _waited(
    retries: Retries, on_retry: OnRetry, clock: Clock
) -> Generator[float, TransientRequestError, None]:
    """Wait after each failure by the clock of the run, and leave no wait to python-backoff.

    python-backoff primes the generator, sends it each failure, and gives up where it ends.
    """
    error = yield 0.0
    for attempt in count(1):
        wait = retries.wait(error, attempt)
        if wait is None:
            return
        on_retry(error, wait)
        clock.sleep(wait)
        error = yield 0.0


def requested_wait(status: int, headers: Mapping[str, str], message: str = "") -> float | None:
    """Tell how many seconds a server asks to wait before a retry.

    `Retry-After` comes in seconds or as a date; without it a 429 of the platform has the seconds
    left in `inin-ratelimit-reset`, or says them in its message.

    Args:
        status: HTTP status of the answer.
        headers: Of the answer.
        message: What the platform says.
    """
    retry_after = headers.get("Retry-After")
    if retry_after is not None:
        seconds = _read_seconds(retry_after)
        return seconds if seconds is not None else _seconds_until(retry_after, headers.get("Date"))
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    reset = _read_seconds(headers.get("inin-ratelimit-reset", ""))
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


def _seconds_until(date: str, sent: str | None) -> float | None:
    """Tell how far away a date is, by the server's own clock where it says its time."""
    try:
        now = parsedate_to_datetime(sent) if sent else utc_now()
        return max(0.0, (parsedate_to_datetime(date) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(frozen=True)
class Restraint:
    """What a refusal means for the other requests of a run.

    Attributes:
        hold_seconds: How long none may be sent to the same area.
        is_lower: Whether fewer a minute may be sent from now on.
    """

    hold_seconds: float = 0.0
    is_lower: bool = False


def restraint(
    status: int, headers: Mapping[str, str], body: bytes, wait_seconds: float | None
) -> Restraint:
    """Decide what a refusal that may pass means for the other requests of a run.

    Args:
        status: HTTP status of the answer.
        headers: Of the answer.
        body: Of the answer.
        wait_seconds: How long the platform asks to wait.
    """
    if status != HTTPStatus.TOO_MANY_REQUESTS:
        return Restraint(wait_seconds or 0.0)
    allowance = read_allowance(headers)
    if not _is_of_request_rate(allowance, body):
        return Restraint()
    # What is used up by the headers is known already.
    return Restraint(wait_seconds or 0.0, is_lower=allowance is None or not allowance.is_used_up)


def _is_of_request_rate(allowance: Allowance | None, body: bytes) -> bool:
    """Tell whether a 429 is for too many requests, and not for too much else, as open jobs.

    The body may name the limit, as `client.credentials.token.rate.per.minute`, or say "Rate limit
    exceeded". Else it is not for requests where the headers say that some are left.
    """
    document = read_json(body)
    document = document if isinstance(document, dict) else {}
    limit = document.get("limit")
    key = limit.get("key") if isinstance(limit, dict) else None
    if isinstance(key, str) and key:
        return _OF_RATE.search(key) is not None
    message = document.get("message")
    if isinstance(message, str) and _OF_RATE.search(message):
        return True
    return allowance is None or allowance.is_used_up


class Grace:
    """Patience with a platform that does not know yet what it has just handed out.

    A refusal does not count for some seconds from the making of this object.

    Args:
        clock: The clock of the run.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since = clock.monotonic()

    def next_wait(self) -> float | None:
        """Tell how many seconds to wait before asking again.

        Returns:
            As many as have gone by, so that the waits double; None where the time is over.
        """
        age = self._clock.monotonic() - self._since
        if age >= GRACE_SECONDS:
            return None
        return min(max(age, SHORTEST_GRACE_WAIT_SECONDS), GRACE_SECONDS - age)
