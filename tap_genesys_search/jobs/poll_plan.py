"""When one job is polled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


STEP = 0.1
"""How much later the next poll is, as a share of the time since submission."""


SHORTEST_STEP_SECONDS = 0.02

LONGEST_STEP_SECONDS = 30.0


AMPLE = 0.5
"""While this share of the request budget is free, polls do not delay submissions."""


SMALLEST_SHARE = 0.05
"""At this free share of the budget or less, steps are ten times as long, and never longer."""


LOOK_SECONDS = 0.05
"""How often a job that follows another one checks whether that one is done."""


def _never() -> float:
    return math.inf


@dataclass(frozen=True)
class Wait:
    """How a wait for a job went, in seconds since its submission.

    Attributes:
        pending_at: The last poll that found the job pending, or None if no poll did.
        done_at: The first poll that found it done.
    """

    pending_at: float | None
    done_at: float


@dataclass(frozen=True)
class PollPlan:
    """When to poll a job, in seconds since its submission.

    Attributes:
        first: The first poll.
        glance: An earlier poll, in case the job is done long before; 0 for none.
        doubling_until: Until then, each poll comes at twice the time of the one before.
        others_took: Returns how long the job that this one follows took; infinite while that job is
            pending, or if this job follows none.
    """

    first: float
    glance: float = 0.0
    doubling_until: float = 0.0
    others_took: Callable[[], float] = _never

    def next_poll(self, polled_at: float | None, free: float) -> float:
        """Return when to poll next.

        Args:
            polled_at: When the last poll was, or None before the first one.
            free: Share of the request budget that is free, 0 to 1.
        """
        others_took = self.others_took()
        if polled_at is None:
            return min(self.glance or self.first, others_took)
        if polled_at + SHORTEST_STEP_SECONDS < min(self.first, others_took):
            return min(self.first, others_took)
        if polled_at < min(self.doubling_until, others_took):
            doubled = min(2 * polled_at, self.doubling_until, polled_at + LONGEST_STEP_SECONDS)
            return min(max(doubled, polled_at + SHORTEST_STEP_SECONDS), others_took)
        step = max(STEP * polled_at, SHORTEST_STEP_SECONDS)
        stretched = step * AMPLE / min(AMPLE, max(free, SMALLEST_SHARE))
        return polled_at + min(stretched, LONGEST_STEP_SECONDS)

    def pending_at(self, wait: Wait) -> float | None:
        """Return when a job was last found pending, or None if only the glance found it so."""
        was_glance = (
            self.glance and wait.pending_at and wait.pending_at < (self.glance + self.first) / 2
        )
        return None if was_glance else wait.pending_at

    @property
    def look_seconds(self) -> float:
        """How often to compute the next poll again, because it may have moved closer."""
        return math.inf if self.others_took is _never else LOOK_SECONDS
