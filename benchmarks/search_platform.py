"""The interaction search contract, answered from bodies that are written once."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from benchmarks.counters import Counters, JobRead
from benchmarks.job_times import JobTimes
from benchmarks.rate_limit import RateLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.interactions import Org

TOKEN_PATH = "/oauth/token"  # noqa: S105
QUERY_PATH = "/api/v2/analytics/conversations/details/query"
COUNTERS_PATH = "/benchmark/counters"
RESET_PATH = "/benchmark/reset"
WARM_PATH = "/benchmark/warm"

LARGEST_PAGE = 1000
LARGEST_SEARCH = 50_000
_GZIP_LEVEL = 6


@dataclass(frozen=True)
class Request:
    """A request as it came.

    Attributes:
        method: HTTP method.
        path: Where it goes.
        headers: Names in lower case.
        body: What it carries.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def takes_gzip(self) -> bool:
        """Whether the client accepts gzip."""
        return "gzip" in self.headers.get("accept-encoding", "")


@dataclass(frozen=True)
class Answer:
    """An answer to be sent.

    Attributes:
        body: Compressed where the headers say so.
        status: HTTP status.
        headers: Further headers.
    """

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """A request that the platform refuses."""

    def __init__(
        self, status: HTTPStatus, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True)
class PageQuery:
    """What one submission asks for.

    Attributes:
        start: When its window begins, in milliseconds since 1970.
        end: When it ends.
        page_size: The most records to answer.
        offset: How many to leave out at the beginning.
    """

    start: int
    end: int
    page_size: int
    offset: int


@dataclass
class _Job:
    query: PageQuery
    seconds: float
    ready: float
    polls: int = 0
    is_read: bool = False


