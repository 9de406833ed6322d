from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from tap_genesys_search.windows import SMALLEST_WINDOW, Window, WindowPlan, cut_windows

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def days(first: int, last: int) -> Window:
    return Window(START + timedelta(days=first), START + timedelta(days=last))


def test_window_is_written_with_its_bounds() -> None:
    assert str(days(0, 1)) == "2026-03-01T00:00:00.000Z/2026-03-02T00:00:00.000Z"


@pytest.mark.parametrize(
    ("span", "length", "lengths"),
    [
        (24 * HOUR, 24 * HOUR, [24 * HOUR]),
        (48 * HOUR, 24 * HOUR, [24 * HOUR, 24 * HOUR]),
        (25 * HOUR, 24 * HOUR, [24 * HOUR, HOUR]),
        (HOUR, 24 * HOUR, [HOUR]),
        (2.5 * SECOND, SECOND, [SECOND, SECOND, SECOND / 2]),
        (timedelta(0), HOUR, []),
        (-HOUR, HOUR, []),
    ],
)
def test_windows_cover_the_span_without_gap_or_overlap(
    span: timedelta, length: timedelta, lengths: list[timedelta]
) -> None:
    windows = list(cut_windows(START, START + span, length))

    assert [window.end - window.start for window in windows] == lengths
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    if windows:
        assert windows[0].start == START
        assert windows[-1].end == START + span


def test_window_longer_than_the_calendar_is_cut_at_the_end_of_the_span() -> None:
    windows = list(cut_windows(START, START + HOUR, timedelta.max))

    assert windows == [Window(START, START + HOUR)]


@pytest.mark.parametrize("seconds", [1.001, 1.5, 2, 2.5, 3, 7, 59.999, 3600, 86_400, 86_401])
def test_halves_are_the_window_and_neither_is_empty(seconds: float) -> None:
    window = Window(START, START + timedelta(seconds=seconds))

    earlier, later = window.halves()

    assert (earlier.start, earlier.end, later.end) == (window.start, later.start, window.end)
    assert earlier.start < earlier.end
    assert later.start < later.end


def test_whole_seconds_are_halved_at_a_whole_second() -> None:
    earlier, later = Window(START, START + 7 * SECOND).halves()

    assert (earlier.end - earlier.start, later.end - later.start) == (3 * SECOND, 4 * SECOND)


@pytest.mark.parametrize("seconds", [5, 7.25, 3600])
def test_halving_ends_at_the_smallest_window(seconds: float) -> None:
    windows = [Window(START, START + timedelta(seconds=seconds))]
    smallest = []
    while windows:
        window = windows.pop()
        if window.length <= SMALLEST_WINDOW:
            smallest.append(window)
        else:
            windows.extend(window.halves())

    assert sum((one.end - one.start for one in smallest), timedelta()) == timedelta(seconds=seconds)
    assert max(one.end - one.start for one in smallest) <= SMALLEST_WINDOW


def test_window_of_a_second_is_the_smallest() -> None:
    windows = [Window(START, START + timedelta(milliseconds=length)) for length in (1, 1000, 1001)]

    assert [window.length <= SMALLEST_WINDOW for window in windows] == [True, True, False]


def test_plan_hands_out_its_windows_in_order_until_it_is_empty() -> None:
    plan = WindowPlan([days(0, 1), days(1, 2)])

    assert plan
    assert [plan.take(), plan.take()] == [days(0, 1), days(1, 2)]
    assert not plan


def test_looking_ahead_takes_nothing_off_the_plan() -> None:
    plan = WindowPlan([days(0, 1), days(1, 2), days(2, 3)])

    assert plan.upcoming(2) == [days(0, 1), days(1, 2)]
    assert plan.upcoming(9) == [days(0, 1), days(1, 2), days(2, 3)]
    assert plan.take() == days(0, 1)


def test_halves_of_a_window_come_before_the_windows_behind_it() -> None:
    plan = WindowPlan([days(0, 2), days(2, 4)])

    plan.halve(plan.take())

    assert plan.upcoming(9) == [days(0, 1), days(1, 2), days(2, 4)]


def test_plan_counts_halves_and_not_what_was_halved() -> None:
    plan = WindowPlan([days(0, 4), days(4, 8)])

    plan.halve(plan.take())
    plan.halve(plan.take())

    assert plan.planned == 4
