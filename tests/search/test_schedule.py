"""Searches that run ahead: how many, which, in what order, and what becomes of them."""

from __future__ import annotations

import random
import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import OutputClosedError, RequestError, TooManyMatchesError
from tap_genesys_search.search import schedule as read_ahead
from tests.support.scripted_searches import (
    DAY,
    Run,
    ScriptedSearches,
    day,
    days,
    page,
    read,
    read_in_thread,
    running,
    wait_until,
)

if TYPE_CHECKING:
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.windows.plan import WindowPlan

BAD = RequestError("POST /query answered 503", status=503)


def too_many() -> TooManyMatchesError:
    return TooManyMatchesError("too many", 400)


def test_searches_are_handed_out_in_order_whichever_is_done_first() -> None:
    with running(4, concurrent=4) as run:
        for number in (3, 1, 2, 0):
            run.api.finish(day(number))
        windows = []
        for search in run.searches:
            assert read(search) == 1
            windows.append(search.window)
    assert windows == [day(number) for number in range(4)]


def test_as_many_searches_start_at_once_as_may_be_in_flight() -> None:
    with running(9, concurrent=3) as run:
        assert run.begin().window == day(0)
        run.expect(day(0), day(1), day(2))
        assert sorted(run.api.in_flight) == [day(0), day(1), day(2)]


def test_search_that_is_done_frees_its_slot_before_its_turn() -> None:
    with running(9, concurrent=2) as run:
        run.begin()
        for number in range(1, 5):
            run.expect(*map(day, range(number + 1)))
            run.api.finish(day(number))
        run.expect(*map(day, range(6)))
        assert sorted(run.api.in_flight) == [day(0), day(5)]


def test_searches_start_while_a_page_is_waited_for() -> None:
    with running(9, concurrent=2) as run:
        for number in range(1, 5):
            run.api.finish(day(number))
        run.api.when_submitted = lambda window: run.api.finish(day(0)) if window == day(5) else None
        assert read(run.begin()) == 1
        run.expect(*map(day, range(7)))


def test_no_more_windows_are_started_than_may_wait_to_be_written() -> None:
    with running(30, concurrent=2) as run:
        for number in range(1, 30):
            run.api.finish(day(number))
        run.begin()
        run.expect(*map(day, range(8)))
        run.api.finish(day(0))
        run.begin()
        run.expect(*map(day, range(9)))


def test_last_windows_keep_all_slots_busy() -> None:
    with running(5, concurrent=4) as run:
        run.begin()
        run.api.finish(day(2))
        run.expect(*map(day, range(5)))
        assert len(run.api.in_flight) == 4


def test_one_search_at_a_time_starts_when_the_one_before_is_written() -> None:
    with running(3, concurrent=1) as run:
        for number in range(3):
            run.api.finish(day(number))
        for number in range(3):
            search = run.begin()
            assert read(search) == 1
            # It is read, but whoever asked for it is not done with it.
            run.expect(*map(day, range(number + 1)))
    assert run.api.most_in_flight == 1


def test_no_search_starts_while_as_much_is_held_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "BYTES_AHEAD", 100)
    monkeypatch.setattr(read_ahead, "BYTES_WHILE_WRITING", 100)
    with running(9, concurrent=2) as run:
        run.api.finish(day(1), page(size=60))
        run.api.finish(day(2), page(size=60))
        first = run.begin()
        run.expect(*map(day, range(3)))
        run.api.finish(day(0))
        read(first)
        second = run.begin()
        run.expect(*map(day, range(3)))
        read(second)
        run.expect(*map(day, range(5)))


def test_searches_ahead_hold_a_large_page_each_and_the_first_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_ahead, "BYTES_AHEAD", 100)
    monkeypatch.setattr(read_ahead, "BYTES_WHILE_WRITING", 100)
    large = [page(number, of=3, size=10_000) for number in range(3)]
    with running(4, concurrent=3) as run:
        run.begin()
        run.expect(*map(day, range(3)))
        for number in range(4):
            run.api.answer(day(number), *large)
        # Each has one of its pages on the shelf, and reads none of the others.
        wait_until(lambda: [run.api.left(day(number)) for number in range(3)] == [2, 2, 2])
        run.expect(*map(day, range(3)))
        assert [run.api.left(day(number)) for number in range(3)] == [2, 2, 2]
    with running(4, concurrent=3) as run:
        for number in range(4):
            run.api.finish(day(number), *large)
        assert [read(search) for search in run.searches] == [3, 3, 3, 3]


def test_no_window_is_started_behind_an_error_that_waits_its_turn() -> None:
    with running(9, concurrent=3) as run:
        run.begin()
        run.expect(*map(day, range(3)))
        run.api.answer(day(1), too_many())
        run.expect(*map(day, range(3)))
        run.api.finish(day(2))
        run.expect(*map(day, range(3)))
        run.api.finish(day(0))
        search = run.begin()
        run.expect(*map(day, range(3)))
        with pytest.raises(TooManyMatchesError):
            read(search)
        run.expect(*map(day, range(3)))
        run.plan.shorten(search.window, None)
        assert run.begin().window == days(1, 1.5)
        # What follows is cut as short: a third window was started before, a fourth one not.
        run.expect(*map(day, range(3)), days(1, 1.5), days(1.5, 2), days(3, 3.5))


def test_halves_run_ahead_of_searches_behind_them() -> None:
    with running(9, concurrent=3) as run:
        search = run.begin()
        run.expect(*map(day, range(3)))
        run.api.answer(day(0), BAD)
        run.api.answer(day(2), BAD)
        with pytest.raises(RequestError):
            read(search)
        run.plan.halve(search.window)
        assert run.begin().window == days(0, 0.5)
        # An error that waits behind them does not hold them up.
        run.expect(*map(day, range(3)), days(0, 0.5), days(0.5, 1))
        assert run.api.most_in_flight == 3


