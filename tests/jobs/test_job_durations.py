from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SearchAbandonedError, SearchOverdueError
from tap_genesys_search.jobs.job_durations import LONGEST_FIRST_DELAY_SECONDS, JobDurations
from tap_genesys_search.jobs.poll_plan import (
    LONGEST_STEP_SECONDS,
    SHORTEST_STEP_SECONDS,
    PollPlan,
    Wait,
)
from tap_genesys_search.jobs.wait import Patience, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.support.scripted_platform import FakeClock

LEARNED_JOBS = 30


@dataclass(eq=False)
class Job:
    """A job that is waited for."""

    took: float
    submitted_at: float
    plan: PollPlan
    pending_at: float | None = None
    polls: int = 0

    def due(self, free: float) -> float:
        return self.submitted_at + self.plan.next_poll(self.pending_at, free)


@dataclass(frozen=True)
class Waited:
    """What waiting for one job came to: seconds it took, seconds until it was found, polls."""

    took: float
    found_after: float
    polls: int


def follow(
    durations: JobDurations, seconds: Iterable[float], threads: int = 1, free: float = 1.0
) -> list[Waited]:
    """Wait for jobs that take so long, a few at a time, by a clock of their own."""
    coming = iter(seconds)
    running = [Job(took, 0.0, durations.plan()) for took in islice(coming, threads)]
    waited = []
    while running:
        now, job = min(((job.due(free), job) for job in running), key=itemgetter(0))
        polled_at = now - job.submitted_at
        job.polls += 1
        if polled_at < job.took:
            job.pending_at = polled_at
            continue
        waited.append(Waited(job.took, polled_at, job.polls))
        durations.learn(job.plan, Wait(job.pending_at, polled_at))
        running.remove(job)
        running += [Job(took, now, durations.plan()) for took in islice(coming, 1)]
    return waited


def polls_per_job(jobs: list[Waited]) -> float:
    return sum(job.polls for job in jobs) / len(jobs)


def overshoot(jobs: list[Waited]) -> float:
    return sum(job.found_after for job in jobs) / sum(job.took for job in jobs) - 1


def spread(low: float, high: float, count: int = 300) -> list[float]:
    chance = random.Random(11)  # noqa: S311 - job times, and always the same
    return [chance.uniform(low, high) for _ in range(count)]


@pytest.fixture
def poll_times() -> list[float]:
    return []


@pytest.fixture
def never_done(clock: FakeClock, poll_times: list[float]) -> Callable[[], str | None]:
    def poll() -> str | None:
        poll_times.append(clock.now - 5000)
        return None

    return poll


def wait(poll: Callable[[], Any], clock: FakeClock, **changes: Any) -> tuple[Any, Wait | None]:
    patience = Patience(JobDurations(2), 60, lambda: 1.0, clock)
    pause = changes.pop("pause", clock.sleep)
    return wait_for(
        poll,
        what="Query 'q-1'",
        plan=PollPlan(2),
        patience=replace(patience, **changes),
        pause=pause,
    )


def test_each_poll_waits_a_tenth_of_the_time_gone_by() -> None:
    assert PollPlan(0).next_poll(2, 1) == pytest.approx(2.2)
    assert PollPlan(0).next_poll(50, 0.5) == pytest.approx(55)


def test_polls_never_come_one_on_the_other_nor_far_apart() -> None:
    assert PollPlan(0).next_poll(0, 1) == SHORTEST_STEP_SECONDS
    assert PollPlan(0).next_poll(10_000, 1) == 10_000 + LONGEST_STEP_SECONDS
    assert PollPlan(0).next_poll(200, 0) == 200 + LONGEST_STEP_SECONDS == 230
    assert PollPlan(0, doubling_until=math.inf).next_poll(200, 1) == 230


def test_polls_leave_what_is_left_of_the_budget_to_submissions() -> None:
    steps = [PollPlan(0).next_poll(10, free) - 10 for free in (1, 0.5, 0.25, 0.1, 0.05, 0)]

    assert steps == pytest.approx([1, 1, 2, 5, 10, 10])


def test_job_that_only_the_glance_found_pending_was_not_waited_for() -> None:
    plan = PollPlan(10, glance=2)
    assert plan.pending_at(Wait(5.9, 10)) is None
    assert plan.pending_at(Wait(6, 10)) == 6
    assert plan.pending_at(Wait(None, 2)) is None
    assert PollPlan(10).pending_at(Wait(2, 10)) == 2


