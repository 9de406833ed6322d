"""Conversation jobs, answered from pages that are written once; a day is a job, done at once."""

from __future__ import annotations

import base64
import gzip
import json
import re
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from benchmarks.contract import TOKEN_PATH
from benchmarks.search_platform import Answer, RefusedError
from genesys_cloud_simulator import Org
from genesys_cloud_simulator.views.conversations import ConversationView

if TYPE_CHECKING:
    from benchmarks.search_platform import Request

JOBS_PATH = "/api/v2/analytics/conversations/details/jobs"

QUERY_PATH = "/api/v2/analytics/conversations/details/query"

AVAILABILITY_PATH = f"{JOBS_PATH}/availability"

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
"""The first day."""

_GZIP_LEVEL = 6
_JOB = re.compile(rf"{JOBS_PATH}/(?P<day>\d+)(?P<results>/results)?")


class ConversationPlatform:
    """Answers requests; how they come and go is for somebody else.

    Args:
        days: How many days its conversations take.
        conversations: How many there are a day, about.
        page_size: How many a page has.
    """

    def __init__(self, days: int, conversations: int, page_size: int) -> None:
        org = Org(seed=1, days=days, interactions=days * conversations, start=START)
        view = ConversationView(org, org.end + timedelta(days=30))
        self._available = f"{org.end + timedelta(days=1):%Y-%m-%dT%H:%M:%S}Z"
        starts = [START + timedelta(days=day) for day in range(days)]
        self._pages = [_day(view, start, page_size) for start in starts]
        self._totals = [len(view.started(start, start + timedelta(days=1))) for start in starts]

    def answer(self, request: Request, now: float) -> Answer:  # noqa: ARG002
        """Answer a request.

        Args:
            request: The request.
            now: No matter: nothing takes time here.
        """
        try:
            return self._route(request)
        except RefusedError as refusal:
            return _json({"message": str(refusal), "status": int(refusal.status)}, refusal.status)

    def _route(self, request: Request) -> Answer:
        address = urlsplit(request.path)
        if address.path == TOKEN_PATH:
            return _log_in(request)
        if request.headers.get("authorization") != f"Bearer {_TOKEN}":
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "Invalid or missing token")
        if (request.method, address.path) == ("POST", JOBS_PATH):
            return _json({"jobId": str(_number_of_day(request))}, HTTPStatus.ACCEPTED)
        if (request.method, address.path) == ("POST", QUERY_PATH):
            return _json({"totalHits": self._totals[_number_of_day(request)]})
        if (request.method, address.path) == ("GET", AVAILABILITY_PATH):
            return _json({"dataAvailabilityDate": self._available})
        job = _JOB.fullmatch(address.path)
        if job is None or request.method != "GET":
            raise RefusedError(HTTPStatus.NOT_FOUND, f"No {request.method} {address.path}")
        if job["results"] is None:
            return _json({"state": "FULFILLED"})
        (page,) = parse_qs(address.query).get("cursor", ["0"])
        return Answer(self._pages[int(job["day"])][int(page)], headers={"Content-Encoding": "gzip"})


_TOKEN = "token-1"  # noqa: S105


def _log_in(request: Request) -> Answer:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme != "Basic" or not base64.b64decode(credentials):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "invalid_client")
    return _json({"access_token": _TOKEN, "token_type": "bearer", "expires_in": 86_400})


def _number_of_day(request: Request) -> int:
    start = json.loads(request.body)["interval"].partition("/")[0]
    return (datetime.fromisoformat(start.replace("Z", "+00:00")) - START).days


def _day(view: ConversationView, start: datetime, page_size: int) -> list[bytes]:
    """Write the pages of a day."""
    found = view.started(start, start + timedelta(days=1))
    firsts = range(0, len(found) or 1, page_size)
    pages = []
    for number, first in enumerate(firsts, 1):
        page: dict[str, object] = {
            "conversations": list(view.documents(found[first : first + page_size], attributes=True))
        }
        if number < len(firsts):
            page["cursor"] = str(number)
        pages.append(gzip.compress(json.dumps(page).encode(), _GZIP_LEVEL, mtime=0))
    return pages


def _json(document: object, status: HTTPStatus = HTTPStatus.OK) -> Answer:
    # The tap asks what time it is on the platform.
    now = f"{datetime.now(timezone.utc):%a, %d %b %Y %H:%M:%S GMT}"
    return Answer(json.dumps(document).encode(), status, {"Date": now})
