from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from tap_genesys_search.windows.grid import Grid
from tap_genesys_search.windows.plan import WindowPlan
from tap_genesys_search.windows.window import SMALLEST_WINDOW, Window, midnight_before

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def days(first: int, last: int) -> Window:
    return Window(START + timedelta(days=first), START + timedelta(days=last))


def test_window_is_written_with_its_bounds() -> None:
    assert str(days(0, 1)) == "2026-03-01T00:00:00.000Z/2026-03-02T00:00:00.000Z"


def plan_of(start: int, end: float, length: timedelta, most: int | None = None) -> WindowPlan:
    return WindowPlan(
        START + timedelta(days=start), START + timedelta(days=end), Grid(START, length), most
    )


def take_all(plan: WindowPlan) -> list[Window]:
    windows = []
    while plan:
        windows.append(plan.take())
    return windows


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
        (HOUR, timedelta.max, [HOUR]),
    ],
)
def test_windows_cover_the_span_without_gap_or_overlap(
    span: timedelta, length: timedelta, lengths: list[timedelta]
) -> None:
    windows = take_all(WindowPlan(START, START + span, Grid(START, length)))

    assert [window.length for window in windows] == lengths
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    if windows:
        assert windows[0].start == START
        assert windows[-1].end == START + span


def test_windows_begin_where_those_of_a_run_from_the_anchor_do() -> None:
    plan = WindowPlan(START + 30 * HOUR, START + 80 * HOUR, Grid(START, 24 * HOUR))

    assert [(window.start - START) / HOUR for window in take_all(plan)] == [30, 48, 72]


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
    plan = plan_of(0, 2, DAY)

    assert plan
    assert [plan.take(), plan.take()] == [days(0, 1), days(1, 2)]
    assert not plan


def test_windows_shorter_than_a_unit_are_all_counted() -> None:
    plan = WindowPlan(START, START + 2 * DAY, Grid(START, 12 * HOUR, DAY))

    assert plan.planned == 4
    assert len(take_all(plan)) == 4


def test_looking_ahead_takes_nothing_off_the_plan() -> None:
    plan = plan_of(0, 3, DAY)

    assert plan.upcoming(2) == [days(0, 1), days(1, 2)]
    assert plan.upcoming(9) == [days(0, 1), days(1, 2), days(2, 3)]
    assert plan.take() == days(0, 1)


def test_halves_of_a_window_come_before_the_windows_behind_it() -> None:
    plan = plan_of(0, 6, 2 * DAY)

    plan.halve(plan.take())

    assert plan.upcoming(9) == [days(0, 1), days(1, 2), days(2, 4), days(4, 6)]


def test_halves_stay_whole_whatever_is_learnt_from_others() -> None:
    plan = plan_of(0, 16, 8 * DAY, most=100)
    plan.halve(plan.take())

    plan.shorten(plan.take(), 400)

    assert plan.upcoming(4) == [days(0, 1), days(1, 2), days(2, 3), days(3, 4)]
    assert plan.upcoming(9)[4] == days(4, 8)
    plan = plan_of(0, 16, 8 * DAY, most=100)
    plan.keep([days(8, 16)])
    plan.shorten(plan.take(), 800)
    while (window := plan.take()) != days(8, 16):
        assert window.length == DAY
    plan.halve(window)
    assert plan.take() == days(8, 12)


def test_plan_counts_halves_and_not_what_was_halved() -> None:
    plan = plan_of(0, 8, 4 * DAY)

    plan.halve(plan.take())
    plan.halve(plan.take())

    assert plan.planned == 4


def test_window_that_matches_too_much_makes_the_next_ones_short_at_once() -> None:
    plan = plan_of(0, 8, 4 * DAY, most=100)

    plan.shorten(plan.take(), 350)

    assert plan.upcoming(9) == [days(day, day + 1) for day in range(8)]
    assert plan.planned == 8


def test_windows_are_as_short_as_their_density_asks_for() -> None:
    plan = plan_of(0, 4, 4 * DAY, most=100)

    plan.shorten(plan.take(), 800)

    assert plan.take().length == 12 * HOUR


def test_window_of_unknown_total_is_halved() -> None:
    plan = plan_of(0, 8, 4 * DAY, most=100)

    plan.shorten(plan.take(), None)

    assert plan.upcoming(2) == [days(0, 2), days(2, 4)]


