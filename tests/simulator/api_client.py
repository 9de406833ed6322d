"""A plain client of the simulator and the bodies it sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genesys_cloud_simulator import Simulator

QUERY_PATH = "/api/v2/analytics/conversations/details/query"
JOBS_PATH = "/api/v2/analytics/conversations/details/jobs"
CONVERSATION_AGGREGATES_PATH = "/api/v2/analytics/conversations/aggregates/query"
USER_AGGREGATES_PATH = "/api/v2/analytics/users/aggregates/query"
TRANSCRIPTS_PATH = "/api/v2/speechandtextanalytics/transcripts/search"
READ_SCOPE = "analytics:conversation:read"
SIX_FIELDS = ("id", "type", "timestamp", "media.type", "customer.name", "relevanceScore")
ORG_START = "2026-01-05T00:00:00.000Z"
ORG_END = "2026-02-02T00:00:00.000Z"
ORG_INTERVAL = f"{ORG_START}/{ORG_END}"


@dataclass
class ManualClock:
    """A clock that moves only when it is told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def time_range(start: str = ORG_START, end: str = ORG_END) -> dict[str, Any]:
    return {"type": "range", "field": "timestamp", "range": {"start": start, "end": end}}


def matching(field_name: str, value: str) -> dict[str, Any]:
    return {"type": "match", "field": field_name, "value": value}


def all_of(*predicates: dict[str, Any]) -> dict[str, Any]:
    return {"type": "and", "predicates": list(predicates)}


def page_query(**changes: Any) -> dict[str, Any]:
    query = {"filter": time_range(), "fields": list(SIX_FIELDS), "pageSize": 1000, "offset": 0}
    return {"query": {**query, **changes}}


@dataclass
class ApiClient:
    """Sends requests as one OAuth client and keeps its token."""

    url: str
    simulator: Simulator
    session: requests.Session = field(default_factory=requests.Session)

    def ask_token(self, **changes: Any) -> requests.Response:
        arguments: dict[str, Any] = {
            "auth": (self.simulator.client_id, self.simulator.client_secret),
            "data": {"grant_type": "client_credentials"},
            **changes,
        }
        return self.session.post(f"{self.url}/oauth/token", timeout=60, **arguments)

    def sign_in(self, **changes: Any) -> str:
        response = self.ask_token(**changes)
        response.raise_for_status()
        token: str = response.json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        return token

    def send(self, method: str, path: str, **arguments: Any) -> requests.Response:
        return self.session.request(method, self.url + path, timeout=60, **arguments)

    def submit(self, body: object = None, **changes: Any) -> requests.Response:
        return self.send("POST", QUERY_PATH, json=body or page_query(**changes))

    def poll(self, query_id: str) -> requests.Response:
        return self.send("GET", f"{QUERY_PATH}/{query_id}")

    def page(self, **changes: Any) -> dict[str, Any]:
        """Submit a query that is ready at once and return its page."""
        submitted = self.submit(**changes)
        submitted.raise_for_status()
        polled = self.poll(submitted.json()["id"])
        polled.raise_for_status()
        answer: dict[str, Any] = polled.json()
        return answer

    def pages(self, size: int, **changes: Any) -> list[dict[str, Any]]:
        """All pages of a search."""
        first = self.page(pageSize=size, offset=0, **changes)
        offsets = range(size, first["totalMatchingRecords"], size)
        return [first, *(self.page(pageSize=size, offset=offset, **changes) for offset in offsets)]

    def query(self, **fields: Any) -> requests.Response:
        """Send a conversation query, over the whole org unless told otherwise."""
        return self.send("POST", QUERY_PATH, json={"interval": ORG_INTERVAL, **fields})

    def queried(self, **fields: Any) -> dict[str, Any]:
        response = self.query(**fields)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def queried_pages(self, **fields: Any) -> Iterator[list[dict[str, Any]]]:
        """The conversations of a query, page by page."""
        for number in count(1):
            page = self.queried(paging={"pageSize": 100, "pageNumber": number}, **fields)
            if "conversations" not in page:
                break
            yield page["conversations"]

    def all_queried(self, **fields: Any) -> list[dict[str, Any]]:
        """The conversations of all pages of a query."""
        return [one for page in self.queried_pages(**fields) for one in page]

    def submit_job(self, **fields: Any) -> requests.Response:
        """Submit a conversation job, over the whole org unless told otherwise."""
        return self.send("POST", JOBS_PATH, json={"interval": ORG_INTERVAL, **fields})

    def job(self, job_id: str) -> requests.Response:
        return self.send("GET", f"{JOBS_PATH}/{job_id}")

    def job_results(self, job_id: str, **params: Any) -> requests.Response:
        return self.send("GET", f"{JOBS_PATH}/{job_id}/results", params=params)

    def job_pages(self, job_id: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The pages of a job's results."""
        while True:
            response = self.job_results(job_id, **params)
            response.raise_for_status()
            page = response.json()
            yield page
            if "cursor" not in page:
                break
            params["cursor"] = page["cursor"]

    def job_conversations(self, **fields: Any) -> list[dict[str, Any]]:
        """All results of a job that is fulfilled at once."""
        pages = self.job_pages(self.submitted_job(**fields))
        return [one for page in pages for one in page["conversations"]]

    def submitted_job(self, **fields: Any) -> str:
        submitted = self.submit_job(**fields)
        submitted.raise_for_status()
        job_id: str = submitted.json()["jobId"]
        return job_id

    def transcripts(self, **fields: Any) -> requests.Response:
        """Search transcripts."""
        return self.send("POST", TRANSCRIPTS_PATH, json={"types": ["transcripts"], **fields})

    def found_transcripts(self, **fields: Any) -> dict[str, Any]:
        response = self.transcripts(**fields)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def aggregate(self, path: str, **fields: Any) -> requests.Response:
        """Send an aggregate query, over the whole org unless told otherwise."""
        return self.send("POST", path, json={"interval": ORG_INTERVAL, **fields})

    def aggregated(self, path: str, **fields: Any) -> list[dict[str, Any]]:
        response = self.aggregate(path, **fields)
        response.raise_for_status()
        results: list[dict[str, Any]] = response.json()["results"]
        return results