def test_jobs_that_differ_are_first_polled_at_the_shortest_time() -> None:
    durations = JobDurations(2)
    for pending_at, done_at in ((3.0, 4.0), (9.0, 10.0)):
        durations.learn(PollPlan(0), Wait(pending_at, done_at))
    assert durations.plan().first == 4
    # The next one was done at its first poll, and perhaps long before.
    durations.learn(PollPlan(0), Wait(None, 5.0))
    assert durations.plan().first == pytest.approx(4 * 0.9)
    for done_at in (400.0, 300.0):
        durations = JobDurations(2)
        durations.learn(PollPlan(0), Wait(100.0, 110.0))
        durations.learn(PollPlan(0), Wait(done_at - 1, done_at))
        assert durations.plan().first == LONGEST_FIRST_DELAY_SECONDS


def test_one_quick_job_is_forgotten_after_fifty_others() -> None:
    durations = JobDurations(2)
    for done_at in (1.0, *[8.0] * 49):
        durations.learn(PollPlan(0), Wait(None, done_at))
    # Jobs that were done at their first poll are asked for earlier, at half the shortest time.
    assert durations.plan().first == 0.5
    durations.learn(PollPlan(0), Wait(None, 8.0))
    assert durations.plan().first == 4


def test_polls_of_a_first_job_begin_soon_and_double_up_to_the_interval() -> None:
    plan = JobDurations(2).plan()
    times = list(accumulate(range(6), lambda time, _: plan.next_poll(time, 1), initial=0.1))

    assert plan.next_poll(None, 1) == 0.1
    assert times == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 2, 2.2])
    assert JobDurations(0).plan() == PollPlan(0, 0)
    assert JobDurations(3600).plan().doubling_until == LONGEST_FIRST_DELAY_SECONDS


def test_jobs_submitted_while_nothing_is_known_are_polled_when_the_first_one_is_done() -> None:
    durations = JobDurations(2)
    first, second = durations.plan(), durations.plan()

    assert [second.next_poll(at, 1) for at in (None, 2, 4)] == [2, 4, 8]
    durations.learn(first, Wait(4.5, 5))
    assert [second.next_poll(at, 1) for at in (None, 2, 4)] == [2, 4, 5]
    assert second.next_poll(5, 1) == pytest.approx(5.5)


def test_job_that_failed_is_followed_by_another_that_is_polled_often() -> None:
    durations = JobDurations(2)
    first = durations.plan()
    durations.learn(first, None)

    assert durations.plan() == first


def test_jobs_that_wait_are_polled_when_an_earlier_one_shows_that_all_take_less() -> None:
    durations = JobDurations(2)
    durations.learn(durations.plan(), Wait(2, 4))
    probe, usual = durations.plan(), durations.plan()

    assert usual.next_poll(None, 1) == 4
    durations.learn(probe, Wait(None, 2.8))
    assert usual.next_poll(None, 1) == 2.8


@pytest.mark.parametrize("threads", [1, 4])
def test_platform_that_completes_at_once_is_soon_asked_at_once(threads: int) -> None:
    jobs = follow(JobDurations(2), [0.0] * 1000, threads)

    assert len(jobs) == sum(job.polls for job in jobs) == 1000
    assert sum(job.found_after for job in jobs) <= 0.3 * threads
    assert jobs[-1].found_after == 0


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.5, 3, 7.7, 30, 50])
def test_jobs_that_take_the_same_time_are_polled_once_when_they_are_done(
    seconds: float, threads: int
) -> None:
    learned = follow(JobDurations(2), [seconds] * 300, threads)[LEARNED_JOBS:]

    assert polls_per_job(learned) <= 1.23
    assert overshoot(learned) <= 0.1


@pytest.mark.parametrize("seconds", [0.3, 0.5, 1])
def test_few_jobs_are_found_in_time_by_few_polls(seconds: float) -> None:
    jobs = follow(JobDurations(2), [seconds] * 40, threads=4)

    assert polls_per_job(jobs) <= 1.3
    assert overshoot(jobs) <= 0.15


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("seconds", [0.5, 3, 30])
def test_jobs_that_differ_by_a_few_percent_too(seconds: float, threads: int) -> None:
    jobs = follow(JobDurations(2), spread(0.97 * seconds, 1.03 * seconds), threads)[LEARNED_JOBS:]

    # Long jobs cost a glance now and then, when there is budget to spare.
    assert polls_per_job(jobs) <= (1.4 if seconds == 30 else 1.2)
    assert overshoot(jobs) <= 0.08


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("seconds", [0.5, 3, 30])
def test_jobs_that_differ_are_found_in_time_by_a_few_polls(seconds: float, threads: int) -> None:
    jobs = follow(JobDurations(2), spread(0.8 * seconds, 1.2 * seconds), threads)[LEARNED_JOBS:]

    assert polls_per_job(jobs) <= 5
    assert overshoot(jobs) <= 0.1


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize(
    "seconds",
    [spread(2, 60), [math.exp(exponent) for exponent in spread(math.log(2), math.log(60))]],
    ids=["uniform", "log_uniform"],
)
def test_jobs_that_differ_widely_are_found_in_time(seconds: list[float], threads: int) -> None:
    jobs = follow(JobDurations(2), seconds, threads)[LEARNED_JOBS:]

    assert overshoot(jobs) <= 0.1
    assert polls_per_job(jobs) <= 20


