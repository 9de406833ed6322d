"""The conversation query while its day is running, against servers written from reports."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.support.listed_day import PAGE, Day, assert_complete, once
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


@pytest.mark.thorough
def test_running_day_that_grows_while_it_is_read_is_complete(httpserver: HTTPServer) -> None:
    day = Day(httpserver, 2500)
    day.after_page = lambda _: day.arrive()

    run = run_tap(day.config)

    assert_complete(run, day)
    assert len(run.ids()) == 2500  # a further reading writes nothing twice
    assert day.requests < 2 * 2500 / PAGE + 10


@pytest.mark.parametrize("lacking", ["absent", "null", "empty"])
def test_conversations_without_an_id_come_once_however_often_the_day_is_read(
    httpserver: HTTPServer, lacking: str
) -> None:
    day = Day(httpserver, 250)
    for number in (3, 4, 120):
        day.listed[number]["conversationId"] = None if lacking == "null" else ""
        if lacking == "absent":
            del day.listed[number]["conversationId"]
    day.listed[4] = dict(day.listed[3])  # told apart by nothing
    day.total = lambda page, real: real + page
    run = run_tap(day.config)
    assert run.error is None
    surrogates = [one for one in run.ids() if one.startswith("surrogate")]
    assert len(surrogates) == len(set(surrogates)) == 3
    assert len(run.ids()) == 250


@pytest.mark.thorough
@pytest.mark.parametrize("offset", [-7, -1, 1, 3, 25])
def test_total_that_is_near_only_is_no_gap(httpserver: HTTPServer, offset: int) -> None:
    day = Day(httpserver, 2500, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    day.total = lambda _, real: real + offset

    run = run_tap(day.config)

    assert_complete(run, day)
    assert len(run.ids()) == 2500


def test_total_that_later_pages_lack_is_no_gap(httpserver: HTTPServer) -> None:
    day = Day(httpserver, 250, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    day.total = lambda page, real: real if page == 1 else None

    assert_complete(run_tap(day.config), day)


def test_late_row_on_a_page_that_was_read_is_noticed_beside_an_arrival(
    httpserver: HTTPServer,
) -> None:
    day = Day(httpserver, 250)

    def change() -> None:
        day.insert("late", 50)
        day.arrive()

    day.after_page = once(1, change)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert "late" in run.ids()


def test_row_that_slips_to_a_page_that_was_read_is_noticed_at_the_same_total(
    httpserver: HTTPServer,
) -> None:
    day = Day(httpserver, 250)
    slipped = day.listed[PAGE]["conversationId"]

    def change() -> None:
        day.listed.pop(50)
        day.arrive()

    day.after_page = once(1, change)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert slipped in run.ids()


@pytest.mark.parametrize("days_ago", [1, 2, 5])
def test_row_that_slips_on_a_day_that_ended_lately_is_noticed_at_the_same_total(
    httpserver: HTTPServer, days_ago: int
) -> None:
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    day = Day(httpserver, 250, today - timedelta(days=days_ago))
    day.config["end_date"] = (day.day + timedelta(days=1)).isoformat()
    left, slipped, arrived = (day.listed[at]["conversationId"] for at in (50, PAGE, 249))
    late = day.listed.pop()

    def change() -> None:
        day.listed.pop(50)
        day.listed.append(late)

    day.after_page = once(1, change)
    run = run_tap(day.config)

    assert_complete(run, day)
    assert {left, slipped, arrived} <= set(run.ids())


@pytest.mark.thorough
def test_running_day_split_by_duration_grows_while_it_is_read(httpserver: HTTPServer) -> None:
    day = Day(httpserver, 400)
    for number in range(400):
        if number % 4:
            day.listed[number]["seconds"] = number
    day.config["max_records_per_search"] = 250
    day.after_page = lambda _: day.arrive(3)

    run = run_tap(day.config)

    assert_complete(run, day)


def test_day_of_one_page_is_read_once(httpserver: HTTPServer) -> None:
    day = Day(httpserver, PAGE - 1)

    run = run_tap(day.config)

    assert_complete(run, day)
    assert day.requests == 1


@pytest.mark.parametrize("total", [300, 5000])
def test_list_that_ends_far_before_its_total_is_not_complete(
    httpserver: HTTPServer, total: int
) -> None:
    day = Day(httpserver, 100, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    day.total = lambda _page, _real: total

    run = run_tap(day.config)

    assert "lists 100 interactions" in str(run.error)
    assert [one["status"] for one in run.records("search_audits")] == ["failed"]
    assert run.bookmarks() == {}


def test_answer_with_neither_conversations_nor_total_is_asked_for_again_and_said(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day(httpserver, 0, datetime(2026, 1, 5, tzinfo=timezone.utc))
    day.config["end_date"] = "2026-01-06"
    day.total = lambda _page, _real: None

    run = run_tap(day.config)

    assert run.error is None
    assert day.requests == 2
    assert "lists 0 interactions, counted as nothing, in two readings" in caplog.text
