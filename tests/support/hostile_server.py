"""A platform that answers more, or less, than any client can use, in as few bytes as it takes."""

from __future__ import annotations

import gzip
import itertools
import json
import re
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

QUERY = "/api/v2/analytics/conversations/details/query"
JOBS = "/api/v2/analytics/conversations/details/jobs"
TRANSCRIPTS = "/api/v2/speechandtextanalytics/transcripts/search"
SEARCH_APIS = ("interaction_search", "conversation_query", "conversation_jobs", "transcript_search")
START, END = "2026-01-05T00:00:00.000Z", "2026-01-07T00:00:00.000Z"

Page = "Callable[[int, int], str]"
"""From the number of a page and its size to its records, as JSON without the brackets."""


def packed(text: str) -> Response:
    body = gzip.compress(text.encode(), 1)
    return Response(body, headers={"Content-Encoding": "gzip"}, content_type="application/json")


def record(name: str, parts: str = "") -> str:
    """Write a record as each search API has it.

    Args:
        name: Its id.
        parts: What its metadata, or its only session, has a list of.
    """
    time = '"2026-01-05T09:00:00.000Z"'
    times = ("timestamp", "conversationStart", "conversationEnd", "startTime")
    ids = ("id", "conversationId", "transcriptId")
    own = [*(f'"{one}":{time}' for one in times), *(f'"{one}":"{name}"' for one in ids)]
    session = f'{{"sessionId":"s","segments":[{parts}]}}'
    participants = f'[{{"participantId":"p","sessions":[{session}]}}]'
    return f'{{{",".join(own)},"metadata":{{"list":[{parts}]}},"participants":{participants}}}'


class HostileServer:
    """Answers all searches and lists.

    Args:
        server: Serves it.
        api: The search API that is spoken.
        page: Writes the records of a page.
        total: How many records a search says that it has, given the body of the request.
    """

    def __init__(
        self,
        server: HTTPServer,
        api: str,
        page: Callable[[int, int], str],
        total: Callable[[Any], int] = lambda _: 900,
    ) -> None:
        self.asked = 0
        self._api = api
        self._page = page
        self._total = total
        self._numbers = itertools.count()
        self._queries: dict[str, Any] = {}
        self._url = server.url_for("").rstrip("/")
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def config(self, **changes: Any) -> dict[str, Any]:
        return {
            "client_id": "client",
            "client_secret": "hunter2-hunter2",
            "auth_url": self._url,
            "api_url": self._url,
            "search_api": self._api,
            "start_date": START,
            "end_date": END,
            "requests_per_minute": 100_000,
            "poll_interval_seconds": 0.01,
            "backoff_base_seconds": 0.01,
            **changes,
        }

    def _answer(self, request: Request) -> Response:
        self.asked += 1
        path = request.path
        body: Any = request.get_json(silent=True)
        if path == "/oauth/token":
            return packed('{"access_token":"token","expires_in":86400}')
        if path.startswith(JOBS):
            return self._answer_job(request)
        if self._api == "interaction_search" and path.startswith(QUERY):
            return self._answer_interactions(request)
        names = {QUERY: ("conversations", "totalHits"), TRANSCRIPTS: ("results", "total")}
        if path in names:
            records, total = names[path]
            size = body["paging"]["pageSize"] if path == QUERY else body["pageSize"]
            return packed(f'{{"{records}":[{self._next(size)}],"{total}":{self._total(body)}}}')
        return Response(json.dumps({"message": "no such path", "code": "not.found"}), 404)

    def _answer_job(self, request: Request) -> Response:
        if request.path.endswith("/availability"):
            return packed('{"dataAvailabilityDate":"2026-02-01T00:00:00Z"}')
        if request.path.endswith("/results"):
            cursor = next(self._numbers)
            size = int(request.args["pageSize"])
            return packed(f'{{"conversations":[{self._next(size)}],"cursor":"c-{cursor}"}}')
        if request.method == "POST":
            return packed(f'{{"jobId":"j-{next(self._numbers)}"}}')
        return packed('{"state":"FULFILLED"}')

    def _answer_interactions(self, request: Request) -> Response:
        if request.method == "POST":
            query = f"q-{next(self._numbers)}"
            self._queries[query] = request.get_json()
            return packed(f'{{"id":"{query}","status":"pending"}}')
        body = self._queries[request.path.rsplit("/", 1)[1]]
        records, total = self._next(body["query"]["pageSize"]), self._total(body)
        return packed(
            f'{{"status":"completed","results":[{records}],"totalMatchingRecords":{total}}}'
        )

    def _next(self, size: int) -> str:
        return self._page(next(self._numbers), size)
