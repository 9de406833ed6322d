from __future__ import annotations

import threading
from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from genesys_cloud_simulator import Org, Simulator
from tap_genesys_search.clock import Clock
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.platform.http.connections import unsigned
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.transport import Call
from tap_genesys_search.platform.limit_headers import Allowance
from tap_genesys_search.platform.rate_limit import (
    PERIOD_SECONDS,
    Endpoint,
    RequestBudget,
)
from tests.support.scripted_platform import FakeClock, ScriptedPlatform, make_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

MINUTE = 60.0
ENDPOINT = Endpoint("GET", "/api/v2/analytics/conversations/details/query", "api")


PATIENCE_SECONDS = 60  # until threads are taken to wait for ever


class SharedClock(Clock):
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
            assert self._moved.wait_for(lambda: self._now >= alarm, timeout=PATIENCE_SECONDS)

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
        budget.acquire(ENDPOINT)
        times.append(clock.now)
    return times


def test_requests_within_the_budget_do_not_wait(clock: FakeClock) -> None:
    acquire_times(RequestBudget(300, clock=clock), clock, 300)

    assert clock.slept == []


def test_request_beyond_the_budget_waits_for_a_minute_to_pass(clock: FakeClock) -> None:
    times = acquire_times(RequestBudget(3, clock=clock), clock, 4)

    assert MINUTE <= times[3] - times[0] <= MINUTE + 1


@pytest.mark.parametrize("requests_per_minute", [1, 2, 7])
def test_no_minute_sees_more_requests_than_the_budget(
    clock: FakeClock, requests_per_minute: int
) -> None:
    budget = RequestBudget(requests_per_minute, clock=clock)
    times = []
    for pause in [0, 0, 31, 0.5, 0, 59, 0, 1, 0, 0, 0, 70, 0, 0, 0, 0, 29, 0]:
        clock.now += pause
        times += acquire_times(budget, clock, 1)

    assert most_in_any_minute(times) == requests_per_minute


def test_budget_looks_back_over_a_sliding_minute(clock: FakeClock) -> None:
    budget = RequestBudget(2, clock=clock)
    acquire_times(budget, clock, 1)
    clock.now += 50
    acquire_times(budget, clock, 1)
    clock.now += 11

    first_is_a_minute_ago, second_is_not = acquire_times(budget, clock, 2)

    assert first_is_a_minute_ago == 5061
    assert second_is_not >= 5050 + MINUTE


def test_spaced_requests_are_even_from_the_first(clock: FakeClock) -> None:
    times = acquire_times(RequestBudget(30, 2.5, clock=clock), clock, 40)

    assert {later - earlier for earlier, later in pairwise(times)} == {2.5}


@pytest.mark.parametrize("requests_per_minute", [1, 7, 75, 300])
def test_runs_that_follow_each_other_spread_their_requests(
    clock: FakeClock, requests_per_minute: int
) -> None:
    spacing_seconds = PERIOD_SECONDS / requests_per_minute
    times: list[float] = []
    for count in (requests_per_minute, 1, 2 * requests_per_minute):
        times += acquire_times(
            RequestBudget(requests_per_minute, spacing_seconds, clock=clock), clock, count
        )
        clock.now += spacing_seconds

    assert 0.99 * requests_per_minute <= most_in_any_minute(times) <= requests_per_minute


def test_a_run_spreads_its_requests_where_it_is_told_to(
    platform: ScriptedPlatform, clock: FakeClock
) -> None:
    client = platform.client(requests_per_minute=121, spread_requests=True)
    for _ in range(3):
        client.call("GET", "/api/v2/first")

    login, *others = (request.time - 5000 for request in platform.requests)
    assert login == 0
    assert others == [0.5, 1.0, 1.5]
    assert clock.now == 5001.5


def test_threads_share_the_budget() -> None:
    clock = SharedClock(threads=8)
    budget = RequestBudget(5, clock=clock)
    times: list[float] = []

    def send_requests() -> None:
        for _ in range(4):
            budget.acquire(ENDPOINT)
            times.append(clock.monotonic())
        clock.leave()

    run_in_threads([send_requests] * 8)

    assert len(times) == 32
    assert most_in_any_minute(times) == 5


def test_threads_that_wait_lose_no_time() -> None:
    clock = SharedClock(threads=6)
    budget = RequestBudget(2, clock=clock)

    def send_request() -> None:
        budget.acquire(ENDPOINT)
        clock.leave()

    run_in_threads([send_request] * 6)

    assert 2 * MINUTE <= clock.monotonic() - 5000 <= 2 * MINUTE + 2


