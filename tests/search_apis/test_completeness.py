"""When a reading of a window counts as all there is, and what is said where it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tap_genesys_search.search_apis.completeness import (
    Completeness,
    MovingListCompleteness,
    reaches,
)
from tap_genesys_search.search_apis.conversations.job_counts import JobCompleteness


def ids(count: int, first: int = 0) -> set[str]:
    return {f"i-{number}" for number in range(first, first + count)}


def listed(count: int, *totals: int | None, known: int = 0, **more: Any) -> Completeness:
    """Build what a reading of a moving list showed, each record once."""
    return MovingListCompleteness(
        ids(count), rows=count, totals={*totals}, known=frozenset(ids(known)), **more
    )


@pytest.mark.parametrize(
    ("reading", "is_complete"),
    [
        (Completeness(ids(3), rows=3, totals={3}), True),
        (Completeness(ids(3), rows=3, totals={3, None}), True),
        (Completeness(ids(2), ids(1, 9), rows=3, totals={3}), True),
        (Completeness(ids(3), rows=3, totals={4}), False),
        (Completeness(ids(3), rows=3, totals={2, 3}), False),
        # Nobody counts.
        (Completeness(ids(3), rows=3, totals={None}), True),
        (Completeness(ids(3), rows=3), True),
        (Completeness(ids(3), rows=4, totals={None}), False),
        (Completeness(ids(3), rows=3, totals={None}, is_going_round=True), False),
    ],
)
def test_reading_is_complete_where_as_many_came_as_were_announced(
    reading: Completeness, *, is_complete: bool
) -> None:
    assert reading.is_complete == is_complete


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Completeness(ids(3), rows=3, totals={5}), "yields 3 of 5 interactions"),
        (Completeness(ids(3), rows=3, totals={None, 5, 4}), "yields 3 of 4, then 5 interactions"),
        (Completeness(ids(3), rows=3, totals={2}), "yields 3 interactions, counted as 2"),
        (Completeness(ids(4), rows=4, totals={3, 4}), "yields 4 of 3, then 4 interactions"),
        (Completeness(ids(1), rows=1, totals={0}), "yields 1 interaction, counted as 0"),
        (Completeness(rows=0, totals={0, 4}), "yields 0 of 4 interactions"),
        (
            Completeness(ids(1), rows=2, totals={None}),
            "yields 1 interaction, some more than once",
        ),
        (
            Completeness(ids(3), rows=6, is_going_round=True),
            "yields 3 interactions, and then only repeats them",
        ),
        (listed(1, 5, 3), "lists 1 interaction, counted as 3, then 5"),
        (listed(2, None), "lists 2 interactions, counted as nothing"),
    ],
)
def test_shortage_is_told_in_numbers(reading: Completeness, said: str) -> None:
    assert reading.describe_shortage() == said


SHARED = Completeness(ids(3), ids(1, 9), rows=5, totals={5})


@pytest.mark.parametrize(
    ("before", "now", "is_confirmed"),
    [
        (SHARED, SHARED, True),
        (
            Completeness(ids(3), rows=5, totals={None}),
            Completeness(ids(3), rows=5, totals={None}, repeats=1),
            True,
        ),
        (None, SHARED, False),
        (Completeness(ids(3), ids(1, 8), rows=5, totals={5}), SHARED, False),
        (Completeness(ids(3, 1), ids(1, 9), rows=5, totals={5}), SHARED, False),
        (Completeness(ids(3), ids(1, 9), rows=6, totals={5}), SHARED, False),
        (SHARED, Completeness(ids(3), ids(1, 9), rows=5, totals={6}), False),
        # An unchanged record may stand in the place of another one.
        (SHARED, Completeness(ids(3), ids(1, 9), rows=5, totals={5}, repeats=1), False),
        (SHARED, Completeness(ids(3), ids(1, 9), rows=5, totals={5}, is_going_round=True), False),
    ],
)
def test_records_share_an_id_where_two_readings_show_the_same(
    before: Completeness | None, now: Completeness, *, is_confirmed: bool
) -> None:
    said = "has only 4 ids in its 5 interactions, again and again: some share one id"
    if now.totals == {None}:
        said = said.replace("4", "3")
    assert now.confirms(before) == (said if is_confirmed else "")


@pytest.mark.parametrize(
    ("totals", "rows", "has_more"),
    [({5}, 5, True), ({5}, 6, False), ({None}, 0, False), (set(), 0, False), ({None, 5}, 4, True)],
)
def test_total_promises_records_after_a_page_that_held_nothing_new(
    totals: set[int | None], rows: int, *, has_more: bool
) -> None:
    assert Completeness(rows=rows, totals=totals).has_more_to_come == has_more


def test_further_reading_counts_what_comes_again_unchanged() -> None:
    reading = Completeness(ids(3), rows=3).after()
    assert (reading.ids, reading.rows) == (set(), 0)
    reading.add(["a", "b"], [{"n": 1, "score": 1}, {"n": 2}])
    assert reading.repeats == 0
    reading.add(["a", "b", "c"], [{"n": 1, "score": 1}, {"n": 3}, {"n": 4}])
    assert reading.repeats == 1
    assert reading.ids == {"a", "b", "c"}
    reading.add(["c", "d"], [{"n": 4, "relevanceScore": 0.5}, {"x": 1, "y": 2}])
    reading.add(["d"], [{"y": 2, "x": 1}])
    assert reading.repeats == 3


@pytest.mark.parametrize(
    ("reading", "is_complete"),
    [
        (listed(30, 30), True),
        (listed(30, 30, None), True),
        (listed(30, 30, 31), False),
        (listed(30, None), False),
        (listed(30, 30, is_moving=True), False),
        (listed(30, 30, is_going_round=True), False),
        # A few of those that are known may have left, or one in a hundred.
        (listed(30, 30, known=40), True),
        (listed(30, 30, known=41), False),
        (listed(1980, 1980, known=2000), True),
        (listed(1979, 1979, known=2000), False),
        # As many as the reading before announced, or nearly so.
        (listed(30, 30, announced=40, covered=30), True),
        (listed(30, 30, announced=41, covered=30), False),
    ],
)
def test_moving_list_is_complete_where_nothing_moved(
    reading: Completeness, *, is_complete: bool
) -> None:
    assert reading.is_complete == is_complete


def test_row_that_came_twice_leaves_a_moving_list_incomplete() -> None:
    reading = MovingListCompleteness(ids(30), rows=31, totals={30})
    assert not reading.is_complete


@pytest.mark.parametrize(
    ("now", "is_confirmed"),
    [
        (listed(30, 40, known=30), True),
        (listed(30, 40, known=40), True),
        (listed(30, 41, known=30), False),
        (listed(30, 40, known=29), False),
        (listed(30, 40, known=41), False),
        (listed(30, 40, known=30, is_going_round=True), False),
        (listed(30, 30, known=30, announced=41), False),
    ],
)
def test_moving_list_is_confirmed_by_a_reading_that_shows_nothing_new(
    now: Completeness, *, is_confirmed: bool
) -> None:
    assert now.confirms(None) == ""
    said = f"lists 30 interactions, counted as {max(filter(None, now.totals))}, in two readings"
    assert now.confirms(listed(1)) == (said if is_confirmed else "")


def test_second_reading_of_a_moving_list_knows_the_first() -> None:
    second = listed(30, 20, None, 35, known=5).after()
    assert isinstance(second, MovingListCompleteness)
    assert (second.known, second.announced, second.ids) == (frozenset(ids(30)), 35, set())
    nothing = listed(0).after()
    assert isinstance(nothing, MovingListCompleteness)
    assert nothing.announced == 0


@pytest.mark.parametrize(
    ("reading", "is_routine"),
    [
        (listed(30, 30, is_moving=True), True),
        (listed(30, 30), False),
        (listed(30, 31, is_moving=True), False),
        (Completeness(ids(30), totals={30}, is_moving=True), False),
    ],
)
def test_reading_again_is_routine_where_the_list_may_have_changed_alone(
    reading: Completeness, *, is_routine: bool
) -> None:
    assert reading.is_routine == is_routine


@pytest.mark.parametrize(
    ("total", "covered", "count", "is_reached"),
    [
        (20, 10, 10, True),
        (21, 11, 10, False),  # duplicates explain twice the records, not more
        (30, 20, 15, True),
        (31, 20, 16, False),
        (5050, 5000, 5000, True),
        (5051, 5000, 5000, False),
        (0, 0, 0, True),
    ],
)
def test_approximate_total_is_reached_by_nearly_as_many(
    total: int, covered: int, count: int, *, is_reached: bool
) -> None:
    assert reaches(total, covered, count) == is_reached


def job(within: int, elsewhere: int, *totals: int | None, **more: Any) -> JobCompleteness:
    """Build what the results of a job showed: so many of the window, and of days before it."""
    counted = {"rows": within + elsewhere, "covered": within, **more}
    return JobCompleteness(ids(within), ids(elsewhere, 10_000), totals={*totals}, **counted)


@pytest.mark.parametrize(
    ("results", "is_complete"),
    [
        (job(30, 0, None), True),
        (job(30, 0), True),
        (job(30, 0, None, rows=31), False),
        (job(30, 0, None, is_going_round=True), False),
        (job(30, 0, 30), True),
        (job(30, 0, 29), True),
        # One may have begun or ended between job and query, or one in a hundred.
        (job(30, 0, 31), True),
        (job(30, 0, 32), False),
        (job(396, 0, 400), True),
        (job(395, 0, 400), False),
        # The total counts those from elsewhere, too.
        (job(30, 5, 36), True),
        (job(30, 5, 37), False),
        (job(30, 5, 37, None), False),
    ],
)
def test_results_of_a_job_are_complete_where_the_query_counts_as_many(
    results: JobCompleteness, *, is_complete: bool
) -> None:
    assert results.is_complete == is_complete


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (
            job(30, 5, 45),
            (
                "yields 30 of the 40 conversations that the conversation query counts, in two "
                "readings: that count is approximate"
            ),
        ),
        (
            job(30, 5, 46, is_moving=True),
            (
                "yields 30 of the 41 conversations that the conversation query counts, in two "
                "readings: more may match by now"
            ),
        ),
        (job(30, 5, 46), ""),  # more is missing than an approximate count explains
        (job(5, 0, 11), ""),
        (job(30, 0, None), "has only 30 ids in its 30 interactions, again and again: some share"),
        (job(30, 5, 45, is_going_round=True), ""),
    ],
)
def test_second_job_that_finds_the_same_confirms_what_a_near_total_explains(
    results: JobCompleteness, said: str
) -> None:
    confirmed = results.confirms(results)
    assert confirmed.startswith(said)
    assert bool(confirmed) == bool(said)
    assert results.confirms(None) == ""
    for other in (job(29, 5, 45, rows=results.rows), job(30, 4, 45, rows=results.rows)):
        assert results.confirms(other) == ""


def test_repeats_of_a_job_are_told_where_its_count_is_right() -> None:
    assert job(3, 0, 3, rows=4).describe_shortage() == "yields 3 interactions, some more than once"
