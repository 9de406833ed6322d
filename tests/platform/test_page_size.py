"""Page sizes: halved where answers are too large, kept for the run, and raised again."""

from __future__ import annotations

import logging
import random
from itertools import chain, pairwise, repeat, takewhile
from math import ceil
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import (
    PageTooLargeError,
    RecordTooLargeError,
    SearchFailedError,
    TapGenesysSearchError,
)
from tap_genesys_search.platform.page_size import (
    PAGES_BEFORE_JUDGEMENT,
    LearnedSize,
    PageSize,
    fit_search_page,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Platform:
    """Answers pages by number of rows that have a size each, up to a largest sum of them."""

    def __init__(self, sizes: list[int], largest: int) -> None:
        self.sizes = sizes
        self.largest = largest
        self.refused = 0
        self.answered = 0

    def read(self, learned: LearnedSize) -> list[int]:
        """Read all rows, in the order of their positions."""
        size = PageSize(learned)
        found: list[int] = []
        while len(found) < len(self.sizes):
            found += self.fit(size, len(found))
        return found

    def fit(self, size: PageSize, position: int) -> list[int]:
        return size.fit(lambda: self.page(position, size.rows), position)

    def page(self, position: int, rows: int) -> list[int]:
        number, rest = divmod(position, rows)
        assert rest == 0, f"no page of {rows} rows begins at {position}"
        page = [*range(len(self.sizes))][number * rows : (number + 1) * rows]
        if sum(self.sizes[row] for row in page) > self.largest:
            self.refused += 1
            fact = "too large"
            raise PageTooLargeError(fact)
        self.answered += 1
        return page


def test_sizes_are_halved_and_remembered() -> None:
    platform = Platform([1] * 400, 30)
    learned = LearnedSize(100)
    assert platform.read(learned) == [*range(400)]
    assert platform.refused == 2
    assert platform.answered == 16
    platform.refused = 0
    assert platform.read(learned) == [*range(400)]
    assert platform.refused <= 1


@pytest.mark.parametrize("most", [97, 100, 333, 500, 999, 1000])
def test_sizes_go_down_by_steps_of_about_a_half(most: int) -> None:
    learned, sizes = LearnedSize(most), [most]
    while learned.lower(sizes[-1], "too large"):
        sizes.append(learned.limit)
    assert sizes[-1] == 1
    assert all(2 <= before / after <= 4 for before, after in pairwise(sizes))


def test_size_grows_back_when_what_was_too_large_is_past() -> None:
    sizes = [1] * 10_000
    sizes[200] = 100
    platform = Platform(sizes, 100)
    learned = LearnedSize(100)
    assert platform.read(learned) == [*range(10_000)]
    assert learned.limit == 100
    assert platform.answered < 300


@pytest.mark.thorough
def test_size_that_stays_too_large_is_tried_ever_more_seldom() -> None:
    platform = Platform([1] * 50_000, 60)
    assert platform.read(LearnedSize(100)) == [*range(50_000)]
    assert platform.refused < 8
    assert platform.answered <= ceil(50_000 / 50)


@pytest.mark.thorough
def test_less_than_ever_is_said_aloud_and_what_is_known_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        Platform([1] * 50_000, 60).read(LearnedSize(100, "rows", "Do this"))
    assert caplog.messages == ["too large: asking for 50 rows instead of 100. Do this"]


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.thorough] * (seed > 4)) for seed in range(30)]
)
def test_every_row_is_read_once_however_sizes_change(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - not for security
    sizes = [rng.choice((1, 1, 1, 5, 20)) for _ in range(rng.randint(1, 3000))]
    learned = LearnedSize(rng.choice((97, 100, 250, 500, 1000)))
    for _ in range(3):
        platform = Platform(sizes, rng.choice((20, 60, 300)))
        assert platform.read(learned) == [*range(len(sizes))]


@pytest.mark.thorough
@pytest.mark.parametrize("most", [100, 500, 1000])
def test_no_page_reaches_beyond_a_limit_of_depth(most: int) -> None:
    learned = LearnedSize(most)
    while learned.lower(learned.limit, "too large"):
        for position in range(20_000):
            size = learned.size_at(position)
            assert position // 10_000 == (position + size - 1) // 10_000


def test_larger_pages_than_the_platform_answers_are_not_asked_for_again() -> None:
    learned = LearnedSize(500)
    size = PageSize(learned)
    size.cap(100)
    assert size.rows == learned.size_at(100) == 100
    learned.lower(100, "too large")
    for _ in range(100):
        learned.answered(50)
    assert learned.size_at(0) == 100


def test_two_refusals_of_the_same_size_halve_it_once() -> None:
    learned = LearnedSize(100)
    learned.lower(100, "too large")
    learned.lower(100, "too large")
    assert learned.limit == 50


def after_some_answers(learned: LearnedSize, refused: int) -> None:
    learned.lower(refused, "too large")
    while learned.limit < refused:
        learned.answered(learned.limit)


def test_one_request_at_a_time_tries_a_larger_page() -> None:
    learned = LearnedSize(100)
    after_some_answers(learned, 100)
    assert [learned.size_at(0) for _ in range(4)] == [100, 50, 50, 50]


def test_readings_that_follow_take_the_larger_page_once_it_is_proven() -> None:
    learned = LearnedSize(100)
    after_some_answers(learned, 100)
    for _ in range(4):
        assert [learned.size_at(0) for _ in range(2)] == [100, 50]
        learned.answered(50)
        learned.answered(100)
    assert [learned.size_at(0) for _ in range(4)] == [100] * 4


def test_short_last_pages_prove_nothing() -> None:
    learned = LearnedSize(100)
    after_some_answers(learned, 100)
    for _ in range(2):
        learned.answered(learned.size_at(0))
    learned.lower(learned.size_at(0), "too large")
    assert [learned.size_at(0) for _ in range(4)] == [50] * 4


def test_refused_trial_leaves_the_proven_size() -> None:
    learned = LearnedSize(100)
    after_some_answers(learned, 100)
    assert learned.lower(learned.size_at(0), "too large")
    assert [learned.size_at(0) for _ in range(4)] == [50] * 4


def test_trial_that_never_ends_is_followed_by_another() -> None:
    learned = LearnedSize(100)
    after_some_answers(learned, 100)
    assert learned.size_at(0) == 100
    for _ in range(16):
        learned.answered(50)
    assert [learned.size_at(0) for _ in range(2)] == [100, 50]


def test_answer_to_a_request_sent_before_a_refusal_proves_nothing() -> None:
    learned = LearnedSize(100)
    learned.lower(100, "too large")
    learned.answered(100)
    assert learned.size_at(0) == 50


def pages_read(records: Iterable[int], rows: int = 100) -> int:
    """Read pages that hold so many records, as long as the reading gets on."""
    size = PageSize(LearnedSize(rows))
    return sum(1 for _ in takewhile(size.brought, records))


def test_reading_ends_where_many_pages_in_a_row_hold_next_to_nothing() -> None:
    few = chain([0, 1] * 60, repeat(100))
    assert pages_read(few) == PAGES_BEFORE_JUDGEMENT - 1


def test_full_pages_do_not_make_up_for_endless_empty_ones() -> None:
    assert pages_read(chain(repeat(100, 1000), repeat(0))) < 1000 + 2 * PAGES_BEFORE_JUDGEMENT


def test_some_empty_pages_between_full_ones_do_not_end_a_reading() -> None:
    sparse = [*repeat(0, 100), *repeat(100, 20)] * 5
    assert pages_read(sparse) == len(sparse)


def test_pages_of_one_record_get_on_where_no_more_is_asked_for() -> None:
    assert pages_read(repeat(1, 1000), rows=1) == 1000


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        # Another window may do without the record, where the platform refuses it.
        (413, RecordTooLargeError, "POST /query is too large, with page_size 1, too"),
        (
            None,
            SearchFailedError,
            (
                "POST /query is too large, with page_size 1, too. Leave out with filters what "
                "holds so much, and report it to Genesys support"
            ),
        ),
    ],
)
def test_page_of_one_record_that_is_too_large_says_who_refuses_it(
    status: int | None, kind: type[TapGenesysSearchError], message: str
) -> None:
    asked: list[int] = []
    size = PageSize(LearnedSize(4))

    def ask() -> None:
        asked.append(size.rows)
        raise PageTooLargeError("POST /query is too large", status=status)

    with pytest.raises(kind) as refused:
        fit_search_page(size, ask)
    assert str(refused.value) == message
    assert asked == [4, 2, 1]


def test_less_that_is_asked_for_is_said_with_what_helps(caplog: pytest.LogCaptureFixture) -> None:
    LearnedSize(100, "ids", "A lower page_size avoids this").lower(100, "GET /x is too large")
    LearnedSize(100).lower(100, "GET /x is too large")
    assert caplog.messages == [
        ("GET /x is too large: asking for 50 ids instead of 100. A lower page_size avoids this"),
        "GET /x is too large: asking for 50 records a page instead of 100",
    ]


def test_platform_that_caps_pages_is_asked_for_no_more_than_it_answers() -> None:
    learned = LearnedSize(100)
    size = PageSize(learned)
    for rows, kept in ((0, 100), (100, 100), (200, 100), (25, 25)):
        size.cap(rows)
        assert (size.rows, learned.limit) == (kept, kept)
    assert PageSize(learned).rows == 25
    # Nor is more tried later.
    for _ in range(100):
        learned.answered(25)
    assert learned.limit == 25
