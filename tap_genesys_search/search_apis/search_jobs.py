"""Waiting for the jobs of a search, first for those that an earlier run left open."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import (
    RequestError,
    SearchAbandonedError,
    SearchFailedError,
    SearchOverdueError,
)
from tap_genesys_search.polling import JobDurations, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.tally import Tally

logger = logging.getLogger("tap-genesys-search.search_jobs")

Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """When to ask for a job, and for how long.

    Attributes:
        durations: How long jobs take, as far as it is known.
        timeout_seconds: How long to wait in all.
        free_budget: Tells the share of the request budget that is free, 0 to 1.
    """

    durations: JobDurations
    timeout_seconds: float
    free_budget: Callable[[], float]


def wait_for_job(
    poll: Callable[[], Result | None], tally: Tally, part: str, what: str, patience: Patience
) -> Result:
    """Poll a job until it is done; one that is not done in time is left to the next run.

    Args:
        poll: Asks once; None means not yet.
        tally: Of the search.
        part: What the job answers.
        what: What is waited for, for the error.
        patience: Says how often to ask, and for how long; it learns from how long it took.

    Returns:
        What `poll` found.

    Raises:
        SearchOverdueError: It is not done in time.
        SearchAbandonedError: Nobody will read it any more.
    """
    plan, wait = patience.durations.plan(), None
    try:
        result, wait = wait_for(
            poll,
            what=what,
            plan=plan,
            timeout_seconds=patience.timeout_seconds,
            pause=tally.pause,
            free_budget=patience.free_budget,
        )
    except SearchOverdueError:
        tally.job_overdue(part)
        raise
    finally:
        patience.durations.learn(plan, wait)
    return result


def resume(
    tally: Tally, part: str, patience: Patience, wait: Callable[[str, Patience], Result]
) -> Result | None:
    """Take up the job that an earlier run left open for a part of a search.

    Args:
        tally: Of the search.
        part: What the job answers.
        patience: For jobs that are submitted now.
        wait: Waits for the job of an id, with the patience for it.

    Returns:
        What `wait` found, or None where there is no job, or one that ended without a result: then
        it is to be submitted anew.
    """
    job_id = tally.take_up(part)
    if job_id is None:
        return None
    try:
        # Submitted long ago it is polled at once, and how long it took is not known.
        result = wait(job_id, replace(patience, durations=JobDurations(0)))
    except (SearchOverdueError, SearchAbandonedError):
        raise
    except (SearchFailedError, RequestError) as error:
        if isinstance(error, RequestError) and not _is_refusal(error):
            raise
        tally.job_closed(part)
        logger.info("An earlier run's search is submitted anew: %s", error)
        return None
    logger.info("Taking up the search %s of an earlier run", job_id[:64])
    return result


def _is_refusal(error: RequestError) -> bool:
    """Tell whether the platform refuses the job, and not the client or all requests of now."""
    passing = {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}
    return error.status in range(400, 500) and error.status not in passing
