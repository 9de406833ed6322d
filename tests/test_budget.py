from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.budget import RequestBudget
from tap_genesys_search.client import PlatformClient
from tests.scripted_platform import FakeClock, ScriptedPlatform

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

MINUTE = 60.0


class SharedClock:
    """A clock for threads: it moves on when all of them sleep, to where the first one wakes."""

    def __init__(self, threads: int) -> None:
        self._now = 5000.0
        self._awake = threads
        self._alarms: list[float] = []
        self._moved = threading.Condition()

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        with self._moved:
            alarm = self._now + seconds
            self._alarms.append(alarm)
            self._awake -= 1
            self._move_on()
            assert self._moved.wait_for(lambda: self._now >= alarm, timeout=10)

    def leave(self) -> None:
        """Say that this thread is done and will not sleep again."""
        with self._moved:
            self._awake -= 1
            self._move_on()

    def _move_on(self) -> None:
        if self._awake or not self._alarms:
            return
        self._now = min(self._alarms)
        self._awake = sum(alarm <= self._now for alarm in self._alarms)
        self._alarms = [alarm for alarm in self._alarms if alarm > self._now]
        self._moved.notify_all()


def most_in_any_minute(times: list[float]) -> int:
    return max(sum(start <= time < start + MINUTE for time in times) for start in times)


def acquire_times(budget: RequestBudget, clock: FakeClock, count: int) -> list[float]:
    times = []
    for _ in range(count):
        budget.acquire()
        times.append(clock.now)
    return times


def test_requests_within_the_budget_do_not_wait(clock: FakeClock) -> None:
    acquire_times(RequestBudget(300), clock, 300)

    assert clock.slept == []


def test_request_beyond_the_budget_waits_for_a_minute_to_pass(clock: FakeClock) -> None:
    times = acquire_times(RequestBudget(3), clock, 4)

    assert MINUTE <= times[3] - times[0] <= MINUTE + 1


@pytest.mark.parametrize("requests_per_minute", [1, 2, 7])
def test_no_minute_sees_more_requests_than_the_budget(
    clock: FakeClock, requests_per_minute: int
) -> None:
    budget = RequestBudget(requests_per_minute)
    times = []
    for pause in [0, 0, 31, 0.5, 0, 59, 0, 1, 0, 0, 0, 70, 0, 0, 0, 0, 29, 0]:
        clock.now += pause
        times += acquire_times(budget, clock, 1)

    assert most_in_any_minute(times) == requests_per_minute


def test_budget_looks_back_over_a_sliding_minute(clock: FakeClock) -> None:
    budget = RequestBudget(2)
    acquire_times(budget, clock, 1)
    clock.now += 50
    acquire_times(budget, clock, 1)
    clock.now += 11

    first_is_a_minute_ago, second_is_not = acquire_times(budget, clock, 2)

    assert first_is_a_minute_ago == 5061
    assert second_is_not >= 5050 + MINUTE


def test_threads_share_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SharedClock(threads=8)
    monkeypatch.setattr("tap_genesys_search.budget.time", clock)
    budget = RequestBudget(5)
    times: list[float] = []

    def send_requests() -> None:
        for _ in range(4):
            budget.acquire()
            times.append(clock.monotonic())
        clock.leave()

    run_in_threads(send_requests, 8)

    assert len(times) == 32
    assert most_in_any_minute(times) == 5


def test_threads_that_wait_lose_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SharedClock(threads=6)
    monkeypatch.setattr("tap_genesys_search.budget.time", clock)
    budget = RequestBudget(2)

    def send_request() -> None:
        budget.acquire()
        clock.leave()

    run_in_threads(send_request, 6)

    assert 2 * MINUTE <= clock.monotonic() - 5000 <= 2 * MINUTE + 2


def test_hold_keeps_every_request_back(clock: FakeClock) -> None:
    budget = RequestBudget(300)
    budget.hold(12.5)

    assert acquire_times(budget, clock, 2) == [5012.5, 5012.5]


def test_shorter_hold_does_not_shorten_a_longer_one(clock: FakeClock) -> None:
    budget = RequestBudget(300)
    budget.hold(30)
    budget.hold(2)

    assert acquire_times(budget, clock, 1) == [5030]


def test_hold_that_is_over_keeps_nothing_back(clock: FakeClock) -> None:
    budget = RequestBudget(300)
    budget.hold(30)
    clock.now += 31

    acquire_times(budget, clock, 1)

    assert clock.slept == []


def test_requests_that_were_held_still_count(clock: FakeClock) -> None:
    budget = RequestBudget(2)
    budget.hold(10)

    times = acquire_times(budget, clock, 3)

    assert times[:2] == [5010, 5010]
    assert times[2] - times[0] >= MINUTE


def test_token_requests_count_and_no_request_is_sent_later_than_it_was_counted(
    clock: FakeClock, httpserver: HTTPServer
) -> None:
    platform = ScriptedPlatform(httpserver, clock)
    client = PlatformClient(platform.settings(requests_per_minute=1))

    client.call("GET", "/api/v2/first")
    client.call("GET", "/api/v2/second")

    assert [request.path for request in platform.requests] == [
        "/oauth/token",
        "/api/v2/first",
        "/api/v2/second",
    ]
    assert most_in_any_minute([request.time for request in platform.requests]) == 1


def run_in_threads(target: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=target, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert not any(thread.is_alive() for thread in threads)
