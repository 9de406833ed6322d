"""Waiting for a job on the platform: when to ask, and for how long."""

from __future__ import annotations

import math
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
REMEMBERED_WAITS = 8
AGREEMENT = 1.1
"""Jobs take the same time when none was pending a tenth after another was done."""

FIRST_PROBES = 3
"""So many jobs one after the other tell whether all take the same time; later on, each tenth."""

WIDE = 1.2
"""Where that long since a job was pending another was done, the next probe halves the gap."""

LONG_INTERVALS = 4
"""Where jobs take longer than so many intervals, a probe begins with a glance, long before, lest
jobs that have become quick are kept for as long as slow ones."""

JOBS_A_PROBE = 10
SHALLOWEST_PROBE = 0.05
DEEPENING = 3
DEEPEST_PROBE = 0.5

LOOK_SECONDS = 0.05
"""How often a job that follows another looks whether that one is done."""

Result = TypeVar("Result")


def _never() -> float:
    return math.inf


@dataclass(frozen=True)
class Wait:
    """How a wait for a job went, in seconds since its submission.

    Attributes:
        pending_at: The last poll that found the job pending, or None where none did.
        done_at: The first poll that found it done.
    """

    pending_at: float | None
    done_at: float


@dataclass(frozen=True)
class PollPlan:
    """When to poll a job, in seconds since its submission.

    Attributes:
        first: The first poll.
        glance: A poll before it, should the job be done long before; 0 is none.
        doubling_until: Up to here each poll is after twice the time of the one before.
        others_took: Tells how long the job that this one follows has taken; infinite as long as
            it isn't done, or where none is followed.
    """

    first: float
    glance: float = 0.0
    doubling_until: float = 0.0
    others_took: Callable[[], float] = _never

    def next_poll(self, polled_at: float | None, free: float) -> float:
        """Tell when to poll next.

        Args:
            polled_at: When the last poll was, or None where there was none.
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
        """Tell when a job was last found pending, if not by the glance alone."""
        was_glance = (
            self.glance and wait.pending_at and wait.pending_at < (self.glance + self.first) / 2
        )
        return None if was_glance else wait.pending_at

    @property
    def look_seconds(self) -> float:
        """How often to ask for the next poll anew, as it may have come nearer."""
        return math.inf if self.others_took is _never else LOOK_SECONDS


class JobDurations:
    """How long the platform's jobs take, learned within a run by all its threads.

    As long as nothing is known, one job is polled often, and those submitted meanwhile follow it:
    they are polled when it is done. Then the first poll of a job is when it should be done, which
    tells nothing of since when. So some are asked earlier, one at a time: the first few, later each
    tenth, and earlier still as long as that succeeds. Where jobs turn out to differ, polls begin at
    the shortest time of late, a little earlier each time that succeeds.

    Args:
        interval_seconds: By when polls of a run's first job have become as sparse as later ones.
    """

    def __init__(self, interval_seconds: float) -> None:
        self._interval = min(interval_seconds, LONGEST_FIRST_DELAY_SECONDS)
        self._done: deque[float] = deque(maxlen=REMEMBERED_JOBS)
        self._brackets: deque[tuple[float, float]] = deque(maxlen=REMEMBERED_WAITS)
        self._was_done_at_once = False
        self._usual = 0.0
        self._first = math.inf
        self._scout: PollPlan | None = None
        self._depth = DEEPEST_PROBE
        self._probes = 0
        self._jobs_to_probe = 0
        self._lock = threading.Lock()

    def plan(self) -> PollPlan:
        """Plan the polls of a job that was just submitted."""
        with self._lock:
            if not self._done:
                return self._plan_first()
            if self._agree():
                return self._plan_probe() or self._plan_usual()
            # Done at once, it may as well have been done long before.
            first = min(self._done) * (1 - self._depth if self._was_done_at_once else 1)
            first = min(first, LONGEST_FIRST_DELAY_SECONDS)
            return PollPlan(first if first >= SHORTEST_STEP_SECONDS / 2 else 0.0)

    def learn(self, plan: PollPlan, wait: Wait | None) -> None:
        """Learn from a job that was waited for from its submission to its end.

        Args:
            plan: When it was to be polled.
            wait: How that went, or None where it tells nothing.
        """
        with self._lock:
            is_scout = plan is self._scout
            if is_scout:
                self._scout = None
            if wait is None:
                return
            pending_at = plan.pending_at(wait)
            self._first = min(self._first, wait.done_at)
            self._done.append(wait.done_at)
            self._was_done_at_once = pending_at is None
            if pending_at is not None:
                self._brackets.append((pending_at, wait.done_at))
                if not pending_at < self._usual <= wait.done_at:
                    self._usual = wait.done_at
                self._depth = SHALLOWEST_PROBE
            elif not self._agree():
                self._depth = min(2 * self._depth, DEEPEST_PROBE)
            elif is_scout and wait.done_at < self._usual:
                self._brackets.append((0.0, wait.done_at))
                # Of jobs that differ a little the longest counts.
                self._usual = max(wait.done_at, self._longest_pending())
                self._depth = min(DEEPENING * self._depth, DEEPEST_PROBE)
                self._jobs_to_probe = 0

    def _plan_first(self) -> PollPlan:
        if self._scout is None:
            self._scout = PollPlan(
                min(QUICKEST_SECONDS, self._interval), doubling_until=self._interval
            )
            return self._scout
        return PollPlan(self._interval, doubling_until=math.inf, others_took=lambda: self._first)

    def _plan_usual(self) -> PollPlan:
        return PollPlan(LONGEST_FIRST_DELAY_SECONDS, others_took=lambda: self._usual)

    def _plan_probe(self) -> PollPlan | None:
        self._jobs_to_probe -= 1
        if self._scout is not None or self._jobs_to_probe > 0:
            return None
        longest_pending = self._longest_pending()
        if 0 < longest_pending < self._usual / WIDE:
            self._jobs_to_probe = 1
            first = math.sqrt(longest_pending * self._usual)
        else:
            self._probes += 1
            self._jobs_to_probe = JOBS_A_PROBE if self._probes >= FIRST_PROBES else 1
            first = self._usual * (1 - self._depth)
        first = min(first, LONGEST_FIRST_DELAY_SECONDS)
        short = max(self._interval, QUICKEST_SECONDS)
        is_long = first > LONG_INTERVALS * short
        self._scout = PollPlan(first, glance=math.sqrt(short * first) if is_long else 0.0)
        return self._scout

    def _agree(self) -> bool:
        if not self._brackets:
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
    pending_at: float | None = None
    answered_at: float | None = None
    while True:
        is_due = False
        while not is_due:
            due = min(plan.next_poll(answered_at, free_budget()), timeout_seconds)
            left = max(0.0, due - (time.monotonic() - start))
            is_due = left <= plan.look_seconds
            pause(min(left, plan.look_seconds))
        polled_at = time.monotonic() - start
        is_held = free_budget() <= 0
        result = poll()
        if result is not None:
            return result, None if is_held else Wait(pending_at, polled_at)
        pending_at, answered_at = polled_at, time.monotonic() - start
        if answered_at >= timeout_seconds:
            break
    raise SearchOverdueError(
        f"{what} did not complete within {timeout_seconds:g} s. The platform may be busy: run "
        "again, which asks for it once more; or raise poll_timeout_seconds, or lower window_hours"
    )
