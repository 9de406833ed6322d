from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import SearchOverdueError
from tap_genesys_search.polling import poll_delays, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.scripted_platform import FakeClock


@pytest.fixture
def poll_times() -> list[float]:
    return []


@pytest.fixture
def never_done(clock: FakeClock, poll_times: list[float]) -> Callable[[], str | None]:
    def poll() -> str | None:
        poll_times.append(clock.now - 5000)
        return None

    return poll


def test_each_poll_waits_half_a_second_longer() -> None:
    assert list(islice(poll_delays(2), 5)) == [2, 2.5, 3, 3.5, 4]


def test_no_poll_waits_longer_than_thirty_seconds() -> None:
    delays = list(islice(poll_delays(2), 100))

    assert delays[55:59] == [29.5, 30, 30, 30]
    assert max(delays) == 30


def test_interval_longer_than_the_longest_delay_is_cut() -> None:
    assert list(islice(poll_delays(100), 2)) == [30, 30]


def test_interval_of_zero_still_slows_down() -> None:
    assert list(islice(poll_delays(0), 3)) == [0, 0.5, 1]


def test_result_is_handed_back_as_soon_as_there_is_one(clock: FakeClock) -> None:
    answers = iter([None, None, "result", "too late"])

    result = wait_for(
        lambda: next(answers),
        what="Query 1",
        interval_seconds=2,
        timeout_seconds=1800,
        pause=clock.sleep,
    )

    assert result == "result"
    assert clock.slept == [2, 2.5, 3]


def test_result_that_is_empty_counts_as_one(clock: FakeClock) -> None:
    assert (
        wait_for(dict, what="Query 1", interval_seconds=2, timeout_seconds=60, pause=clock.sleep)
        == {}
    )
    assert clock.slept == [2]


def test_last_poll_is_at_the_deadline(
    never_done: Callable[[], str | None], poll_times: list[float], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError):
        wait_for(
            never_done, what="Query 1", interval_seconds=2, timeout_seconds=10, pause=clock.sleep
        )

    assert poll_times == [2, 4.5, 7.5, 10]


def test_deadline_before_the_first_poll_still_polls_once(
    never_done: Callable[[], str | None], poll_times: list[float], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError):
        wait_for(
            never_done, what="Query 1", interval_seconds=30, timeout_seconds=0.5, pause=clock.sleep
        )

    assert poll_times == [0.5]


def test_result_of_the_last_poll_counts(clock: FakeClock) -> None:
    def poll() -> str | None:
        return "just in time" if clock.now >= 5010 else None

    assert (
        wait_for(poll, what="Query 1", interval_seconds=4, timeout_seconds=10, pause=clock.sleep)
        == "just in time"
    )


def test_poll_that_takes_beyond_the_deadline_is_the_last(
    clock: FakeClock, poll_times: list[float]
) -> None:
    def slow_poll() -> str | None:
        poll_times.append(clock.now - 5000)
        clock.now += 20
        return None

    with pytest.raises(SearchOverdueError):
        wait_for(
            slow_poll, what="Query 1", interval_seconds=2, timeout_seconds=10, pause=clock.sleep
        )

    assert poll_times == [2]


def test_error_says_what_was_waited_for_how_long_and_what_to_do(
    never_done: Callable[[], str | None], clock: FakeClock
) -> None:
    with pytest.raises(SearchOverdueError) as failed:
        wait_for(
            never_done,
            what="Query 'q-1'",
            interval_seconds=2,
            timeout_seconds=90,
            pause=clock.sleep,
        )

    message = str(failed.value)
    assert "Query 'q-1' did not complete within 90 s" in message
    assert "poll_timeout_seconds" in message
    assert "window_hours" in message
