"""One request budget for everything the tap sends to the platform."""

from __future__ import annotations

import logging
import math
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.platform.limit_headers import PlatformLimit
from tap_genesys_search.platform.long_waits import Cause, LongWaits

if TYPE_CHECKING:
    from tap_genesys_search.clock import Clock
    from tap_genesys_search.platform.limit_headers import Allowance


logger = logging.getLogger("tap-genesys-search.budget")


PERIOD_SECONDS = 60.5
"""A minute, and half a second for requests that take unequally long to arrive."""


KEPT_SECONDS = 65.0
"""How far back what was sent is known, for windows of the platform that are a bit longer."""


LOWERED = 0.5

RAISED = 0.1
"""A 429 without a reason halves a run's allowance; each clean minute gives a tenth back."""


MOST_LIMITS = 16
"""More different limits than that a platform has only if its headers mean nothing."""


Area = Literal["api", "login"]


@dataclass(frozen=True)
class Endpoint:
    """What a limit of the platform may be for.

    Attributes:
        method: HTTP method.
        path: Path without ids.
        area: The login or the API, whose limits are apart.
    """

    method: str
    path: str
    area: Area


SEGMENTS_WITHOUT_IDS = 7


def path_without_ids(path: str) -> str:
    """Cut a path before its seventh segment, from which on there may be ids."""
    return "/".join(path.split("/")[:SEGMENTS_WITHOUT_IDS])


