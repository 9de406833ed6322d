"""What is complete, and what is to be read so that all is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tap_genesys_search.windows.coverage import Coverage, spans_to_read, stretches_to_read
from tap_genesys_search.windows.grid import EPOCH, Grid
from tap_genesys_search.windows.window import Window

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
GRID = Grid(EPOCH, 24 * HOUR)
NONE = timedelta(0)


def hours(first: float, last: float) -> Window:
    return Window(START + first * HOUR, START + last * HOUR)


def covering(*spans: tuple[float, float]) -> Coverage:
    return Coverage.of(hours(*span) for span in spans)


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert covering((5, 7), (0, 2), (2, 3), (6, 9)).spans == (hours(0, 3), hours(5, 9))
    assert covering((3, 3)).spans == ()
    assert covering().end is None


def test_what_is_complete_from_a_moment_on_ends_at_the_first_gap() -> None:
    coverage = covering((2, 5), (7, 9))
    assert coverage.complete_until(hours(3, 9).start) == hours(3, 5).end
    assert coverage.complete_until(hours(2, 9).start) == hours(2, 5).end
    assert coverage.complete_until(hours(1, 9).start) is None
    assert covering().complete_until(START) is None


def test_what_is_taken_away_is_a_gap() -> None:
    assert covering((0, 9)).remove(hours(3, 5)).spans == (hours(0, 3), hours(5, 9))
    assert covering((0, 9)).remove(hours(-1, 5)).gaps(hours(0, 12)) == [hours(0, 5), hours(9, 12)]


@pytest.mark.parametrize(
    ("complete", "lookback", "read"),
    [
        # A first run.
        ([], 48, [(0, 240)]),
        # The next one reads the day that was cut short again.
        ([(0, 220)], 0, [(216, 240)]),
        ([(0, 216)], 0, [(216, 240)]),
        ([(0, 216)], 1, [(192, 240)]),
        ([(0, 220)], 48, [(168, 240)]),
        # An earlier start, in the middle of what was a day cut short.
        ([(100, 240)], 0, [(0, 120)]),
        # A gap that a later start has left, and the days before it that may have changed.
        ([(0, 50), (100, 240)], 0, [(48, 120)]),
        ([(0, 50), (120, 240)], 24, [(24, 120), (216, 240)]),
        ([(-90, -50), (120, 240)], 0, [(0, 120)]),
        # Nothing new.
        ([(0, 240)], 0, []),
        ([(0, 240)], 1, [(216, 240)]),
        ([(0, 300)], 24, []),
        ([(-90, 300)], 0, []),
    ],
)
def test_gaps_are_read_in_whole_cells(
    complete: list[tuple[float, float]], lookback: float, read: list[tuple[float, float]]
) -> None:
    found = spans_to_read(covering(*complete), hours(0, 240), GRID, lookback * HOUR)
    assert found == [hours(*span) for span in read]


def test_later_start_leaves_what_lies_before_it() -> None:
    assert spans_to_read(covering((0, 50)), hours(100, 240), GRID, 24 * HOUR) == [hours(100, 240)]


def test_start_within_a_cell_that_was_read_before_reads_it_as_a_whole() -> None:
    assert spans_to_read(covering((0, 230)), hours(220, 240), GRID, NONE) == [hours(216, 240)]


def test_stretches_name_the_streams_that_are_not_complete() -> None:
    coverages = {"a": covering((0, 96)), "b": covering((0, 48)), "c": covering()}
    stretches = stretches_to_read(coverages, hours(0, 120), GRID, NONE)
    assert [(stretch.span, set(stretch.streams)) for stretch in stretches] == [
        (hours(0, 48), {"c"}),
        (hours(48, 96), {"b", "c"}),
        (hours(96, 120), {"a", "b", "c"}),
    ]


def test_nothing_is_read_where_there_are_no_streams_or_no_time() -> None:
    assert stretches_to_read({}, hours(0, 24), GRID, NONE) == []
    assert stretches_to_read({"a": covering()}, hours(24, 24), GRID, NONE) == []


bounds = st.tuples(st.integers(-100, 300), st.integers(1, 200)).map(
    lambda one: (one[0], one[0] + one[1])
)


@pytest.mark.thorough
@settings(deadline=None)
@given(st.lists(bounds, max_size=5), bounds, st.integers(0, 100), st.integers(1, 60))
def test_after_reading_all_that_is_wanted_is_complete_and_nothing_else_was_read(
    complete: list[tuple[float, float]], wanted: tuple[float, float], lookback: int, length: int
) -> None:
    coverage, span = covering(*complete), hours(*wanted)
    grid = Grid(EPOCH, length * HOUR)
    read = spans_to_read(coverage, span, grid, lookback * HOUR)
    after = coverage
    for one in read:
        after = after.add(one)
        assert one.start < one.end
        # What lies before the start or behind the end is read only in a cell that was begun.
        assert one.start >= min(span.start, grid.cell(span.start, 0).start)
        assert one.end <= max(span.end, grid.cell_end(span.end))
        if one.start < span.start:
            assert coverage.gaps(grid.cell(span.start, 0)) != [grid.cell(span.start, 0)]
    assert after.gaps(span) == []
    for gap in coverage.gaps(span):
        # What may have come late before a gap is read with it.
        late = Window(max(span.start, gap.start - lookback * HOUR), gap.start)
        if coverage.span_before(gap.start):
            assert late.length <= NONE or not Coverage.of(read).gaps(late)


@pytest.mark.thorough
@settings(deadline=None)
@given(st.lists(bounds, max_size=5), bounds)
def test_adding_and_removing_are_as_sets_of_hours(
    complete: list[tuple[int, int]], other: tuple[int, int]
) -> None:
    def hours_of(coverage: Coverage) -> set[int]:
        return {hour for hour in range(-100, 600) if coverage.is_complete_at(START + hour * HOUR)}

    coverage, span = covering(*complete), hours(*other)
    before = {hour for first, last in complete for hour in range(first, last)}
    assert hours_of(coverage) == before
    assert hours_of(coverage.add(span)) == before | set(range(*other))
    assert hours_of(coverage.remove(span)) == before - set(range(*other))


def test_later_start_in_a_cell_that_was_begun_reads_it_from_where_it_was_begun() -> None:
    assert spans_to_read(covering((0, 78)), hours(84, 120), GRID, NONE) == [hours(72, 120)]
