"""One request budget for everything the tap sends to the platform."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

logger = logging.getLogger("tap-genesys-search.budget")

PERIOD_SECONDS = 60.5
"""A minute, and half a second for requests that take unequally long to arrive."""


class RequestBudget:
    """At most so many requests in any minute, shared by all threads.

    The platform allows a client 300 requests a minute
    (https://developer.genesys.cloud/organization/organization/limits#platform-api). Requests
    may come in a burst: the budget looks back over a sliding minute rather than spacing them.
    """

    def __init__(self, requests_per_minute: int) -> None:
        self._allowed = requests_per_minute
        self._sent: deque[float] = deque()
        self._held_until = 0.0
        self._lock = threading.Lock()

    def acquire(self) -> None:
        """Wait until one more request may be sent, and count it."""
        while (wait := self._reserve()) > 0:
            logger.debug("Request budget used up, waiting %.1f s", wait)
            time.sleep(wait)

    def hold(self, seconds: float) -> None:
        """Let no request through for a while, as a 429 asks of all of them."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def free(self) -> float:
        """Tell which share of a minute's requests may be sent now, 0 to 1."""
        with self._lock:
            now = time.monotonic()
            if now < self._held_until:
                return 0.0
            self._forget(now)
            return max(0.0, 1 - len(self._sent) / self._allowed)

    def _reserve(self) -> float:
        """Count a request that may go now, or tell for how many seconds it may not."""
        with self._lock:
            now = time.monotonic()
            if now < self._held_until:
                return self._held_until - now
            self._forget(now)
            if len(self._sent) >= self._allowed:
                return self._sent[0] + PERIOD_SECONDS - now
            self._sent.append(now)
            return 0.0

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - PERIOD_SECONDS:
            self._sent.popleft()
