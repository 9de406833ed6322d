"""Pages read ahead in a thread: how many, and what becomes of the thread."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.read_ahead import PagesAhead
from tap_genesys_search.search_apis.search_api import Page

if TYPE_CHECKING:
    from collections.abc import Generator

PAGE = Page([{"id": "i"}], 1, {}, size=100)


def nothing() -> None:
    pass


def settle(condition: object) -> None:
    """Give a thread time to go on, and to show that it does not."""
    until = time.monotonic() + 0.3
    while time.monotonic() < until and not (callable(condition) and condition()):
        time.sleep(0.01)


def numbered(
    count: int, read: list[int], closed: threading.Event | None = None
) -> Generator[Page, None, None]:
    try:
        for number in range(count):
            read.append(number)
            yield PAGE
    finally:
        if closed:
            closed.set()


def test_pages_come_in_order_and_end() -> None:
    assert len(list(PagesAhead(nothing, 10_000, numbered(7, [])))) == 7


@pytest.mark.parametrize(("most", "ahead"), [(0, 1), (99, 1), (100, 1), (250, 2), (10**9, 9)])
def test_no_more_is_read_ahead_than_may_be_but_one_page_always(most: int, ahead: int) -> None:
    read: list[int] = []
    pages = PagesAhead(nothing, most, numbered(9, read))
    settle(lambda: len(read) > min(ahead + 1, 8))
    # One more is in the thread's hand, waiting for room.
    assert len(read) == min(ahead + 1, 9)
    assert len(list(pages)) == 9


def test_error_comes_behind_the_pages_before_it_and_once() -> None:
    def failing() -> Generator[Page, None, None]:
        yield PAGE
        raise SearchFailedError("broken")

    pages = PagesAhead(nothing, 10_000, failing())
    assert next(pages) == PAGE
    with pytest.raises(SearchFailedError):
        next(pages)
    assert next(pages, None) is None


def test_closing_ends_the_thread_and_what_it_reads() -> None:
    closed = threading.Event()
    pages = PagesAhead(nothing, 0, numbered(9, [], closed))
    assert next(pages) == PAGE
    pages.close()
    pages.join(5)
    assert closed.is_set()
    assert not pages.is_reading()


def test_who_waits_is_told_that_there_is_nothing_yet() -> None:
    told = threading.Event()

    def slow() -> Generator[Page, None, None]:
        assert told.wait(10)
        yield PAGE

    assert next(PagesAhead(told.set, 100, slow())) == PAGE


def test_error_of_who_is_told_reaches_who_waits() -> None:
    release = threading.Event()

    def slow() -> Generator[Page, None, None]:
        release.wait(10)
        yield PAGE

    def refuse() -> None:
        raise SearchFailedError("nobody reads")

    pages = PagesAhead(refuse, 100, slow())
    with pytest.raises(SearchFailedError, match="nobody reads"):
        next(pages)
    release.set()