class SearchPlatform:
    """Answers requests; how they come and go is for somebody else.

    Args:
        org: Whose interactions are searched.
        job_times: How long searches take.
        limit: How many requests are answered.
    """

    def __init__(
        self, org: Org, job_times: JobTimes | None = None, limit: RateLimit | None = None
    ) -> None:
        self.counters = Counters()
        self._org = org
        self._job_times = job_times or JobTimes()
        self._limit = limit or RateLimit()
        self._clients: dict[str, str] = {}
        self._jobs: dict[str, _Job] = {}
        self._job_count = 0
        self._pages: dict[tuple[PageQuery, bool], bytes] = {}

    def answer(self, request: Request, now: float) -> Answer:
        """Answer a request.

        Args:
            request: The request.
            now: The time in seconds, by any clock that is always the same.
        """
        try:
            if request.path.startswith(QUERY_PATH):
                return self._answer_api(request, now)
            return self._route(request)(request)
        except RefusedError as refusal:
            message = {"message": str(refusal), "status": int(refusal.status)}
            return _json(message, refusal.status, refusal.headers)

    def _route(self, request: Request) -> Callable[[Request], Answer]:
        routes = {
            ("POST", TOKEN_PATH): self._log_in,
            ("POST", RESET_PATH): self._reset,
            ("POST", WARM_PATH): self._warm,
            ("GET", COUNTERS_PATH): self._count,
        }
        try:
            return routes[request.method, request.path]
        except KeyError:
            raise RefusedError(
                HTTPStatus.NOT_FOUND, f"No {request.method} {request.path}"
            ) from None

    def _answer_api(self, request: Request, now: float) -> Answer:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        client = self._clients.get(token)
        if client is None:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "Invalid or missing token")
        wait, headers = self._limit.hit(client, now)
        if wait is not None:
            self.counters.refused += 1
            self.counters.refused_by_token[token] += 1
            message = f"Rate limit exceeded. Retry the request in [{wait}] seconds"
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, message, headers)
        self.counters.by_token[token] += 1
        if (request.method, request.path) == ("POST", QUERY_PATH):
            answer = self._submit(request, now)
        elif request.method == "GET":
            answer = self._poll(request, now)
        else:
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and POST are known here")
        return Answer(answer.body, answer.status, {**headers, **answer.headers})

    def _log_in(self, request: Request) -> Answer:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            client = base64.b64decode(credentials, validate=True).partition(b":")[0].decode()
        except (binascii.Error, UnicodeDecodeError):
            client = ""
        if scheme != "Basic" or not client or b"client_credentials" not in request.body:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "invalid_client")
        token = f"token-{len(self._clients) + 1}"
        self._clients[token] = client
        self.counters.requests["token"] += 1
        return _json({"access_token": token, "token_type": "bearer", "expires_in": 86_400})

    def _submit(self, request: Request, now: float) -> Answer:
        query = read_query(request.body)
        if len(self._org.within(query.start, query.end)) > LARGEST_SEARCH:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"More than {LARGEST_SEARCH} match")
        seconds = self._job_times.of(query.start, query.offset)
        self._job_count += 1
        job_id = f"{self._job_count:08x}-0000-4000-a000-000000000000"
        self._jobs[job_id] = _Job(query, seconds, now + seconds)
        counters = self.counters
        counters.requests["submit"] += 1
        counters.not_read += 1
        if counters.first_submitted is None:
            counters.first_submitted = now
        counters.most_in_flight = max(counters.most_in_flight, counters.not_read)
        return _json({"id": job_id, "status": "pending"})

    def _poll(self, request: Request, now: float) -> Answer:
        job = self._jobs.get(request.path.removeprefix(f"{QUERY_PATH}/"))
        if job is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "No such query")
        self.counters.requests["poll"] += 1
        job.polls += 1
        if now < job.ready:
            return _json({"status": "pending"})
        if not job.is_read:
            job.is_read = True
            self.counters.not_read -= 1
            self.counters.last_read = now
            self.counters.jobs.append(JobRead(job.seconds, now - job.ready, job.polls))
        encoding = {"Content-Encoding": "gzip"} if request.takes_gzip else {}
        return Answer(self._page(job.query, gzipped=request.takes_gzip), headers=encoding)

    def _page(self, query: PageQuery, *, gzipped: bool) -> bytes:
        key = (query, gzipped)
        if key not in self._pages:
            matches = self._org.within(query.start, query.end)
            page = matches[query.offset : query.offset + query.page_size]
            body = self._org.page(page, len(matches))
            self._pages[key] = gzip.compress(body, _GZIP_LEVEL, mtime=0) if gzipped else body
        return self._pages[key]

    # For the benchmark itself.

    def _reset(self, _: Request) -> Answer:
        self.counters = Counters()
        self._jobs.clear()
        self._limit.forget()
        return _json({})

    def _warm(self, request: Request) -> Answer:
        """Write the pages of some windows before they are asked for."""
        wanted = json.loads(request.body)
        start, end, step = (wanted[name] for name in ("start", "end", "milliseconds"))
        for window in range(start, end, step):
            window_end = min(window + step, end)
            matches = len(self._org.within(window, window_end))
            for offset in range(0, max(1, matches), wanted["page_size"]):
                query = PageQuery(window, window_end, wanted["page_size"], offset)
                self._page(query, gzipped=wanted["gzipped"])
        return _json({"pages": len(self._pages)})

    def _count(self, _: Request) -> Answer:
        return _json(self.counters.as_document())


def read_query(body: bytes) -> PageQuery:
    """Read a submission, as strictly as the platform does.

    Raises:
        RefusedError: It is not what the contract says.
    """
    try:
        query = json.loads(body)["query"]
        within = query["filter"]
        bounds = within["range"]
        found = PageQuery(
            _milliseconds(bounds["start"]),
            _milliseconds(bounds["end"]),
            query["pageSize"],
            query["offset"],
        )
        is_valid = (
            (within["type"], within["field"]) == ("range", "timestamp")
            and query["fields"]
            and found.start < found.end
            and found.offset >= 0
            and 1 <= found.page_size <= LARGEST_PAGE
        )
    except (ValueError, TypeError, KeyError):
        is_valid = False
    if not is_valid:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "Malformed query")
    return found


def _milliseconds(timestamp: str) -> int:
    # Python 3.10 doesn't read the Z.
    moment = datetime.fromisoformat(timestamp.replace("Z", "+00:00"))
    return round(moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp() * 1000)


def _json(
    document: Any,  # noqa: ANN401
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    return Answer(json.dumps(document).encode(), status, headers or {})
