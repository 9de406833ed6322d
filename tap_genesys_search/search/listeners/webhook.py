"""Telling a web address of each completed search, in the background.

Requests are signed as Standard Webhooks has it (https://www.standardwebhooks.com), for which there
are verifiers in most languages.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import queue
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import RequestError, SearchFailedError, TransientRequestError
from tap_genesys_search.platform.http.connections import BoundedSession, unsigned
from tap_genesys_search.platform.http.response_errors import SUCCESSES
from tap_genesys_search.platform.http.retries import (
    MAY_PASS,
    Retries,
    requested_wait,
    send_with_retries,
)
from tap_genesys_search.records.ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.json_types import JsonObject


logger = logging.getLogger("tap-genesys-search.webhook")


TIMEOUT_SECONDS = 5.0

ATTEMPTS = 5

FIRST_WAIT_SECONDS = 1.0

LONGEST_RETRY_SECONDS = 30.0


MOST_WAITING = 1000
"""Searches that wait to be notified; a webhook that is slower misses some."""


MOST_BYTES_WAITING = 8 * 2**20
"""Their messages may hold facets of many buckets."""


LAST_SECONDS = 20.0
"""How long a run that is done waits for the webhook to hear of its last searches."""


@dataclass(frozen=True)
class _Message:
    id: str
    body: bytes


class Webhook:
    """Posts what is announced, one after the other, from a thread of its own.

    Args:
        url: Where to; it may hold a secret, so only its host is ever logged.
        key: Signs the requests; None signs none.
        clock: The clock to wait by between attempts.
    """

    def __init__(self, url: str, key: bytes | None = None, clock: Clock = SYSTEM_CLOCK) -> None:
        self._clock = clock
        self._url = url
        self._host = urlsplit(url).hostname
        self._key = key
        self._session = BoundedSession()
        self._retries = Retries(ATTEMPTS - 1, FIRST_WAIT_SECONDS, LONGEST_RETRY_SECONDS)
        self._waiting: queue.Queue[_Message | None] = queue.Queue(MOST_WAITING)
        self._bytes_waiting = 0
        self._lock = threading.Lock()
        self._announced = 0
        self._delivered = 0
        self._reasons: set[str] = set()
        self._without_facets = 0
        self._no_facets = ""
        # A daemon: a webhook that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._deliver, name="webhook", daemon=True)
        self._thread.start()

    def search_done(self, audit: JsonObject, facets: Callable[[], Iterable[JsonObject]], /) -> None:
        """Announce a search whose window is closed; no others are of use to anybody."""
        if audit["status"] in {"completed", "incomplete"}:
            self.announce(audit, self._read(facets))

    def announce(self, audit: JsonObject, facets: list[JsonObject] | None) -> None:
        """Tell of a completed search, sooner or later; this neither waits nor fails.

        Args:
            audit: Record of `search_audits`.
            facets: Records of `interaction_facets`; None where they could not be read.
        """
        self._announced += 1
        try:
            body = json.dumps({"audit": audit, "facets": facets}, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:  # what a record can hold that no JSON can
            self._reasons.add(f"a search that is not JSON ({type(error).__name__})")
            return
        search = f"{audit.get('search_id')} {audit.get('started_at')}"
        message = _Message(f"msg_{digest_of(search)}", body)
        with self._lock:
            if self._bytes_waiting + len(body) > MOST_BYTES_WAITING:
                self._reasons.add(f"more than {MOST_BYTES_WAITING // 2**20} MB waiting")
                return
            self._bytes_waiting += len(body)
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self._reasons.add(f"more than {MOST_WAITING} searches waiting")
            self._free(message)

    def finish(self, seconds: float) -> None:
        """Wait for what is announced to be delivered, and say what was not.

        Args:
            seconds: How long to wait at most.
        """
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            seconds = 0
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._reasons.add("no time left")
        if self._without_facets:
            logger.warning(
                "webhook_url: %s gets %d searches without their facets (facets: null), which could "
                "not be read: %s",
                self._host,
                self._without_facets,
                self._no_facets,
            )
        missed = self._announced - self._delivered
        if missed:
            logger.warning(
                "webhook_url: %s has not heard of %d of %d searches (%s). Their audits and facets "
                "are in the streams",
                self._host,
                missed,
                self._announced,
                "; ".join(sorted(self._reasons)),
            )

    def _read(self, facets: Callable[[], Iterable[JsonObject]]) -> list[JsonObject] | None:
        try:
            return list(facets())
        except (RequestError, SearchFailedError, RecursionError) as error:
            # No stream has asked for them, and the state has moved: the search is complete.
            self._without_facets += 1
            self._no_facets = str(error)
            return None

    def _free(self, message: _Message) -> None:
        with self._lock:
            self._bytes_waiting -= len(message.body)

    def _deliver(self) -> None:
        while (message := self._waiting.get()) is not None:
            self._post_until_taken(message)
            self._free(message)

    def _post_until_taken(self, message: _Message) -> None:
        try:
            send_with_retries(lambda: self._post(message), self._retries, clock=self._clock)
        except RequestError as error:
            self._reasons.add(error.fact)
        else:
            self._delivered += 1

    def _post(self, message: _Message) -> None:
        try:
            # What a webhook answers does not matter, and it may say it for ever: it is not read.
            with self._session.exchange(self._prepare(message), TIMEOUT_SECONDS) as answer:
                status = answer.status_code
        # requests raises a plain OSError where a file of certificates is not there.
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            raise TransientRequestError(f"no answer: {type(error).__name__}") from None
        if status in MAY_PASS:
            raise TransientRequestError(
                f"answered {status}", wait_seconds=requested_wait(status, answer.headers)
            )
        if status not in SUCCESSES:
            raise RequestError(f"answered {status}")

    def _prepare(self, message: _Message) -> requests.PreparedRequest:
        headers = {"Content-Type": "application/json", "webhook-id": message.id}
        if self._key:
            headers |= _signature(self._key, message, int(time.time()))
        return self._session.prepare_request(
            requests.Request("POST", self._url, headers=headers, data=message.body, auth=unsigned)
        )


@contextmanager
def told_of_searches(url: str, key: bytes | None, clock: Clock) -> Iterator[Webhook]:
    """Have a webhook for the time of some searches.

    Args:
        url: Its address.
        key: Signs the requests.
        clock: The clock to wait by between attempts.
    """
    webhook = Webhook(url, key, clock)
    try:
        yield webhook
    except Exception:
        webhook.finish(TIMEOUT_SECONDS)
        raise
    except BaseException:  # a signal: the run is to end at once
        webhook.finish(0)
        raise
    else:
        webhook.finish(LAST_SECONDS)


def _signature(key: bytes, message: _Message, now: int) -> dict[str, str]:
    signed = f"{message.id}.{now}.".encode() + message.body
    digest = base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {"webhook-timestamp": str(now), "webhook-signature": f"v1,{digest}"}