def test_total_below_the_tap_s_own_limit_still_shortens_what_the_platform_refused() -> None:
    plan = plan_of(0, 4, 4 * DAY, most=100)

    plan.shorten(plan.take(), 5)

    assert plan.take() == days(0, 2)


def test_windows_grow_again_by_one_halving_a_window() -> None:
    plan = plan_of(0, 16, 4 * DAY, most=100)
    plan.shorten(plan.take(), 400)
    taken = []
    while plan:
        taken.append(plan.take())
        plan.passed(taken[-1], 1)

    assert taken == [days(0, 1), days(1, 2), days(2, 4), days(4, 8), days(8, 12), days(12, 16)]


def test_windows_shrink_before_one_matches_too_much() -> None:
    plan = plan_of(0, 8, 4 * DAY, most=100)

    plan.passed(plan.take(), 100)
    assert plan.upcoming(1) == [days(4, 8)]
    plan = plan_of(0, 8, 4 * DAY, most=100)
    plan.passed(plan.take(), 101)
    assert plan.upcoming(1) == [days(4, 6)]


def test_rest_of_a_window_says_nothing_about_the_next_ones() -> None:
    plan = WindowPlan(START + 23 * HOUR, START + 3 * DAY, Grid(START, DAY), 100)

    plan.passed(plan.take(), 90)

    assert plan.take() == days(1, 2)


def test_windows_that_are_kept_stay_as_they_are_and_others_are_cut_anew() -> None:
    plan = plan_of(0, 12, 4 * DAY, most=100)
    first = plan.take()
    assert plan.upcoming(2) == [days(4, 8), days(8, 12)]
    plan.keep([days(4, 8)])

    plan.shorten(first, 200)

    assert plan.upcoming(9) == [days(0, 2), days(2, 4), days(4, 8), days(8, 10), days(10, 12)]


def test_windows_are_kept_behind_one_that_was_split_meanwhile() -> None:
    plan = plan_of(0, 12, 4 * DAY, most=100)

    plan.shorten(plan.take(), 200)
    plan.keep([days(8, 12), days(4, 8)])
    plan.keep([days(4, 8), days(8, 12)])

    assert plan.upcoming(9) == [days(0, 2), days(2, 4), days(4, 8), days(8, 12)]
    assert plan.planned == 4


def test_windows_before_one_that_is_kept_are_still_to_be_cut() -> None:
    plan = plan_of(0, 12, 4 * DAY, most=100)
    plan.keep([days(4, 8)])

    plan.shorten(plan.take(), 400)

    assert plan.upcoming(5) == [*(days(day, day + 1) for day in range(4)), days(4, 8)]


def test_halves_of_a_rest_are_those_that_the_whole_window_would_have() -> None:
    grid = Grid(START, 4 * DAY)

    assert grid.halves(days(1, 4)) == (days(1, 2), days(2, 4))
    assert grid.halves(days(0, 3)) == (days(0, 2), days(2, 3))
    assert grid.halves(days(2, 4)) == (days(2, 3), days(3, 4))
    assert [grid.depth_of(days(*each)) for each in ((0, 4), (2, 4), (1, 2), (3, 4))] == [0, 1, 2, 2]
    assert grid.depth_of(Window(START, START + SECOND)) == 18


def test_windows_of_whole_days_are_halved_at_midnight() -> None:
    grid = Grid(START, 3 * DAY, DAY)

    assert grid.halves(days(0, 3)) == (days(0, 1), days(1, 3))
    assert grid.cell(START + 40 * HOUR, 9) == days(1, 2)


def test_cells_are_not_halved_below_a_unit() -> None:
    assert Grid(START, DAY).cell(START, 99).length == SECOND


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [(0, 1, (0, 1)), (0.5, 0.75, (0, 1)), (0.5, 1, (0, 1)), (0.9, 1.1, (0, 2)), (1, 3, (1, 3))],
)
def test_window_is_widened_to_the_days_that_it_touches(
    first: float, last: float, whole: tuple[int, int]
) -> None:
    window = Window(START + first * DAY, START + last * DAY)

    assert window.whole_days() == days(*whole)


