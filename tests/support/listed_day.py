"""A server that lists the conversations of one day, which may change while they are read."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

    from tests.support.singer_run import SingerRun

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
        self.largest_page = 1000
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
            if size > self.largest_page:
                return _json({"code": "response.entity.too.large", "status": 413}, 413)
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


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


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
