"""The platform's rate limit: so many requests in each minute of a client."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genesys_cloud_simulator.errors import PlatformError, json_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response


WINDOW_SECONDS = 60

_KEPT_WINDOWS = 10_000


@dataclass(frozen=True)
class Allowance:
    """What a rate limit says about one request.

    Attributes:
        count: The requests let through in this window, this one included when it was.
        allowed: The largest count.
        reset_seconds: The seconds left in the window.
        exceeded: Whether this request was one too many.
    """

    count: int
    allowed: int
    reset_seconds: int
    exceeded: bool

    def headers(self) -> dict[str, str]:
        """Write the allowance as the platform's headers.

        Returns:
            The headers.
        """
        return {
            "inin-ratelimit-count": str(self.count),
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-reset": str(self.reset_seconds),
        }

    def error(self) -> PlatformError:
        """Write the refusal of a request that was one too many.

        Returns:
            The error.
        """
        return rate_limit_error(
            self.allowed, self.reset_seconds, {"Retry-After": str(self.reset_seconds)}
        )


@dataclass
class RateLimiter:
    """Counts requests in fixed windows of one minute, which begin with a key's first request.

    Attributes:
        requests_per_minute: The largest number of requests in a window.
        clock: Tells the time in seconds.
    """

    requests_per_minute: int
    clock: Callable[[], float]
    _windows: dict[str, tuple[float, int]] = field(default_factory=dict, init=False, repr=False)

    def hit(self, key: str) -> Allowance:
        """Count a request.

        Args:
            key: Whose request it is.

        Returns:
            The state of the window, and whether the request is one too many.
        """
        now = self.clock()
        start, count = self._windows.get(key, (now, 0))
        if now >= start + WINDOW_SECONDS:
            start, count = now, 0
        exceeded = count >= self.requests_per_minute
        if not exceeded:
            count += 1
        if len(self._windows) >= _KEPT_WINDOWS:
            self._windows = {
                other: window
                for other, window in self._windows.items()
                if now < window[0] + WINDOW_SECONDS
            }
        self._windows[key] = (start, count)
        reset = max(1, math.ceil(start + WINDOW_SECONDS - now))
        return Allowance(count, self.requests_per_minute, reset, exceeded)


def rate_limit_error(allowed: int, seconds: int, headers: dict[str, str]) -> PlatformError:
    """Write a refusal for too many requests.

    Since November 2021 limits of rates and of concurrency are answered in the same words
    (https://developer.genesys.cloud/forum, topics 12028 and 25774).

    Args:
        allowed: The limit.
        seconds: How long to wait.
        headers: The headers that say so, too.

    Returns:
        The error.
    """
    return PlatformError(
        429,
        "too.many.requests.retry.after",
        f"Rate limit exceeded the maximum [{allowed}]. Retry the request in [{seconds}] seconds",
        headers=headers,
    )


def login_rate_limit_response(allowed: int) -> Response:
    """Answer a login that is one too many, with a 400 and without `Retry-After`.

    Source: the retries of MyPureCloud/terraform-provider-genesyscloud.

    Args:
        allowed: The limit.

    Returns:
        The answer.
    """
    description = f"rate limit exceeded; no more than {allowed} tokens a minute"
    return json_response({"error": "invalid_request", "description": description}, 400)
