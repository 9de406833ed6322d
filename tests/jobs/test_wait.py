from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

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
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.open_jobs import OpenJob, OpenJobs
from tap_genesys_search.jobs.wait import Patience, in_grace, resume, submit, wait_for_job

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


def refuse(wait_seconds: float | None = None) -> str:
    raise SubmissionLimitError(
        "POST /jobs answered 429",
        status=429,
        platform_message="Too many jobs",
        wait_seconds=wait_seconds,
    )


def test_submission_that_the_platform_has_no_place_for_is_tried_until_the_time_is_up(
    patience: Patience, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RequestError) as refused:
        submit(lambda: refuse(20), JobLog(), patience)

    assert type(refused.value) is RequestError
    assert str(refused.value) == (
        "POST /jobs answered 429, for 60 s. A lower max_concurrent_searches avoids this"
    )
    assert (refused.value.status, refused.value.platform_message) == (429, "Too many jobs")
    assert clock.slept == [20, 20, 20]
    assert caplog.messages == [
        (
            "POST /jobs answered 429: waiting until another one has ended. A lower "
            "max_concurrent_searches avoids this"
        )
    ]


def test_submission_is_sent_again_when_it_has_waited_as_it_was_asked_to(
    patience: Patience, clock: FakeClock
) -> None:
    waits = {0: 7.0, 1: None}

    def send() -> str:
        tried = len(clock.slept)
        return refuse(waits[tried]) if tried in waits else "accepted"

    assert submit(send, JobLog(), patience) == "accepted"
    assert clock.slept == [7, 0]


def test_submission_of_a_search_that_is_given_up_ends(patience: Patience) -> None:
    job_log = JobLog()
    job_log.abandon()
    with pytest.raises(SearchAbandonedError):
        submit(refuse, job_log, patience)


def gone() -> str:
    raise GoneError("GET /jobs/j answered 404", status=404)


def test_job_that_stays_unknown_has_expired(clock: FakeClock) -> None:
    with pytest.raises(ResultExpiredError) as refused:
        in_grace(gone, JobLog(), clock)
    assert str(refused.value) == (
        "GET /jobs/j answered 404: the platform does not know it, or not any more. Run again"
    )
    assert clock.slept


def test_job_that_is_known_after_some_seconds_is_read(clock: FakeClock) -> None:
    assert in_grace(lambda: "done" if len(clock.slept) == 2 else gone(), JobLog(), clock) == "done"


def left_over(jobs: OpenJobs | None = None) -> JobLog:
    job = OpenJob("s-1", PART, "j" * 80, "2026-01-05T00:00:00.000Z")
    return JobLog("s-1", jobs or OpenJobs([job]))


def test_job_that_is_taken_up_is_said_and_counts_as_one_of_the_search(
    patience: Patience, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    job_log = left_over()
    assert resume(job_log, PART, patience, lambda job_id, _: job_id) == "j" * 80
    assert caplog.messages == [f"Taking up the search {'j' * 64} of an earlier run"]
    assert job_log.query_ids == ["j" * 80]


def test_search_without_a_job_of_an_earlier_run_is_submitted(patience: Patience) -> None:
    assert resume(JobLog("s-2"), PART, patience, lambda job_id, _: job_id) is None
    job_log = left_over()
    job_log.settled_at = datetime(2026, 1, 6, tzinfo=timezone.utc)
    assert resume(job_log, PART, patience, lambda job_id, _: job_id) is None
    assert job_log.query_ids == []


def test_job_of_an_earlier_run_that_has_failed_is_submitted_again(
    patience: Patience, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    job_log = left_over()

    def fail(job_id: str, _: Patience) -> str:
        raise SearchFailedError(f"Job {job_id[:1]} failed")

    assert resume(job_log, PART, patience, fail) is None
    assert caplog.messages == ["An earlier run's search is submitted again: Job j failed"]
    assert job_log.jobs.to_state() == []


@pytest.mark.parametrize("kind", [SearchOverdueError, SearchAbandonedError])
def test_job_of_an_earlier_run_that_is_not_done_is_not_submitted_again(
    patience: Patience, kind: type[SearchFailedError]
) -> None:
    job_log = left_over()

    def wait(_: str, __: Patience) -> str:
        raise kind("not done")

    with pytest.raises(kind):
        resume(job_log, PART, patience, wait)
    assert len(job_log.jobs.to_state()) == 1


def test_overdue_job_is_left_to_the_next_run(patience: Patience) -> None:
    job_log = JobLog("s-1")
    job_log.job_opened(PART, "j-1")
    with pytest.raises(SearchOverdueError):
        wait_for_job(lambda: None, job_log, PART, "The job", patience)
    (left,) = job_log.jobs.to_state()
    assert (left["job_id"], left["part"], left["waits"]) == ("j-1", PART, 1)
    assert job_log.give_up_jobs() == []


def test_job_that_is_done_has_ended_and_is_given_up_where_nobody_reads_it(
    patience: Patience,
) -> None:
    job_log = JobLog("s-1")
    job_log.job_opened(PART, "j-1")
    assert wait_for_job(lambda: "done", job_log, PART, "The job", patience) == "done"
    assert job_log.jobs.ended_so_far == 1
    assert job_log.give_up_jobs() == ["j-1"]
    assert job_log.give_up_jobs() == []


def test_job_log_counts_what_a_reading_costs() -> None:
    job_log = JobLog()
    for _ in range(2):
        job_log.count_poll()
        job_log.count_retry()
        job_log.count_page()
    assert (job_log.polls, job_log.retries, job_log.pages) == (2, 2, 2)
    job_log.abandon()
    with pytest.raises(SearchAbandonedError):
        job_log.count_retry()
    assert job_log.retries == 2
