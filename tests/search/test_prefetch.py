"""Pages read ahead in a thread: how many, and what becomes of the thread."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.search.prefetch import PrefetchedPages, Shelf
from tap_genesys_search.search_apis.page import Page

if TYPE_CHECKING:
    from collections.abc import Generator

PAGE = Page([{"id": "i"}], 1, {}, size=100)


def nothing() -> None:
    pass


def settle(condition: object) -> None:
    """Give threads time to go on, and to show that they do not."""
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
    assert len(list(PrefetchedPages(nothing, Shelf(10_000, 10_000), numbered(7, [])))) == 7


@pytest.mark.parametrize(("most", "ahead"), [(0, 1), (99, 1), (100, 1), (250, 3), (10**9, 9)])
def test_no_page_is_read_once_the_shelf_is_full_but_the_first_one(most: int, ahead: int) -> None:
    read: list[int] = []
    shelf = Shelf(most, most)
    pages = PrefetchedPages(nothing, shelf, numbered(9, read))
    settle(lambda: len(read) > ahead)
    assert (len(read), shelf.held) == (ahead, 100 * ahead)
    assert len(list(pages)) == 9
    assert shelf.held == 0


def test_shelf_is_shared_and_each_search_may_have_one_page_on_it() -> None:
    read: list[list[int]] = [[], [], []]
    shelf = Shelf(200, 200)
    searches = [PrefetchedPages(nothing, shelf, numbered(9, each)) for each in read]
    settle(lambda: False)
    assert all(each.is_paused for each in searches)
    assert all(read)
    assert shelf.held <= 200 + 2 * 100
    for search in searches:
        assert len(list(search)) == 9
    assert shelf.held == 0


def test_search_that_holds_the_shelf_full_lets_others_go_on_page_by_page() -> None:
    shelf = Shelf(100, 100)
    later = PrefetchedPages(nothing, shelf, numbered(9, []))
    settle(lambda: later.is_paused)
    first = PrefetchedPages(nothing, shelf, numbered(9, []))
    assert len(list(first)) == 9
    assert later.is_paused


def test_closing_clears_what_is_held_and_keeps_nothing_that_still_comes() -> None:
    shelf = Shelf(10_000, 10_000)
    goes_on = threading.Event()

    def slow() -> Generator[Page, None, None]:
        yield PAGE
        goes_on.wait(10)
        yield PAGE

    pages = PrefetchedPages(nothing, shelf, slow())
    settle(lambda: shelf.held)
    pages.close()
    assert shelf.held == 0
    goes_on.set()
    pages.join(5)
    assert pages.has_ended
    assert shelf.held == 0


def test_error_comes_behind_the_pages_before_it_and_once() -> None:
    def failing() -> Generator[Page, None, None]:
        yield PAGE
        raise SearchFailedError("broken")

    pages = PrefetchedPages(nothing, Shelf(10_000, 10_000), failing())
    assert next(pages) == PAGE
    with pytest.raises(SearchFailedError):
        next(pages)
    assert next(pages, None) is None
    assert pages.has_failed


def test_closing_ends_the_thread_and_what_it_reads() -> None:
    closed = threading.Event()
    pages = PrefetchedPages(nothing, Shelf(0, 0), numbered(9, [], closed))
    assert next(pages) == PAGE
    pages.close()
    pages.join(5)
    assert closed.is_set()
    assert pages.has_ended
    assert not pages.has_failed
    assert not pages.is_paused


def test_who_waits_is_told_that_there_is_nothing_yet() -> None:
    told = threading.Event()

    def slow() -> Generator[Page, None, None]:
        assert told.wait(10)
        yield PAGE

    assert next(PrefetchedPages(told.set, Shelf(100, 100), slow())) == PAGE


def test_error_of_who_is_told_reaches_who_waits() -> None:
    release = threading.Event()

    def slow() -> Generator[Page, None, None]:
        release.wait(10)
        yield PAGE

    def refuse() -> None:
        raise SearchFailedError("nobody reads")

    pages = PrefetchedPages(refuse, Shelf(100, 100), slow())
    with pytest.raises(SearchFailedError, match="nobody reads"):
        next(pages)
    release.set()
