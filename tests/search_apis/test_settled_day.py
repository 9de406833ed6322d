"""The conversation query on days that ended long ago: one reading is enough where nothing moves."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.support.listed_day import PAGE, Day, assert_complete, once
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


@pytest.fixture
def day(httpserver: HTTPServer) -> Day:
    """A day of three pages that nothing will change."""
    day = Day(httpserver, 250, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    return day


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (99, 1), (150, 2), (250, 3), (950, 10)])
def test_day_that_nothing_changes_costs_one_request_more_than_its_pages(
    httpserver: HTTPServer, count: int, pages: int
) -> None:
    day = Day(httpserver, count, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"

    run = run_tap(day.config)

    assert_complete(run, day)
    assert day.requests == (pages + 1 if pages > 1 else 1)
    assert run.records("search_audits")[-1]["page_count"] == day.requests


def test_row_that_slips_while_another_one_arrives_is_noticed_at_the_same_total(day: Day) -> None:
    slipped = day.listed[PAGE]["conversationId"]
    late = day.listed.pop()

    def change() -> None:
        day.listed.pop(50)
        day.listed.append(late)

    day.after_page = once(1, change)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert slipped in run.ids()


@pytest.mark.thorough
@pytest.mark.parametrize("after", [3, 4, 5])
def test_row_that_slips_across_the_middle_of_a_long_day_is_noticed(
    httpserver: HTTPServer, after: int
) -> None:
    day = Day(httpserver, 650, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    late = day.listed.pop()

    def change() -> None:
        day.listed.pop(130)
        day.listed.append(late)

    day.after_page = once(after, change)

    assert_complete(run_tap(day.config), day)


def test_row_that_takes_the_place_of_another_on_a_page_that_was_read_is_noticed(day: Day) -> None:
    def change() -> None:
        day.listed.pop(50)
        day.insert("late", 60)

    day.after_page = once(1, change)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert "late" in run.ids()


def test_smaller_pages_are_compared_with_what_they_are_a_part_of(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day(httpserver, 450, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"

    def shrink() -> None:
        day.largest_page = 30

    day.after_page = once(4, shrink)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert "in two readings" not in caplog.text
    assert len(run.ids()) == 450


# A reading is believed by what the one before it was told, too.


def test_total_that_falls_between_two_readings_is_believed_only_when_it_stays(day: Day) -> None:
    del day.listed[PAGE:]
    day.within = day.within[:PAGE]
    day.total = lambda _page, real: real if day.requests > 2 else 5000

    run = run_tap(day.config)

    assert_complete(run, day)
    assert day.requests == 6  # three readings of a page and the empty one behind it


def test_total_that_comes_back_in_the_last_reading_fails_the_day(day: Day) -> None:
    del day.listed[PAGE:]
    day.total = lambda _page, real: real if day.requests in {3, 4} else 5000

    run = run_tap(day.config)

    assert "lists 100 interactions" in str(run.error)
    assert run.bookmarks() == {}


def test_conversation_that_ends_between_two_readings_is_written_as_it_ended(
    httpserver: HTTPServer,
) -> None:
    yesterday = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday -= timedelta(days=1)
    day = Day(httpserver, 250, yesterday)
    day.config["end_date"] = (yesterday + timedelta(days=1)).isoformat()
    end = (yesterday + timedelta(hours=30)).isoformat()
    day.after_page = once(3, lambda: day.listed[7].update(conversationEnd=end))

    run = run_tap(day.config)

    assert_complete(run, day)
    rows = [one for one in run.records("interactions") if one["id"] == "c-00007"]
    assert [one["metadata"].get("conversationEnd") for one in rows] == [None, end]
    assert len(run.ids()) == 251
    assert "c-00007" not in str(run.states()[-1])
