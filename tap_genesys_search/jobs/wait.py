"""Waiting for the jobs of a search, beginning with those that an earlier run left open."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import (
    GoneError,
    RequestError,
    ResultExpiredError,
    SearchAbandonedError,
    SearchFailedError,
    SearchOverdueError,
    SubmissionLimitError,
)
from tap_genesys_search.jobs.job_durations import JobDurations
from tap_genesys_search.jobs.poll_plan import PollPlan, Wait
from tap_genesys_search.platform.http.retries import Grace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.jobs.job_log import JobLog


def wait_for(
    poll: Callable[[], Result | None],
    *,
    what: str,
    plan: PollPlan,
    patience: Patience,
    pause: Callable[[float], None],
) -> tuple[Result, Wait | None]:
    """Poll until there is a result or the time is up.

    Args:
        poll: Asks once; None means not yet.
        what: What is waited for, for the error.
        plan: When to ask.
        patience: Says how long to wait in all.
        pause: Waits for as many seconds.

    Returns:
        What `poll` found, and how the wait went. The latter is None if a used-up budget delayed the
        last poll, because the delay then says nothing about the job.

    Raises:
        SearchOverdueError: The time is up; the last poll was at the deadline.
    """
    clock, timeout_seconds = patience.clock, patience.timeout_seconds
    start = clock.monotonic()
    pending_at: float | None = None
    answered_at: float | None = None
    while True:
        is_due = False
        while not is_due:
            due = min(plan.next_poll(answered_at, patience.free_budget()), timeout_seconds)
            left = max(0.0, due - (clock.monotonic() - start))
            is_due = left <= plan.look_seconds
            pause(min(left, plan.look_seconds))
        polled_at = clock.monotonic() - start
        is_held = patience.free_budget() <= 0
        result = poll()
        if result is not None:
            return result, None if is_held else Wait(pending_at, polled_at)
        pending_at, answered_at = polled_at, clock.monotonic() - start
        if answered_at >= timeout_seconds:
            break
    raise SearchOverdueError(
        f"{what} did not complete within {timeout_seconds:g} s",
        "The platform may be busy: run again, which asks for it once more; or raise "
        "poll_timeout_seconds, or lower window_hours",
    )


logger = logging.getLogger("tap-genesys-search.search_jobs")


LONGEST_WAIT_FOR_PLACE_SECONDS = 30


LIMIT_ADVICE = "A lower max_concurrent_searches avoids this"


Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """When to ask for a job, and for how long.

    Attributes:
        durations: What is known about how long jobs take.
        timeout_seconds: How long to wait in all.
        free_budget: Returns the share of the request budget that is free, 0 to 1.
        clock: The clock to wait by.
    """

    durations: JobDurations
    timeout_seconds: float
    free_budget: Callable[[], float]
    clock: Clock


def wait_for_job(
    poll: Callable[[], Result | None], job_log: JobLog, part: str, what: str, patience: Patience
) -> Result:
    """Poll a job until it is done. A job that is not done in time is left to the next run.

    Args:
        poll: Asks once; None means not yet.
        job_log: The log of the search.
        part: What the job answers.
        what: What is waited for, for the error.
        patience: Says how often and for how long to ask. It learns from the wait.

    Returns:
        What `poll` found.

    Raises:
        SearchOverdueError: The job is not done in time.
        SearchAbandonedError: Nobody will read the search any more.
    """
    plan, wait = patience.durations.plan(), None
    try:
        result, wait = wait_for(
            poll,
            what=what,
            plan=plan,
            patience=patience,
            pause=lambda seconds: job_log.pause(seconds, patience.clock),
        )
    except SearchOverdueError:
        job_log.job_overdue(part)
        raise
    finally:
        patience.durations.learn(plan, wait)
    job_log.job_ended(part)
    return result


def submit(call: Callable[[], Result], job_log: JobLog, patience: Patience) -> Result:
    """Submit a job. If the platform accepts no more, wait until another job of this run has ended.

    The refusal looks the same for a limit of open jobs and for a limit of requests. While jobs of
    this run are open, the end of one of them lifts the first, and waiting as `Retry-After` says
    lifts the second.

    Args:
        call: Submits the job.
        job_log: The log of the search.
        patience: Says how long to wait in all.

    Returns:
        What `call` returns.

    Raises:
        RequestError: The job is refused, or no other job has ended in time.
    """
    until = patience.clock.monotonic() + patience.timeout_seconds
    while True:
        ended_before = job_log.jobs.ended_so_far
        try:
            return call()
        except SubmissionLimitError as error:
            if patience.clock.monotonic() >= until:
                raise _no_place(error, patience) from None
            if job_log.jobs.notice_limit():
                logger.warning("%s: waiting until another one has ended. %s", error, LIMIT_ADVICE)
            job_log.pause(error.wait_seconds or 0, patience.clock)
            _wait_for_place(job_log, ended_before)


def _wait_for_place(job_log: JobLog, ended_before: int) -> None:
    """Wait until another job has ended, but not for long: the limit may be a different one."""
    for _ in range(LONGEST_WAIT_FOR_PLACE_SECONDS):
        job_log.check()
        if job_log.jobs.wait_for_end(ended_before, 1.0):
            return


def _no_place(error: SubmissionLimitError, patience: Patience) -> RequestError:
    return RequestError(
        f"{error.fact}, for {patience.timeout_seconds:g} s",
        LIMIT_ADVICE,
        status=error.status,
        platform_message=error.platform_message,
    )


def in_grace(ask: Callable[[], Result], job_log: JobLog, clock: Clock) -> Result:
    """Ask for a job or its results. If the platform does not know the job, ask for some seconds.

    A new job may be unknown for some seconds.

    Args:
        ask: Asks once.
        job_log: The log of the search.
        clock: The clock to wait by.

    Returns:
        What `ask` returns.

    Raises:
        ResultExpiredError: The platform still does not know the job.
        RequestError: The request is refused for another reason.
    """
    grace = Grace(clock)
    while True:
        try:
            return ask()
        except GoneError as error:
            wait = grace.next_wait()
            if wait is None:
                raise ResultExpiredError(
                    f"{error.fact}: the platform does not know it, or not any more", "Run again"
                ) from None
            job_log.pause(wait, clock)


def resume(
    job_log: JobLog, part: str, patience: Patience, wait: Callable[[str, Patience], Result]
) -> Result | None:
    """Resume the job that an earlier run left open for a part of a search.

    Args:
        job_log: The log of the search.
        part: What the job answers.
        patience: The patience for jobs that are submitted now.
        wait: Waits for the job with an id, with the patience given.

    Returns:
        What `wait` found, or None if there is no such job or it ended without a result. The search
        must then be submitted again.
    """
    job_id = job_log.take_up(part)
    if job_id is None:
        return None
    try:
        # The job was submitted long ago, so it is polled at once, and its duration is not known.
        result = wait(job_id, replace(patience, durations=JobDurations(0)))
    except (SearchOverdueError, SearchAbandonedError):
        raise
    except SearchFailedError as error:
        job_log.job_closed(part)
        logger.info("An earlier run's search is submitted again: %s", error.fact)
        return None
    logger.info("Taking up the search %s of an earlier run", job_id[:64])
    return result
