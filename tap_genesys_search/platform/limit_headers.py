"""A rate limit of the platform, as the headers of its answers tell how it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


WINDOW_SECONDS = 60.0
"""The platform counts in windows of a minute; a header has been seen to say 61 s."""


LONGEST_RESET_SECONDS = 2 * WINDOW_SECONDS
"""A reset further ahead is not the end of such a window."""


LARGEST_COUNT = 10**9


START_TOLERANCE_SECONDS = 2.0
"""The seconds left come rounded up, and answers take their time."""


FOREIGN_REQUESTS = 1
"""A request of somebody else may be an error in counting our own."""


SHARED_SECONDS = 2 * WINDOW_SECONDS
"""How long a limit counts as shared after somebody else was seen to use it."""


VAIN_WAITS = 3

NEARLY_FULL = 0.9
"""After three windows that others have filled so far at our first request the limit is not
believed: a run must not be stalled by what an answer says that was no refusal."""


@dataclass(frozen=True)
class Allowance:
    """What an answer says about the limit that its request counted towards.

    Attributes:
        count: Requests in the platform's window, from all who share the limit.
        allowed: How many there may be.
        reset_seconds: Seconds left in the window.
    """

    count: int
    allowed: int
    reset_seconds: float

    @property
    def is_used_up(self) -> bool:
        """Whether the next request will be refused."""
        return self.count >= self.allowed


def read_allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Read the headers `inin-ratelimit-*`; None where one is missing or can't be meant."""
    count = _read_number(headers.get("inin-ratelimit-count"))
    allowed = _read_number(headers.get("inin-ratelimit-allowed"))
    reset = _read_number(headers.get("inin-ratelimit-reset"))
    if count is None or allowed is None or reset is None:
        return None
    if allowed < 1 or reset > LONGEST_RESET_SECONDS:
        return None
    return Allowance(int(count), int(allowed), reset)


def _read_number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    # NaN fails the comparison.
    return number if 0 <= number <= LARGEST_COUNT else None


class PlatformLimit:
    """How much of one limit is left, and who else uses it.

    Others are noticed by a count that grows faster than we send. From then on each request takes
    its turn in the rest of the window so that half of what is left stays for them: two taps that
    do so share it evenly, any number stay within it, and what one leaves the other gets.

    Args:
        sent_since: Counts our own requests that were sent after a moment of the monotonic clock.
    """

    def __init__(self, sent_since: Callable[[float], int]) -> None:
        self._sent_since = sent_since
        self._allowance = Allowance(0, 1, 0)
        self._read_at = -math.inf
        self._resets_at = -math.inf
        self._earlier = 0
        self._shared_until = -math.inf
        self._vain_waits = 0

    def read(self, allowance: Allowance, sent_at: float, now: float) -> None:
        """Take note of an answer.

        Args:
            allowance: What it says.
            sent_at: When its request was sent, by the monotonic clock.
            now: The time by that clock.
        """
        resets_at = now + allowance.reset_seconds
        is_first = self._resets_at == -math.inf
        is_new_window = resets_at > self._resets_at + START_TOLERANCE_SECONDS
        if not is_new_window and sent_at < self._read_at:
            return  # overtaken by a later one
        began = resets_at - WINDOW_SECONDS - START_TOLERANCE_SECONDS
        foreign = allowance.count - self._sent_since(began)
        if is_new_window:
            # An earlier run may have used the first window: that is nobody to share with.
            self._earlier = max(0, foreign) if is_first else 0
            own = self._sent_since(self._resets_at)
            is_vain = own <= 1 and allowance.count - own >= NEARLY_FULL * allowance.allowed
            self._vain_waits = self._vain_waits + 1 if is_vain else 0
        if foreign - self._earlier > FOREIGN_REQUESTS:
            self._shared_until = now + SHARED_SECONDS
        self._allowance, self._read_at, self._resets_at = allowance, sent_at, resets_at

    def is_shared(self, now: float) -> bool:
        """Tell whether somebody else was seen of late to use the limit."""
        return now < self._shared_until

    def left(self, now: float) -> float:
        """Tell which share of the window is left, 0 to 1."""
        if self._vain_waits >= VAIN_WAITS:
            return 1.0
        remaining, _, allowed = self._window(now)
        return min(1.0, max(0.0, remaining / allowed))

    def wait(self, last_sent_at: float, now: float) -> float:
        """Tell for how many seconds the next request must wait.

        Args:
            last_sent_at: When our last one was sent, by the monotonic clock.
            now: The time by that clock.
        """
        if self._vain_waits >= VAIN_WAITS:
            return 0.0
        remaining, until_reset, _ = self._window(now)
        if remaining <= 0:
            return until_reset
        if not self.is_shared(now):
            return 0.0
        turn = until_reset / max(1.0, remaining / 2)
        return min(max(0.0, last_sent_at + turn - now), until_reset)

    def _window(self, now: float) -> tuple[float, float, int]:
        """Tell the requests left, requests under way set aside; the seconds left; the limit."""
        allowed = self._allowance.allowed
        if now < self._resets_at:
            used = self._allowance.count + self._sent_since(self._read_at)
            return allowed - used, self._resets_at - now, allowed
        # A new window, of which no answer has told yet.
        used = self._sent_since(max(self._resets_at, now - WINDOW_SECONDS))
        return allowed - used, WINDOW_SECONDS, allowed