def test_moment_behind_a_day_is_not_of_it() -> None:
    a_little = timedelta(microseconds=1)

    assert Window(START, START + DAY).whole_days() == days(0, 1)
    assert Window(START, START + DAY + a_little).whole_days() == days(0, 2)


def test_midnight_is_the_last_one_even_a_microsecond_later() -> None:
    assert midnight_before(START) == START
    assert midnight_before(START + timedelta(hours=3, minutes=4, seconds=5, microseconds=6)) == (
        START
    )


@pytest.mark.parametrize(("start", "depth"), [(12, 1), (13, 0)])
def test_half_a_window_says_as_much_as_a_whole_one_and_less_says_nothing(
    start: int, depth: int
) -> None:
    grid = Grid(START, DAY)
    plan = WindowPlan(START + start * HOUR, START + 3 * DAY, grid, 100)

    plan.passed(plan.take(), 99)

    assert plan.take() == grid.cell(START + DAY, depth)


def test_planned_windows_are_counted_as_they_would_be_cut() -> None:
    plan = WindowPlan(START + 6 * HOUR, START + 3 * DAY + 6 * HOUR, Grid(START, DAY), 100)

    for _ in range(5):
        assert plan.planned == 4
        if plan:
            plan.take()
    assert WindowPlan(START, START, Grid(START, DAY)).planned == 0
    assert WindowPlan(START, START + 2.5 * SECOND, Grid(START, SECOND)).planned == 3


def pass_below(plan: WindowPlan, length: timedelta) -> tuple[list[Window], int]:
    """Let all windows fail that are longer, and tell which passed and how many failed."""
    passed, failures = [], 0
    while plan:
        window = plan.take()
        if window.length > length:
            plan.halve(window)
            failures += 1
        else:
            plan.passed(window, None)
            passed.append(window)
    return passed, failures


def test_length_that_fails_again_and_again_is_not_tried_for_a_while() -> None:
    passed, failures = pass_below(plan_of(0, 30, DAY), 6 * HOUR)

    assert {window.length for window in passed} == {6 * HOUR}
    assert failures < 30
    assert passed[0].start == START
    assert all(earlier.end == later.start for earlier, later in pairwise(passed))


def test_length_that_failed_is_tried_again_when_many_windows_have_passed() -> None:
    plan = plan_of(0, 60, DAY)
    for _ in range(2):
        plan.halve(plan.take())
        plan.passed(plan.take(), None)
        plan.passed(plan.take(), None)
    assert plan.upcoming(1)[0].length == 12 * HOUR

    lengths = []
    while plan:
        window = plan.take()
        plan.passed(window, None)
        lengths.append(window.length)

    assert lengths[0] == 12 * HOUR
    assert lengths[-1] == DAY


def test_window_with_a_bad_part_leaves_the_others_as_long_as_they_are() -> None:
    plan = plan_of(0, 3, DAY)
    plan.halve(plan.take())  # the second half is bad: it is halved once more
    plan.passed(plan.take(), None)
    plan.halve(plan.take())
    plan.passed(plan.take(), None)
    plan.passed(plan.take(), None)

    assert plan.upcoming(9) == [days(1, 2), days(2, 3)]


def test_window_that_the_range_cuts_short_is_known_by_its_whole_cell() -> None:
    plan = WindowPlan(START + 6 * HOUR, START + 2 * DAY + HOUR, Grid(START, DAY))
    assert [window.whole for window in take_all(plan)] == [days(0, 1), days(1, 2), days(2, 3)]


def test_halves_of_a_window_that_is_cut_short_are_known_by_their_cells() -> None:
    plan = WindowPlan(START, START + 20 * HOUR, Grid(START, DAY))
    plan.halve(plan.take())
    assert [window.whole for window in take_all(plan)] == [
        Window(START, START + 12 * HOUR),
        Window(START + 12 * HOUR, START + DAY),
    ]


def test_what_is_left_between_windows_is_never_known_as_the_one_that_was_split() -> None:
    plan = WindowPlan(START, START + 3 * DAY, Grid(START, DAY), 100)
    first = plan.take()
    kept = plan.upcoming(1)
    plan.shorten(first, 1000)
    plan.keep(kept)
    windows = take_all(plan)
    assert len({window.whole for window in windows}) == len(windows)
    assert first not in {window.whole for window in windows}
