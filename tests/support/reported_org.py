"""An org that answers as users report of the platform: written from those reports alone."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

JOBS = "/api/v2/analytics/conversations/details/jobs"
QUERY = "/api/v2/analytics/conversations/details/query"
START = datetime(2026, 1, 5, tzinfo=timezone.utc)

Handler = "Callable[[Request], Response | None]"


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, content_type="application/json")


def refuse(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return answer({"message": message, "code": code, "status": status}, status, headers)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass
class ReportedOrg:
    """Conversation jobs over conversations that start at even intervals.

    Attributes:
        days: How many days there are conversations in.
        daily: How many start each day.
        first: Looks at each request first; what it returns is the answer.
        job_seconds: How long a job takes.
        open_jobs: How many jobs may be queued or running.
        accept_seconds: How long the answer to an accepted submission takes.
        requests: Method and path of each request, and the status of its answer.
    """

    server: HTTPServer
    days: int = 4
    daily: int = 50
    job_seconds: float = 0.0
    open_jobs: int = 1000
    accept_seconds: float = 0.0
    first: Callable[[Request], Response | None] = lambda _: None
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    most_open: int = 0
    _jobs: dict[str, tuple[datetime, datetime, float]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.server.expect_request(re.compile(".*")).respond_with_handler(self._handle)

    @property
    def config(self) -> dict[str, Any]:
        url = self.server.url_for("").rstrip("/")
        return {
            "client_id": "reported-client",
            "client_secret": "reported-secret",
            "auth_url": url,
            "api_url": url,
            "start_date": "2026-01-05",
            "end_date": (START + timedelta(days=self.days)).isoformat(),
            "search_api": "conversation_jobs",
            "backoff_base_seconds": 0.01,
        }

    @property
    def ids(self) -> list[str]:
        return [f"c-{number:05}" for number in range(self.days * self.daily)]

    def count(self, method: str, pattern: str, status: int | None = None) -> int:
        return sum(
            one == method and re.fullmatch(pattern, path) is not None and status in {None, answered}
            for one, path, answered in self.requests
        )

    @property
    def by_status(self) -> Counter[int]:
        return Counter(status for _, _, status in self.requests)

    def _handle(self, request: Request) -> Response:
        with self._lock:
            response = self.first(request) or self._answer(request)
            self.requests.append((request.method, request.path, response.status_code))
        if response.status_code == 202 and request.method == "POST":
            time.sleep(self.accept_seconds)
        return response

    def _answer(self, request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "token_type": "bearer", "expires_in": 86_400})
        if request.path == f"{JOBS}/availability":
            return answer({"dataAvailabilityDate": "2026-03-01T00:00:00.000Z"})
        if request.path == JOBS:
            return self._submit(request)
        return self._answer_of_job(request)

    def _answer_of_job(self, request: Request) -> Response:
        job_id, _, rest = request.path.removeprefix(f"{JOBS}/").partition("/")
        if job_id not in self._jobs:
            return refuse(404, "not.found", f"The requested resource {job_id} was not found")
        if request.method == "DELETE":
            del self._jobs[job_id]
            return answer({}, 202)
        if rest != "results":
            return answer({"state": "FULFILLED" if self.is_done(job_id) else "PENDING"})
        return self._results(job_id, parse_qs(request.query_string.decode()))

    def _submit(self, request: Request) -> Response:
        running = sum(not self.is_done(job_id) for job_id in self._jobs)
        if running >= self.open_jobs:
            return refuse(
                429,
                "too.many.requests.retry.after",
                "Rate limit exceeded the maximum. Retry the request in [1] seconds",
                {"Retry-After": "1"},
            )
        self.most_open = max(self.most_open, running + 1)
        first, _, last = request.json["interval"].partition("/")
        job_id = f"job-{next(self._numbers)}"
        self._jobs[job_id] = (moment(first), moment(last), time.monotonic())
        return answer({"jobId": job_id}, 202)

    def is_done(self, job_id: str) -> bool:
        return time.monotonic() - self._jobs[job_id][2] >= self.job_seconds

    def age(self, job_id: str) -> float:
        return time.monotonic() - self._jobs[job_id][2]

    def _results(self, job_id: str, asked: dict[str, list[str]]) -> Response:
        first, last, _ = self._jobs[job_id]
        step = timedelta(days=1) / self.daily
        within = [
            {"conversationId": one, "conversationStart": (START + number * step).isoformat()}
            for number, one in enumerate(self.ids)
            if first <= START + number * step < last
        ]
        offset, size = int(asked.get("cursor", ["0"])[0]), int(asked["pageSize"][0])
        page = within[offset : offset + size]
        is_last = offset + size >= len(within)
        return answer(
            {"conversations": page, **({} if is_last else {"cursor": str(offset + size)})}
        )
