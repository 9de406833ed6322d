"""The conversation query while its day is running, against servers written from reports."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

QUERY = "/api/v2/analytics/conversations/details/query"
PAGE = 100


class Day:
    """A day's list of conversations in the order in which they started, which may change."""

    def __init__(self, server: HTTPServer, count: int, day: datetime | None = None) -> None:
        today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        self.day = day or today
        self.listed = [self._conversation(f"c-{number:05}", number) for number in range(count)]
        self.within = [one["conversationId"] for one in self.listed]
        self.total: Callable[[int, int], int | None] = lambda _page, real: real
        self.after_page: Callable[[int], None] = lambda _page: None
        self.config: dict[str, Any] = {
            "client_id": "a-client",
            "client_secret": "a-secret",
            "auth_url": server.url_for("").rstrip("/"),
            "api_url": server.url_for("").rstrip("/"),
            "search_api": "conversation_query",
            "start_date": self.day.isoformat(),
        }
        self.requests = 0
        self._lock = threading.Lock()
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def _conversation(self, name: str, number: int) -> dict[str, Any]:
        # All before the run, however early in the day it is.
        start = self.day + timedelta(microseconds=number * 1000)
        return {"conversationId": name, "conversationStart": start.isoformat()}

    def arrive(self, conversations: int = 1) -> None:
        """Let conversations start now, after the end of the run's window."""
        now = datetime.now(timezone.utc) + timedelta(seconds=2)
        for _ in range(conversations):
            name = f"new-{len(self.listed)}"
            self.listed.append({"conversationId": name, "conversationStart": now.isoformat()})

    def insert(self, name: str, at: int) -> None:
        """Let a conversation be listed late."""
        one = {**self.listed[at], "conversationId": name}
        self.listed.insert(at, one)
        self.within.append(name)

    def _answer(self, request: Request) -> Response:
        with self._lock:
            if request.path == "/oauth/token":
                return _json({"access_token": "t", "expires_in": 86_400})
            self.requests += 1
            number = request.json["paging"]["pageNumber"]
            size = request.json["paging"]["pageSize"]
            found = [one for one in self.listed if _matches(one, request.json)]
            page = found[(number - 1) * size : number * size]
            body: dict[str, Any] = {"conversations": page} if page else {}
            total = self.total(number, len(found))
            if total is not None:
                body["totalHits"] = total
            self.after_page(number)
            return _json(body)


def _matches(conversation: dict[str, Any], body: dict[str, Any]) -> bool:
    """Tell whether a conversation has the duration that a query's predicates ask for."""
    seconds = conversation.get("seconds")
    for one in body.get("conversationFilters", []):
        for predicate in one["predicates"]:
            if predicate.get("operator") == "notExists":
                return seconds is None
            bounds = predicate["range"]
            if seconds is None or not bounds["gte"] <= 1000 * seconds < bounds.get("lt", 2**60):
                return False
    return True


def _json(body: object) -> Response:
    return Response(json.dumps(body), content_type="application/json")


def once(number: int, change: Callable[[], None]) -> Callable[[int], None]:
    """Let something change after a page, the first time it is answered."""
    left = [change]

    def after_page(page: int) -> None:
        if page == number and left:
            left.pop()()

    return after_page


def assert_complete(run: SingerRun, day: Day) -> None:
    assert run.error is None
    assert set(day.within) <= set(run.ids())
    assert not [one for one in run.ids() if one.startswith("new-")]
    (audit,) = run.records("search_audits")[-1:]
    assert audit["status"] == "completed"
    assert audit["extracted_records"] == len(set(run.ids()))


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
