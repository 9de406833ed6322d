"""The rate limit of the benchmark's server: so many requests of a client in a fixed period."""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class RateLimit:
    """Counts requests in periods that begin with a client's first request.

    Attributes:
        allowed: Requests in a period, or None where there is no limit.
        period_seconds: The platform's is a minute.
    """

    allowed: int | None = None
    period_seconds: float = 60.0
    _periods: dict[str, tuple[float, int]] = field(default_factory=dict, init=False, repr=False)

    def hit(self, client: str, now: float) -> tuple[int | None, dict[str, str]]:
        """Count a request.

        Args:
            client: Whose it is.
            now: A time in seconds.

        Returns:
            How many seconds to wait, where it is one too many, and the headers of the answer.
        """
        if self.allowed is None:
            return None, {}
        start, count = self._periods.get(client, (now, 0))
        if now >= start + self.period_seconds:
            start, count = now, 0
        is_exceeded = count >= self.allowed
        count += not is_exceeded
        self._periods[client] = (start, count)
        reset = max(1, math.ceil(start + self.period_seconds - now))
        headers = {
            "inin-ratelimit-count": str(count),
            "inin-ratelimit-allowed": str(self.allowed),
            "inin-ratelimit-reset": str(reset),
        }
        if not is_exceeded:
            return None, headers
        return reset, {**headers, "Retry-After": str(reset)}

    def forget(self) -> None:
        """Start over."""
        self._periods.clear()
