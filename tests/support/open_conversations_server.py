"""A server written from the SDK's models: the query, and conversations by their ids."""

from __future__ import annotations

import json
import re
import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

BY_ID = "/api/v2/analytics/conversations/details"


class Elsewhere:
    """The server, and runs against it.

    Attributes:
        conversations: Id to conversation, as the server knows them.
        asked: The ids of each request for conversations by id.
        status: What such a request is answered with.
        bad_ids: Ids for which the whole request is refused, and the status of that.
        most_ids: What more ids than these are refused as too large.
        most_answered: How many conversations such an answer holds at most.
        leaves_out_key: Whether such an answer has no list.
        refuses_unknown_alone: Whether an unknown id is answered 404 where it is the only one.
    """

    def __init__(self, server: HTTPServer) -> None:
        self.day = datetime(2026, 3, 2, tzinfo=timezone.utc)
        self.conversations: dict[str, dict[str, Any]] = {}
        self.asked: list[list[str]] = []
        self.status = 200
        self.bad_ids: dict[str, int] = {}
        self.most_ids = 100
        self.most_answered = 1000
        self.leaves_out_key = False
        self.refuses_unknown_alone = False
        self.config: dict[str, Any] = {
            "client_id": "a-client",
            "client_secret": "a-secret",
            "auth_url": server.url_for("").rstrip("/"),
            "api_url": server.url_for("").rstrip("/"),
            "search_api": "conversation_query",
            "start_date": self.day.isoformat(),
            "lookback_hours": 0,
        }
        self._lock = threading.Lock()
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def begin(self, count: int) -> None:
        for number in range(count):
            start = self.day + timedelta(seconds=number)
            name = f"c-{number:05}"
            self.conversations[name] = {
                "conversationId": name,
                "conversationStart": start.isoformat(),
            }

    def end(self, name: str) -> None:
        self.conversations[name]["conversationEnd"] = "2026-03-04T00:00:00.000Z"

    def run(self, days: float, state: dict[str, Any] | None = None, **streams: Any) -> SingerRun:
        end = self.day + timedelta(days=days)
        run = run_tap({**self.config, "end_date": end.isoformat()}, state=state, **streams)
        assert run.error is None
        return run

    def _answer(self, request: Request) -> Response:
        with self._lock:
            if request.path == "/oauth/token":
                return _json({"access_token": "t", "token_type": "bearer", "expires_in": 3600})
            if request.path == BY_ID and request.method == "GET":
                return self._by_id(request.args["id"].split(","))
            return self._query(request.get_json())

    def _by_id(self, ids: list[str]) -> Response:
        self.asked.append(ids)
        if self.status >= 400:
            return _json({"message": "no", "code": "not.found", "status": self.status}, self.status)
        for status in (self.bad_ids[one] for one in ids if one in self.bad_ids):
            return _json({"message": "bad id", "code": "bad.request", "status": status}, status)
        if len(ids) > self.most_ids:
            code = "response.entity.too.large"
            return _json({"message": "too large", "code": code, "status": 413}, 413)
        if self.refuses_unknown_alone and len(ids) == 1 and ids[0] not in self.conversations:
            return _json({"message": "unknown", "code": "not.found", "status": 404}, 404)
        found = [self.conversations[one] for one in reversed(ids) if one in self.conversations]
        found = found[: self.most_answered]
        return _json({} if self.leaves_out_key else {"conversations": found})

    def _query(self, body: dict[str, Any]) -> Response:
        start, end = (datetime.fromisoformat(one[:19]) for one in body["interval"].split("/"))
        matches = [
            one
            for one in self.conversations.values()
            if start.date()
            <= datetime.fromisoformat(one["conversationStart"]).date()
            <= (end - timedelta(milliseconds=1)).date()
        ]
        size, number = body["paging"]["pageSize"], body["paging"]["pageNumber"]
        page = matches[(number - 1) * size : number * size]
        return _json({"totalHits": len(matches), **({"conversations": page} if page else {})})


def _json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document), status, content_type="application/json")


def open_in(state: dict[str, Any]) -> dict[str, str]:
    """Id to start of the open conversations that a state remembers, the oldest first."""
    return _remembered(state, have_ended=False)


def settling_in(state: dict[str, Any]) -> dict[str, str]:
    """The same of those that have ended and of which more may come."""
    return _remembered(state, have_ended=True)


def _remembered(state: dict[str, Any], *, have_ended: bool) -> dict[str, str]:
    groups = state["bookmarks"]["search_audits"].get("open_conversations", [])
    found = {
        one: start
        for group in groups
        if group.get("have_ended", False) is have_ended
        for one, start in group["conversations"].items()
    }
    return dict(sorted(found.items(), key=lambda item: item[::-1]))


def open_ids(run: SingerRun) -> list[str]:
    """The ids that a run's last state remembers, the oldest conversation first."""
    return list(open_in(run.states()[-1]))
