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
        first_day: The first of the days.
        first: Looks at each request first; what it returns is the answer.
        job_seconds: How long a job takes.
        open_jobs: How many jobs may be queued or running.
        accept_seconds: How long the answer to an accepted submission takes.
        data_until: What starts from here on is left out of the results of jobs; None for nothing.
        date: What results say of how far their data goes, where `data_until` does not tell.
        is_date_first: Whether only the first page of results says it.
        lost: Ids that jobs leave out.
        always: Conversations that go on in each window.
        counted: Makes the query's total of the number of conversations that match.
        requests: Method and path of each request, and the status of its answer.
    """

    server: HTTPServer
    days: int = 4
    daily: int = 50
    first_day: datetime = START
    job_seconds: float = 0.0
    open_jobs: int = 1000
    accept_seconds: float = 0.0
    data_until: datetime | None = None
    date: object = None
    is_date_first: bool = False
    lost: frozenset[str] = frozenset()
    always: list[dict[str, str]] = field(default_factory=list)
    counted: Callable[[int], int] = lambda real: real
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
            "start_date": self.first_day.isoformat(),
            "end_date": (self.first_day + timedelta(days=self.days)).isoformat(),
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
            end = self.first_day + timedelta(days=self.days)
            available = max(end, datetime(2026, 3, 1, tzinfo=timezone.utc))
            return answer({"dataAvailabilityDate": available.isoformat()})
        if request.path == JOBS:
            return self._submit(request)
        if request.path == QUERY and "interval" in request.json:
            return self._count(request.json["interval"])
        return self._answer_of_job(request)

    def _count(self, interval: str) -> Response:
        """Count what started on the UTC days that an interval touches."""
        first, _, last = interval.partition("/")
        start = moment(first).replace(hour=0, minute=0, second=0, microsecond=0)
        touched = -((start - moment(last)) // timedelta(days=1))
        real = len(self.started(start, start + timedelta(days=touched)))
        return answer({"conversations": [], "totalHits": self.counted(real)})

    def started(self, first: datetime, last: datetime) -> list[dict[str, str]]:
        """List the conversations that started within a range of time."""
        step = timedelta(days=1) / self.daily
        starts = {one: self.first_day + number * step for number, one in enumerate(self.ids)}
        return [
            {"conversationId": one, "conversationStart": start.isoformat()}
            for one, start in starts.items()
            if first <= start < last
        ]

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
        until = min(last, self.data_until or last)
        within = self.always + [
            one for one in self.started(first, until) if one["conversationId"] not in self.lost
        ]
        offset, size = int(asked.get("cursor", ["0"])[0]), int(asked["pageSize"][0])
        page = within[offset : offset + size]
        is_last = offset + size >= len(within)
        date = self.data_until.isoformat() if self.data_until else self.date
        body = {"conversations": page, "dataAvailabilityDate": date}
        if self.is_date_first and offset:
            del body["dataAvailabilityDate"]
        return answer({**body, **({} if is_last else {"cursor": str(offset + size)})})
