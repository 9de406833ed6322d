"""Pages of what was found, cut into stretches that make a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.records.found_page import FoundPage, stretches_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def page(rows: int, table_rows: int = 0) -> FoundPage:
    table: list[Any] = [None] * table_rows
    return FoundPage({"id": ["i"] * rows}, {"conversations": table})


def sizes(pages: list[FoundPage], most_rows: int) -> list[list[int]]:
    return [[one.most_rows for one in held] for held in stretches_of(pages, most_rows)]


@pytest.mark.parametrize(
    ("rows", "stretches"),
    [
        ([4, 6], [[4, 6]]),  # just as many as a batch may have
        ([4, 7, 3, 1], [[4], [7, 3], [1]]),
        ([20, 1], [[20], [1]]),  # a page alone may have more
        ([1, 20, 1], [[1], [20], [1]]),
        ([0, 0], [[0, 0]]),
        ([], []),
    ],
)
def test_stretch_has_no_more_rows_than_a_batch(rows: list[int], stretches: list[list[int]]) -> None:
    assert sizes([page(one) for one in rows], 10) == stretches
    assert sizes([page(0, one) for one in rows], 10) == stretches


@pytest.mark.parametrize("error", [SearchFailedError("failed"), RecursionError()])
def test_what_came_before_an_error_is_not_lost(error: Exception) -> None:
    def pages() -> Iterator[FoundPage]:
        yield page(3)
        raise error

    stretches = stretches_of(pages(), 10)
    assert len(next(stretches)) == 1
    with pytest.raises(type(error)):
        next(stretches)
