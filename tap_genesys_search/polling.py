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
    as long as that succeeds. Where they differ, polls begin at the shortest time of late.

    Args:
        interval_seconds: Delay before the first poll as long as nothing is known.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._done: deque[float] = deque(maxlen=REMEMBERED_JOBS)
        self._brackets: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_WAITS)
        self._was_done_at_once = False
        self._usual = 0.0
        self._probe: float | None = None
        self._depth = SHALLOWEST_PROBE
        self._jobs_to_probe = JOBS_A_PROBE
        self._lock = threading.Lock()

    def first_delay(self) -> float:
        """Tell after how many seconds to ask for a job that was just submitted."""
        with self._lock:
            delay = min(self._propose(), LONGEST_FIRST_DELAY_SECONDS)
            return delay if delay >= SHORTEST_STEP_SECONDS / 2 else 0.0

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
            elif wait.planned == self._probe and wait.done_at < self._usual:
                self._brackets.append((0.0, wait.done_at))
                # Of jobs that differ a little the longest counts.
                self._usual = max(wait.done_at, self._longest_pending())
                self._depth = min(2 * self._depth, DEEPEST_PROBE)
                self._jobs_to_probe = 0

    def _propose(self) -> float:
        if not self._done:
            return self._interval
        if not self._agree():
            # Done at once, it may as well have been done long before.
            return min(self._done) / (2 if self._was_done_at_once else 1)
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


def step_after(elapsed: float, free: float) -> float:
    """Tell how many seconds to wait between two polls of a job.

    Args:
        elapsed: Seconds since its submission.
        free: Share of the request budget that is free, 0 to 1.
    """
    step = max(STEP * elapsed, SHORTEST_STEP_SECONDS)
    return min(step * AMPLE / min(AMPLE, max(free, SMALLEST_SHARE)), LONGEST_STEP_SECONDS)


def wait_for(
    poll: Callable[[], Result | None],
    *,
    what: str,
    first_delay: float,
    timeout_seconds: float,
    pause: Callable[[float], None],
    free_budget: Callable[[], float],
) -> tuple[Result, Wait | None]:
    """Poll until there is a result or the time is up.

    Args:
        poll: Asks once; None means not yet.
        what: What is waited for, for the error.
        first_delay: Seconds before the first poll.
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
    delay, pending_at = first_delay, None
    while True:
        pause(max(0.0, min(delay, deadline - time.monotonic())))
        polled_at = time.monotonic() - start
        is_held = free_budget() <= 0
        result = poll()
        if result is not None:
            return result, None if is_held else Wait(first_delay, pending_at, polled_at)
        now = time.monotonic()
        if now >= deadline:
            break
        pending_at = polled_at
        delay = step_after(now - start, free_budget())
    raise SearchOverdueError(
        f"{what} did not complete within {timeout_seconds:g} s. The platform may be busy: run "
        "again, which asks for it once more; or raise poll_timeout_seconds, or lower window_hours"
    )