def test_windows_behind_a_dense_one_are_cut_anew_unless_they_are_started() -> None:
    with running(9, concurrent=2, most_matches=100) as run:
        search = run.begin()
        run.expect(day(0), day(1))
        run.api.answer(day(0), too_many())
        with pytest.raises(TooManyMatchesError):
            read(search)
        run.plan.shorten(search.window, search.total)
        assert run.begin().window == days(0, 0.25)
        quarters = [days(quarter / 4, (quarter + 1) / 4) for quarter in range(4)]
        for window in (day(1), *quarters[1:]):
            run.api.finish(window)
        run.expect(day(0), day(1), *quarters, days(2, 2.25))


def test_first_search_takes_the_next_slot_where_those_behind_it_have_all() -> None:
    with running(9, concurrent=2) as run:
        run.api.finish(day(0), page(of=2))
        first = run.begin()
        run.expect(*map(day, range(3)))
        reader = read_in_thread(first)  # it is short, so it is read again
        run.expect(*map(day, range(3)))
        run.api.finish(day(1))
        run.expect(*map(day, range(3)), day(0))
        run.api.finish(day(0), page(0, of=2), page(1, of=2))
        reader.join()
        run.expect(*map(day, range(3)), day(0), day(3))
        assert first.is_read
        assert run.api.most_in_flight == 2


def test_first_search_is_one_more_where_all_others_wait_for_it_to_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_ahead, "BYTES_AHEAD", 100)
    monkeypatch.setattr(read_ahead, "BYTES_WHILE_WRITING", 100)
    with running(9, concurrent=2) as run:
        run.api.finish(day(0), page(of=2))
        first = run.begin()
        run.expect(*map(day, range(3)))
        for number in (1, 2):
            run.api.answer(day(number), page(0, of=2, size=100))
        wait_until(lambda: run.api.left(day(1)) == run.api.left(day(2)) == 0)
        reader = read_in_thread(first)
        run.expect(*map(day, range(3)), day(0))
        run.api.finish(day(0), page(0, of=2), page(1, of=2))
        reader.join()
        assert first.is_read
        assert run.api.most_in_flight == 3


def test_closed_output_is_noticed_while_a_slot_is_waited_for() -> None:
    def refuse() -> None:
        raise OutputClosedError("nobody reads")

    with running(9, concurrent=2, while_waiting=refuse) as run:
        run.api.finish(day(0), page(of=2))
        first = run.begin()
        run.expect(*map(day, range(3)))
        with pytest.raises(OutputClosedError):
            read(first)


def test_run_that_fails_gives_up_what_it_has_started() -> None:
    def fail(run: Run) -> None:
        run.api.finish(day(1))
        run.begin()
        run.expect(*map(day, range(4)))
        raise BAD

    with pytest.raises(RequestError), running(9, concurrent=3) as run:
        fail(run)


def test_without_further_threads_searches_run_one_after_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = threading.Thread.start
    main = threading.current_thread()

    def refuse_ahead(thread: threading.Thread) -> None:
        # The thread that starts searches is started by this one, and so is each at its turn.
        if threading.current_thread() is not main:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_ahead)
    with running(4, concurrent=3) as run:
        for number in range(4):
            run.api.finish(day(number))
        assert [read(search) for search in run.searches] == [1, 1, 1, 1]
    assert run.api.submitted == [day(number) for number in range(4)]


@pytest.mark.parametrize("concurrent", [1, 2, 4, 7])
@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_done_first_or_fails_windows_come_in_order_and_none_too_many(
    seed: int, concurrent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ahead, "BYTES_AHEAD", 2_000)
    monkeypatch.setattr(read_ahead, "BYTES_WHILE_WRITING", 2_000)
    rng = random.Random(seed)  # noqa: S311
    with running(12, concurrent=concurrent, most_matches=100) as run:
        platform = threading.Thread(target=answer_at_random, args=(run.api, rng), daemon=True)
        platform.start()
        done = [each.window for each in run.searches if read_or_split(each, run.plan)]
        run.api.is_down.set()
        platform.join()
    assert (done[0].start, done[-1].end) == (day(0).start, day(11).end)
    assert all(earlier.end == later.start for earlier, later in pairwise(done))
    assert run.api.most_in_flight <= concurrent
    assert len(run.api.submitted) <= 4 * len(done)


def answer_at_random(api: ScriptedSearches, rng: random.Random) -> None:
    """Answer some search that is in flight, again and again."""
    while not api.is_down.wait(0.001):
        waiting = [window for window in list(api.in_flight) if not api.left(window)]
        if not waiting:
            continue
        window = rng.choice(waiting)
        failure = rng.choice([None, None, too_many(), BAD])
        if failure and window.length > DAY / 8:
            api.answer(window, failure)
        else:
            of = rng.randint(1, 5)
            sizes = [rng.choice([10, 500, 5_000]) for _ in range(of)]
            api.finish(window, *(page(i, of=of, size=size) for i, size in enumerate(sizes)))


def read_or_split(search: Search, plan: WindowPlan) -> bool:
    """Read a search as the tap does; False where its window is split."""
    try:
        read(search)
    except TooManyMatchesError:
        plan.shorten(search.window, search.total)
        return False
    except RequestError:
        plan.halve(search.window)
        return False
    plan.passed(search.window, search.total)
    return True
