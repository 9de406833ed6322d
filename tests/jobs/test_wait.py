from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import SearchFailedError, SearchOverdueError
from tap_genesys_search.jobs.job_durations import JobDurations
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.open_jobs import OpenJob, OpenJobs
from tap_genesys_search.jobs.wait import Patience, resume, wait_for_job

if TYPE_CHECKING:
    from tests.support.scripted_platform import FakeClock

PART = "window"


@pytest.fixture
def patience(clock: FakeClock) -> Patience:
    return Patience(JobDurations(2), 60, lambda: 1.0, clock)


def test_job_that_was_waited_for_teaches_how_long_the_next_takes(
    patience: Patience, clock: FakeClock
) -> None:
    answers = iter([None, "done"])

    assert wait_for_job(lambda: next(answers), JobLog(), PART, "The job", patience) == "done"

    assert patience.durations.plan().first == pytest.approx(math.sqrt(0.1 * 0.2))
    assert clock.slept == pytest.approx([0.1, 0.1])
    assert clock.slept == pytest.approx([0.1, 0.1])


def test_job_that_fails_or_is_overdue_teaches_nothing(patience: Patience) -> None:
    def fail() -> str | None:
        raise SearchFailedError("failed")

    with pytest.raises(SearchFailedError):
        wait_for_job(fail, JobLog(), PART, "The job", patience)
    with pytest.raises(SearchOverdueError):
        wait_for_job(lambda: None, JobLog(), PART, "The job", patience)

    assert patience.durations.plan() == JobDurations(2).plan()


def test_job_of_an_earlier_run_is_polled_at_once_and_teaches_nothing(
    patience: Patience, clock: FakeClock
) -> None:
    jobs = OpenJobs([OpenJob("s-1", PART, "j-1", "2026-01-05T00:00:00Z")])
    job_log = JobLog("s-1", jobs)

    def wait(job_id: str, patience: Patience) -> str:
        return wait_for_job(lambda: job_id, job_log, PART, "The job", patience)

    assert resume(job_log, PART, patience, wait) == "j-1"

    assert clock.slept == [0]
    assert patience.durations.plan() == JobDurations(2).plan()
