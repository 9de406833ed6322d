"""Waiting for a job on the platform: when to ask, and for how long."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import SearchOverdueError

if TYPE_CHECKING:
    from collections.abc import Callable

STEP = 0.1
"""How much later the next poll is, as a share of the time gone by: none is later by more."""

QUICKEST_SECONDS = 0.1
"""After so long the first job of a run is asked for first, as it may be done at once."""

SHORTEST_STEP_SECONDS = 0.02
LONGEST_STEP_SECONDS = 30.0

LONGEST_FIRST_DELAY_SECONDS = 60.0
"""What one long job teaches must not keep short ones for longer."""

AMPLE = 0.5
"""While this share of the request budget is free, a poll takes nothing from submissions."""

SMALLEST_SHARE = 0.05
"""With less of the budget free, steps stretch no further: to ten times as long."""

REMEMBERED_JOBS = 50
REMEMBERED_WAITS = 5
AGREEMENT = 1.05
"""Jobs take the same time when none was pending 5 % after another was done."""

JOBS_A_PROBE = 10
SHALLOWEST_PROBE = 0.05
DEEPEST_PROBE = 0.5

Result = TypeVar("Result")


@dataclass(frozen=True)
class PollPlan:
    """When to poll a job, in seconds since its submission.

    Attributes:
        first: The first poll.
        doubling_until: Up to here each poll is after twice the time of the one before.
    """

    first: float
    doubling_until: float = 0.0

    def step_after(self, elapsed: float, free: float) -> float:
        """Tell how many seconds to wait between two polls.

        Args:
            elapsed: Seconds gone by at the first of them.
            free: Share of the request budget that is free, 0 to 1.
        """
        if elapsed < self.doubling_until:
            return max(min(elapsed, self.doubling_until - elapsed), SHORTEST_STEP_SECONDS)
        step = max(STEP * elapsed, SHORTEST_STEP_SECONDS)
        return min(step * AMPLE / min(AMPLE, max(free, SMALLEST_SHARE)), LONGEST_STEP_SECONDS)


@dataclass(frozen=True)
class Wait:
    """How a wait for a job went, in seconds since its submission.

    Attributes:
        planned: When the first poll was to be.
        pending_at: The last poll that found the job pending, or None where none did.
        done_at: The first poll that found it done.
    """

    planned: float
    pending_at: float | None
    done_at: float


class JobDurations:
    """How long the platform's jobs take, learned within a run by all its threads.

    Where the last few jobs took the same time, the first poll is when they were surely done. A job
    that is done by then doesn't tell since when, so every tenth is asked earlier, and earlier still
    as long as that succeeds. Where they differ, polls begin at the shortest time of late, a little
    earlier each time that succeeds.

    Args:
        interval_seconds: By when polls of a run's first job have become as sparse as later ones.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._interval = min(interval_seconds, LONGEST_FIRST_DELAY_SECONDS)
        self._done: deque[float] = deque(maxlen=REMEMBERED_JOBS)
        self._brackets: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_WAITS)
        self._was_done_at_once = False
        self._usual = 0.0
        self._probe: float | None = None
        self._depth = DEEPEST_PROBE
        self._jobs_to_probe = JOBS_A_PROBE
        self._lock = threading.Lock()

    def plan(self) -> PollPlan:
        """Plan the polls of a job that was just submitted."""
        with self._lock:
            if not self._done:
                return PollPlan(min(QUICKEST_SECONDS, self._interval), self._interval)
            first = min(self._propose(), LONGEST_FIRST_DELAY_SECONDS)
            return PollPlan(first if first >= SHORTEST_STEP_SECONDS / 2 else 0.0)

    def learn(self, wait: Wait) -> None:
        """Learn from a job that was waited for from its submission to its end."""
        with self._lock:
            self._done.append(wait.done_at)
            self._was_done_at_once = wait.pending_at is None
            if wait.pending_at is not None:
                self._brackets.append((wait.pending_at, wait.done_at))
                if not wait.pending_at < self._usual <= wait.done_at:
                    self._usual = wait.done_at
                self._depth = SHALLOWEST_PROBE
            elif not self._agree():
                self._depth = min(2 * self._depth, DEEPEST_PROBE)
            elif wait.planned == self._probe and wait.done_at < self._usual:
                self._brackets.append((0.0, wait.done_at))
                # Of jobs that differ a little the longest counts.
                self._usual = max(wait.done_at, self._longest_pending())
                self._depth = min(2 * self._depth, DEEPEST_PROBE)
                self._jobs_to_probe = 0

    def _propose(self) -> float:
        if not self._agree():
            # Done at once, it may as well have been done long before.
            return min(self._done) * (1 - self._depth if self._was_done_at_once else 1)
        self._jobs_to_probe -= 1
        if self._jobs_to_probe > 0:
            return self._usual
        self._jobs_to_probe = JOBS_A_PROBE
        self._probe = min(self._usual, LONGEST_FIRST_DELAY_SECONDS) * (1 - self._depth)
        return self._probe

    def _agree(self) -> bool:
        if len(self._brackets) < REMEMBERED_WAITS:
            return False
        soonest_done = min(done_at for _, done_at in self._brackets)
        return self._longest_pending() <= AGREEMENT * soonest_done

    def _longest_pending(self) -> float:
        return max(pending_at for pending_at, _ in self._brackets)


def wait_for(
    poll: Callable[[], Result | None],
    *,
    what: str,
    plan: PollPlan,
    timeout_seconds: float,
    pause: Callable[[float], None],
    free_budget: Callable[[], float],
) -> tuple[Result, Wait | None]:
    """Poll until there is a result or the time is up.

    Args:
        poll: Asks once; None means not yet.
        what: What is waited for, for the error.
        plan: When to ask.
        timeout_seconds: How long to wait in all.
        pause: Waits for as many seconds.
        free_budget: Tells the share of the request budget that is free, 0 to 1.

    Returns:
        What `poll` found, and how the wait went; None where the budget, used up, held the last poll
        back, so that it tells nothing about the job.

    Raises:
        SearchOverdueError: The time is up; the last poll was at the deadline.
    """
    start = time.monotonic()
    deadline = start + timeout_seconds
    delay, pending_at = plan.first, None
    while True:
        pause(max(0.0, min(delay, deadline - time.monotonic())))
        polled_at = time.monotonic() - start
        is_held = free_budget() <= 0
        result = poll()
        if result is not None:
            return result, None if is_held else Wait(plan.first, pending_at, polled_at)
        now = time.monotonic()
        if now >= deadline:
            break
        pending_at = polled_at
        delay = plan.step_after(now - start, free_budget())
    raise SearchOverdueError(
        f"{what} did not complete within {timeout_seconds:g} s. The platform may be busy: run "
        "again, which asks for it once more; or raise poll_timeout_seconds, or lower window_hours"
    )