@pytest.mark.parametrize("factor", [0.5, 2])
def test_jobs_that_take_another_time_from_now_on_are_learned_anew(factor: float) -> None:
    jobs = follow(JobDurations(2), [6.0] * 60 + [6 * factor] * 60)

    assert overshoot(jobs[60 + 15 :]) <= 0.1
    assert polls_per_job(jobs[60 + 30 :]) <= 1.2


@pytest.mark.parametrize("slow", [20.0, 60.0])
@pytest.mark.parametrize("quick", [0.5, 5.0])
def test_quick_jobs_are_not_kept_for_as_long_as_slow_ones_before(slow: float, quick: float) -> None:
    jobs = follow(JobDurations(2), [slow] * 4 + [quick] * 40, threads=4)

    assert sum(job.found_after for job in jobs) <= 1.5 * sum(job.took for job in jobs)


def test_jobs_that_become_quicker_bit_by_bit_are_followed() -> None:
    jobs = follow(JobDurations(2), [10 * 0.99**number for number in range(100)])

    assert overshoot(jobs[LEARNED_JOBS:]) <= 0.1


def test_one_job_that_takes_very_long_does_not_keep_the_next_ones_long() -> None:
    jobs = follow(JobDurations(2), [1200.0] + [5.0] * 10)

    assert sum(job.found_after for job in jobs[1:]) <= 4 * LONGEST_FIRST_DELAY_SECONDS


def test_nearly_used_up_budget_makes_fewer_polls() -> None:
    seconds = spread(2, 60, 100)

    ample, scarce = (follow(JobDurations(2), seconds, free=free) for free in (1.0, 0.1))

    assert polls_per_job(scarce) < polls_per_job(ample) / 2


def test_result_is_handed_back_as_soon_as_there_is_one(clock: FakeClock) -> None:
    answers = iter([None, None, "result", "too late"])

    result, waited = wait(lambda: next(answers), clock)

    assert result == "result"
    assert clock.slept == pytest.approx([2, 0.2, 0.22])
    assert waited is not None
    assert (waited.pending_at, waited.done_at) == pytest.approx((2.2, 2.42))


def test_result_that_is_empty_counts_as_one(clock: FakeClock) -> None:
    assert wait(dict, clock) == ({}, Wait(None, 2))


def test_poll_that_the_budget_holds_back_teaches_nothing(clock: FakeClock) -> None:
    assert wait(dict, clock, free_budget=lambda: 0.0) == ({}, None)


def test_last_poll_is_at_the_deadline(
    never_done: Callable[[], str | None], poll_times: list[float], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError):
        wait(never_done, clock, timeout_seconds=3)

    assert poll_times == pytest.approx([*accumulate([2, 0.2, 0.22, 0.242, 0.2662]), 3])
    assert poll_times[-1] == 3


def test_deadline_before_the_first_poll_still_polls_once(
    never_done: Callable[[], str | None], poll_times: list[float], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError):
        wait(never_done, clock, timeout_seconds=0.5)

    assert poll_times == [0.5]


def test_result_of_the_last_poll_counts(clock: FakeClock) -> None:
    def poll() -> str | None:
        return "just in time" if clock.now >= 5010 else None

    assert wait(poll, clock, timeout_seconds=10)[0] == "just in time"


def test_poll_that_takes_beyond_the_deadline_is_the_last(
    clock: FakeClock, poll_times: list[float]
) -> None:
    def slow_poll() -> str | None:
        poll_times.append(clock.now - 5000)
        clock.now += 20
        return None

    with pytest.raises(SearchOverdueError):
        wait(slow_poll, clock, timeout_seconds=10)

    assert poll_times == [2]


def test_wait_that_is_given_up_ends_without_a_poll(
    never_done: Callable[[], str | None], poll_times: list[float], clock: FakeClock
) -> None:
    def give_up(_: float) -> None:
        raise SearchAbandonedError("given up")

    with pytest.raises(SearchAbandonedError):
        wait(never_done, clock, pause=give_up)

    assert poll_times == []


def test_error_says_what_was_waited_for_how_long_and_what_to_do(
    never_done: Callable[[], str | None], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError) as failed:
        wait(never_done, clock, timeout_seconds=90)

    message = str(failed.value)
    assert "Query 'q-1' did not complete within 90 s" in message
    assert "poll_timeout_seconds" in message
    assert "window_hours" in message