def test_share_of_a_minute_that_is_free(clock: FakeClock) -> None:
    budget = RequestBudget(4, clock=clock)
    assert (budget.free(), budget.left, budget.total) == (1, 4, 0)
    budget.acquire(ENDPOINT)
    clock.now += 20
    budget.count(ENDPOINT)
    assert (budget.free(), budget.left, budget.total) == (0.5, 2, 2)
    clock.now += PERIOD_SECONDS - 20
    # The first request does not count any more.
    assert (budget.free(), budget.left) == (0.75, 3)
    budget.hold("api", 5)
    assert (budget.free(), budget.left) == (0, 0)
    clock.now += PERIOD_SECONDS
    assert (budget.free(), budget.left, budget.total) == (1, 4, 2)
    for _ in range(6):
        budget.count(ENDPOINT)
    assert budget.free() == 0


def test_hold_keeps_every_request_back(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    budget.hold("api", 12.5)

    assert acquire_times(budget, clock, 2) == [5012.5, 5012.5]


def test_shorter_hold_does_not_shorten_a_longer_one(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    budget.hold("api", 30)
    budget.hold("api", 2)

    assert acquire_times(budget, clock, 1) == [5030]


def test_hold_that_is_over_keeps_nothing_back(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    budget.hold("api", 30)
    clock.now += 31

    acquire_times(budget, clock, 1)

    assert clock.slept == []


def test_requests_that_were_held_still_count(clock: FakeClock) -> None:
    budget = RequestBudget(2, clock=clock)
    budget.hold("api", 10)

    times = acquire_times(budget, clock, 3)

    assert times[:2] == [5010, 5010]
    assert times[2] - times[0] >= MINUTE


def test_token_requests_count_and_no_request_is_sent_later_than_it_was_counted(
    clock: FakeClock, httpserver: HTTPServer
) -> None:
    platform = ScriptedPlatform(httpserver, clock)
    client = platform.client(requests_per_minute=1)

    client.call("GET", "/api/v2/first")
    client.call("GET", "/api/v2/second")

    assert [request.path for request in platform.requests] == [
        "/oauth/token",
        "/api/v2/first",
        "/api/v2/second",
    ]
    assert most_in_any_minute([request.time for request in platform.requests]) == 1


SUBMIT = Endpoint("POST", "/api/v2/analytics/conversations/details/query", "api")
LOGIN = Endpoint("POST", "/oauth/token", "login")


class LimitedPlatform:
    """Counts what a budget and others send in a fixed window, and says so in each answer."""

    def __init__(self, clock: FakeClock, budget: RequestBudget, allowed: int) -> None:
        self.clock = clock
        self.budget = budget
        self.allowed = allowed
        self.count = 0
        self.refused = 0
        self.began = clock.now

    def send(self, endpoint: Endpoint = ENDPOINT) -> float:
        sent_at = self.budget.acquire(endpoint)
        self.use(1)
        reset = self.began + MINUTE - self.clock.now
        self.budget.answered(endpoint, Allowance(self.count, self.allowed, reset), sent_at)
        return self.clock.now

    def use(self, requests: int) -> None:
        """Count requests, of whomever."""
        if self.clock.now >= self.began + MINUTE:
            self.began, self.count = self.clock.now, 0
        self.refused += max(0, self.count + requests - self.allowed)
        self.count = min(self.allowed, self.count + requests)


def test_budget_that_is_alone_may_burst_up_to_a_limit_lower_than_its_own(clock: FakeClock) -> None:
    platform = LimitedPlatform(clock, RequestBudget(300, clock=clock), 50)

    times = [platform.send() - 5000 for _ in range(120)]

    assert times == [0] * 50 + [60] * 50 + [120] * 20
    assert platform.refused == 0


def test_budget_stays_the_upper_bound(clock: FakeClock) -> None:
    platform = LimitedPlatform(clock, RequestBudget(20, clock=clock), 300)

    assert most_in_any_minute([platform.send() for _ in range(70)]) == 20


def test_budget_leaves_others_their_share_and_is_not_refused(clock: FakeClock) -> None:
    platform = LimitedPlatform(clock, RequestBudget(300, clock=clock), 60)
    times = []
    for _ in range(150):
        times.append(platform.send())
        platform.use(1 if platform.count < platform.allowed else 0)

    assert platform.refused == 0
    assert 25 <= most_in_any_minute(times[30:]) <= 35


def test_budget_takes_what_others_leave_once_they_are_gone(clock: FakeClock) -> None:
    platform = LimitedPlatform(clock, RequestBudget(300, clock=clock), 60)
    for _ in range(10):
        platform.send()
        platform.use(1)
    assert clock.slept
    clock.now += 300

    slept = len(clock.slept)
    for _ in range(60):
        platform.send()

    assert len(clock.slept) == slept


def test_earlier_run_in_the_same_window_is_nobody_to_share_with(clock: FakeClock) -> None:
    platform = LimitedPlatform(clock, RequestBudget(300, clock=clock), 60)
    platform.use(20)

    for _ in range(40):
        platform.send()

    assert clock.slept == []


def test_requests_under_way_are_set_aside(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    sent_at = budget.acquire(ENDPOINT)
    clock.now += 1
    for _ in range(3):
        budget.acquire(ENDPOINT)

    budget.answered(ENDPOINT, Allowance(96, 100, 30), sent_at)

    assert budget.free() == pytest.approx(0.01, abs=0.02)
    assert acquire_times(budget, clock, 1) == [5001]
    budget.answered(ENDPOINT, Allowance(96, 100, 30), sent_at)
    assert acquire_times(budget, clock, 1) != [5001]


def test_small_limit_of_one_endpoint_throttles_no_other(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    for endpoint, allowed in [(LOGIN, 1), (SUBMIT, 2), (ENDPOINT, 300)]:
        budget.answered(endpoint, Allowance(1, allowed, 60), budget.acquire(endpoint))

    acquire_times(budget, clock, 100)
    budget.acquire(SUBMIT)
    assert clock.slept == []
    budget.acquire(SUBMIT)
    assert sum(clock.slept) == MINUTE


def test_endless_different_limits_are_not_all_remembered(clock: FakeClock) -> None:
    budget = RequestBudget(300, clock=clock)
    for number in range(200):
        sent_at = budget.acquire(ENDPOINT)
        budget.answered(ENDPOINT, Allowance(0, 1000 + number, 60), sent_at)

    assert clock.slept == []


def test_budget_of_one_request_is_lowered_no_further(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    budget = RequestBudget(1, clock=clock)
    budget.lower()
    assert (budget.left, caplog.messages) == (1, [])
    budget = RequestBudget(3, clock=clock)
    budget.lower()
    assert budget.left == 1
    assert caplog.messages == [
        (
            "The platform refuses requests within requests_per_minute 3: sending 1 a minute for "
            "now. A lower requests_per_minute avoids this"
        )
    ]


def test_lowered_budget_comes_back_slowly_and_never_beyond_the_setting(clock: FakeClock) -> None:
    budget = RequestBudget(40, clock=clock)
    budget.lower()
    budget.lower()  # of a request that was under way, too

    times = acquire_times(budget, clock, 400)

    minutes = Counter(round(time - 5000, 3) for time in times)
    assert list(minutes.values())[:8] == [20, 24, 28, 32, 36, 40, 40, 40]


def test_endpoints_are_named_without_ids() -> None:
    path = "/api/v2/analytics/conversations/details/jobs"

    results = Call("GET", f"https://api.invalid{path}/j-1/results", unsigned)
    login = Call("POST", "https://login.invalid/oauth/token", unsigned, asked=Asked.LOGIN)

    assert results.endpoint == Endpoint("GET", path, "api")
    assert login.endpoint == LOGIN


ANSWER_SECONDS = 1.0
"""Long, as the limit is small: at the real one, 300, the taps take turns of 0.4 s, and none can
use it all up before it notices the other; at 40 these are 3.4 s."""


@pytest.mark.thorough
def test_two_taps_on_one_credential_share_its_limit() -> None:
    clock = SharedClock(threads=3)
    simulator = Simulator(
        Org(seed=1, days=1, interactions=1), requests_per_minute=40, clock=clock.monotonic
    )
    times: dict[int, list[float]] = {0: [], 1: []}

    def send_requests(client: PlatformClient, tap: int) -> None:
        for _ in range(60 // (2 - tap)):
            client.call("GET", "/api/v2/analytics/conversations/details/jobs/availability")
            times[tap].append(clock.monotonic() - 5000)
            clock.sleep(ANSWER_SECONDS)
        clock.leave()

    with simulator.running() as url:
        settings = make_settings(
            auth_url=url,
            api_url=url,
            client_id=simulator.client_id,
            client_secret=simulator.client_secret,
            requests_per_minute=300,
        )
        taps = [PlatformClient(settings, clock), PlatformClient(settings, clock)]
        # The first tap sends by two threads, the second by one.
        run_in_threads([partial(send_requests, taps[tap], tap) for tap in (0, 0, 1)])

    assert len(times[0]) == len(times[1]) == 60
    assert simulator.log.by_status["429"] <= 3
    for minute in (0, 1):
        sent = [sum(minute <= time // 60 < minute + 1 for time in times[tap]) for tap in (0, 1)]
        assert min(sent) >= 12


def run_in_threads(targets: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=target, daemon=True) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
