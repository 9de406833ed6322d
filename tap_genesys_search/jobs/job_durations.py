"""Waiting for a job on the platform: when to ask, and for how long."""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import TypeVar

from tap_genesys_search.jobs.poll_plan import SHORTEST_STEP_SECONDS, PollPlan, Wait

QUICKEST_SECONDS = 0.1
"""When the first job of a run is first polled: it may be done at once."""


LONGEST_FIRST_DELAY_SECONDS = 60.0
"""The latest first poll, so that one long job does not delay short ones for longer."""


REMEMBERED_JOBS = 50

REMEMBERED_WAITS = 8

AGREEMENT = 1.1
"""Jobs count as equally long if the longest pending time is at most 1.1 of the shortest one."""


FIRST_PROBES = 3
"""This many consecutive jobs are polled early, to learn whether all take the same time."""


WIDE = 1.2
"""If the usual time exceeds the longest pending one by this factor, a probe halves the gap."""


LONG_INTERVALS = 4
"""If jobs take longer than this many intervals, a probe begins with an early glance. Otherwise jobs
that have become quick would wait as long as slow ones."""


JOBS_A_PROBE = 10
"""After the first probes, one job in this many is polled early."""

SHALLOWEST_PROBE = 0.05

DEEPENING = 3

DEEPEST_PROBE = 0.5


Result = TypeVar("Result")


class JobDurations:
    """How long the platform's jobs take, learned within a run by all its threads.

    At first nothing is known. One job is polled often, and the others submitted meanwhile are
    polled when it is done. After that, the first poll of a job comes when the job should be done.
    Such a poll does not show how long the job had been done, so some jobs are probed earlier, one
    at a time: the first few, later every tenth, and earlier still as long as the probes succeed. If
    jobs differ, polls begin at the shortest recent time, and a little earlier each time that
    succeeds.

    Args:
        interval_seconds: Seconds until polls of a run's first job are as sparse as later ones.
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
        """Plan the polls of a job that has just been submitted."""
        with self._lock:
            if not self._done:
                return self._plan_first()
            if self._agree():
                return self._plan_probe() or self._plan_usual()
            # A job that was done at its first poll may have been done long before.
            first = min(self._done) * (1 - self._depth if self._was_done_at_once else 1)
            first = min(first, LONGEST_FIRST_DELAY_SECONDS)
            return PollPlan(first if first >= SHORTEST_STEP_SECONDS / 2 else 0.0)

    def learn(self, plan: PollPlan, wait: Wait | None) -> None:
        """Learn from a job that was waited for from its submission to its end.

        Args:
            plan: When it was to be polled.
            wait: How the wait went, or None if it says nothing about the job.
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
                # If jobs differ a little, the longest one counts.
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