class RequestBudget:
    """At most so many requests in any minute, shared by all threads, and fewer where it must be.

    The platform allows a client 300 requests a minute
    (https://developer.genesys.cloud/organization/organization/limits#platform-api). Requests
    may come in a burst: the budget looks back over a sliding minute. Spaced ones leave to others
    what they don't use, and let runs follow each other that know nothing of one another.

    Answers tell how the platform's own count stands, but not of which limit. Endpoints whose
    answers name the same limit are taken to share it; a smaller one, as of the login, then holds
    none but its own.

    Args:
        requests_per_minute: The most there may be.
        spacing_seconds: The least time between two of them.
        clock: The clock to wait by.
    """

    def __init__(
        self,
        requests_per_minute: int,
        spacing_seconds: float = 0.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._clock = clock
        self._most = requests_per_minute
        self._allowed = requests_per_minute
        self._spacing_seconds = spacing_seconds
        self._changed_at = -math.inf
        self._sent: deque[tuple[float, Endpoint]] = deque()
        self._total = 0
        self._limits: dict[int, PlatformLimit] = {}
        self._limit_of: dict[Endpoint, int] = {}
        self._held_until: defaultdict[Area, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._long_waits = LongWaits()
        self._is_shared = False

    def acquire(self, endpoint: Endpoint) -> float:
        """Wait until one more request may be sent, and count it.

        Args:
            endpoint: Where to.

        Returns:
            When it was counted, by the monotonic clock.

        Raises:
            RequestError: The platform's limit lets next to nothing through.
        """
        while True:
            with self._lock:
                now = self._clock.monotonic()
                wait, cause = self._wait(endpoint, now)
                if wait <= 0:
                    return self._note(endpoint, now)
                self._long_waits.check(wait, cause, now, self._total)
            self._clock.sleep(wait)

    def count(self, endpoint: Endpoint) -> float:
        """Count a request that is sent however the budget stands, and tell when."""
        with self._lock:
            return self._note(endpoint, self._clock.monotonic())

    def answered(self, endpoint: Endpoint, allowance: Allowance, sent_at: float) -> None:
        """Take note of what an answer says about the platform's limit.

        Args:
            endpoint: Where the request went.
            allowance: What the answer says.
            sent_at: When `acquire` counted the request.
        """
        allowed = allowance.allowed
        with self._lock:
            self._limit_of[endpoint] = allowed
            if allowed not in self._limits:
                if len(self._limits) >= MOST_LIMITS:
                    self._limits.clear()
                self._limits[allowed] = PlatformLimit(lambda since: self._count(allowed, since))
            now = self._clock.monotonic()
            self._limits[allowed].read(allowance, sent_at, now)
            is_news = self._limits[allowed].is_shared(now) and not self._is_shared
            self._is_shared |= is_news
        if is_news:
            logger.info(
                "An earlier run, or another program, has sent requests as the same OAuth client: "
                "half of what is left of the rate limit stays for it"
            )

    def hold(self, area: Area, seconds: float) -> None:
        """Let no request to an area through for a while.

        Args:
            area: The API or the login.
            seconds: For how long.
        """
        with self._lock:
            self._held_until[area] = max(self._held_until[area], self._clock.monotonic() + seconds)

    def lower(self) -> None:
        """Send fewer requests a minute from now on: the platform refused one, and not why."""
        with self._lock:
            now = self._clock.monotonic()
            if now < self._changed_at + PERIOD_SECONDS and self._allowed < self._most:
                return  # one of several that were under way
            was, self._allowed = self._allowed, max(1, int(LOWERED * self._allowed))
            self._changed_at = now
            is_news = was == self._most and self._allowed < self._most
        if is_news:
            logger.warning(
                "The platform refuses requests within requests_per_minute %d: sending %d a minute "
                "for now. A lower requests_per_minute avoids this",
                self._most,
                self._allowed,
            )

    @property
    def total(self) -> int:
        """How many requests were counted, those to the login and all retries included."""
        return self._total

    def free(self) -> float:
        """Tell which share of a minute's requests may be sent now, 0 to 1."""
        with self._lock:
            now = self._clock.monotonic()
            if any(now < until for until in self._held_until.values()):
                return 0.0
            is_over = (sent_at <= now - PERIOD_SECONDS for sent_at, _ in self._sent)
            in_period = len(self._sent) - sum(takewhile(bool, is_over))
            own = 1 - in_period / self._allowed
            return max(0.0, min([own, *(limit.left(now) for limit in self._limits.values())]))

    @property
    def left(self) -> int:
        """How many requests may be sent now."""
        return int(self.free() * self._allowed)

    def _wait(self, endpoint: Endpoint, now: float) -> tuple[float, Cause]:
        """Tell for how many seconds a request may not be sent, and what for."""
        while self._sent and self._sent[0][0] <= now - KEPT_SECONDS:
            self._sent.popleft()
        if self._allowed < self._most and now >= self._changed_at + PERIOD_SECONDS:
            self._allowed = min(self._most, self._allowed + max(1, int(RAISED * self._most)))
            self._changed_at = now
        waits = [(self._held_until[endpoint.area] - now, Cause.HELD)]
        last_sent_at = self._sent[-1][0] if self._sent else -math.inf
        if self._spacing_seconds:
            waits.append((last_sent_at + self._spacing_seconds - now, Cause.OWN_BUDGET))
        if len(self._sent) >= self._allowed:
            waits.append((self._sent[-self._allowed][0] + PERIOD_SECONDS - now, Cause.OWN_BUDGET))
        allowed = self._limit_of.get(endpoint)
        if allowed in self._limits:
            waits.append((self._limits[allowed].wait(last_sent_at, now), Cause.PLATFORM_LIMIT))
        return max(waits, key=itemgetter(0))

    def _note(self, endpoint: Endpoint, now: float) -> float:
        # The time decides which period an answer counts in, also by a clock that ticks coarsely.
        sent_at = max(now, math.nextafter(self._sent[-1][0], math.inf)) if self._sent else now
        self._sent.append((sent_at, endpoint))
        self._total += 1
        return sent_at

    def _count(self, allowed: int, since: float) -> int:
        """Count the requests sent towards a limit after a moment."""
        count = 0
        for sent_at, endpoint in reversed(self._sent):
            if sent_at <= since:
                break
            count += self._limit_of.get(endpoint) == allowed
        return count
