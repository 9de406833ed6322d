"""Long waits for a rate limit: said aloud, and not for ever."""

from __future__ import annotations

import logging
import math
from enum import Enum

from tap_genesys_search.errors import RequestError

logger = logging.getLogger("tap-genesys-search.budget")


LONG_SECONDS = 10.0
"""A wait that is worth a line."""


BETWEEN_LINES_SECONDS = 60.0


MOST_SECONDS = 600.0

LEAST_REQUESTS = 30
"""A limit of the platform that lets fewer requests through in ten minutes holds a run for ever. The
smallest that is known is 180 a minute."""


WAITING_SHARE = 0.8
"""A run that waits for less of its time may just have little to ask."""


class Cause(Enum):
    """What a request waits for."""

    OWN_BUDGET = "as many were sent in this minute as may be"
    HELD = "the platform has asked to wait"
    PLATFORM_LIMIT = "the platform's rate limit is used up"


class LongWaits:
    """How long a run has waited, and for what."""

    def __init__(self) -> None:
        self._said_at = -math.inf
        self._since = -math.inf
        self._sent_before = 0
        self._waited_seconds = 0.0

    def check(self, wait_seconds: float, cause: Cause, now: float, sent: int) -> None:
        """Say, once a minute, that a request has to wait for long.

        Args:
            wait_seconds: For how long.
            cause: What for.
            now: The time, by the monotonic clock.
            sent: How many requests the run has sent.

        Raises:
            RequestError: It waits for a limit of the platform that lets next to nothing through.
        """
        if wait_seconds < LONG_SECONDS:
            return
        if now - self._said_at >= BETWEEN_LINES_SECONDS:
            self._said_at = now
            logger.info(
                "Waiting %.0f s before the next request: %s (%d requests sent so far)",
                wait_seconds,
                cause.value,
                sent,
            )
        if cause is Cause.PLATFORM_LIMIT:
            self._check_limit(now, sent)
            self._waited_seconds += wait_seconds

    def _check_limit(self, now: float, sent: int) -> None:
        seconds, requests = now - self._since, sent - self._sent_before
        if seconds < MOST_SECONDS:
            return
        if self._waited_seconds >= WAITING_SHARE * seconds and requests < LEAST_REQUESTS:
            raise RequestError(
                f"The platform's rate limit has let {requests} requests through in "
                f"{seconds / 60:.0f} minutes",
                "Another program may use the same OAuth client up, or its limit is too low: run "
                "again later, or ask Genesys support; the state is kept",
            )
        self._since, self._sent_before, self._waited_seconds = now, sent, 0.0
