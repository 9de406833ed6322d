"""One organisation through all APIs, and what an organisation offers and allows."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from genesys_cloud_simulator.offer import PERMISSIONS, SEARCH_APIS
from genesys_cloud_simulator.timestamps import parse_timestamp

from .api_client import JOBS_PATH, ApiClient, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = "2026-01-12T00:00:00.000Z/2026-01-13T00:00:00.000Z"
QUEUES = "/api/v2/routing/queues"


@pytest.mark.thorough
def test_all_apis_see_the_same_conversations(start: Callable[..., ApiClient]) -> None:
    # Busy enough for several pages, with the last of them later than the jobs have data.
    org = Org(seed=11, days=8, interactions=2_150)
    now = org.end - timedelta(hours=1)
    client = start(org=org, now=now, requests_per_minute=100_000, availability_lag_hours=2)
    availability = client.simulator.data_availability
    whole = "2026-01-05T00:00:00.000Z/2026-01-13T00:00:00.000Z"
    by_start = {"interval": whole, "startOfDayIntervalMatching": True}
    queried = [
        one["conversationId"] for page in client.queried_pages(interval=whole) for one in page
    ]
    in_jobs = [
        one["conversationId"]
        for page in client.job_pages(client.submitted_job(**by_start))
        for one in page["conversations"]
    ]
    searched = [one["id"] for page in client.pages(1000) for one in page["results"]]
    moment = timedelta(milliseconds=1)
    assert queried == searched == list(org.ids_between(org.start, now + moment))
    assert in_jobs == list(org.ids_between(org.start, availability + moment))
    assert 2_000 < len(in_jobs) < len(queried) < 2_150


@pytest.mark.thorough
def test_windows_put_together_are_the_whole(start: Callable[..., ApiClient]) -> None:
    client = start(org=Org(days=10, interactions=1000), requests_per_minute=100_000)
    org = client.simulator.org
    expected = list(org.ids_between(org.start, org.end))
    days = [f"{(org.start + timedelta(days=day)).isoformat()[:19]}Z" for day in range(org.days + 1)]
    by_query: list[str] = []
    by_job: list[str] = []
    for first, last in pairwise(days):
        interval = f"{first}/{last}"
        by_query += [one["conversationId"] for one in client.all_queried(interval=interval)]
        by_job += [
            one["conversationId"]
            for one in client.job_conversations(interval=interval, startOfDayIntervalMatching=True)
        ]
    assert by_query == by_job == expected


def test_an_org_has_all_search_apis_unless_told() -> None:
    assert Simulator().search_apis == SEARCH_APIS


def test_there_is_no_other_search_api() -> None:
    with pytest.raises(ValueError, match="no search API full_text"):
        Simulator(search_apis=frozenset({"full_text", "conversation_jobs"}))


@pytest.mark.parametrize(
    ("name", "status"),
    [("conversation_jobs", 202), ("transcript_search", 200), ("conversation_query", 200)],
)
def test_what_is_not_offered_is_not_found(
    client: ApiClient, start: Callable[..., ApiClient], name: str, status: int
) -> None:
    def ask(client: ApiClient) -> int:
        if name == "conversation_jobs":
            return client.submit_job(interval=DAY).status_code
        if name == "transcript_search":
            return client.transcripts().status_code
        return client.query(interval=DAY).status_code

    assert ask(client) == status
    others = SEARCH_APIS - {name, "interaction_search"}
    other = start(search_apis=others)
    assert ask(other) == 404
    assert other.simulator.requests[-1].operation == "other"


# Permissions.

VIEW = "analytics:conversationDetail:view"
AGENT_VIEW = "analytics:agentConversationDetail:view"


NEEDED = [
    ("POST", "/api/v2/analytics/conversations/details/query", [VIEW, AGENT_VIEW]),
    ("GET", "/api/v2/analytics/conversations/details/query/x", [VIEW, AGENT_VIEW]),
    ("POST", JOBS_PATH, [VIEW, AGENT_VIEW]),
    ("GET", f"{JOBS_PATH}/x", [VIEW, AGENT_VIEW]),
    ("GET", f"{JOBS_PATH}/x/results", [VIEW, AGENT_VIEW]),
    ("DELETE", f"{JOBS_PATH}/x", [VIEW, AGENT_VIEW]),
    ("GET", f"{JOBS_PATH}/availability", [VIEW]),
    (
        "POST",
        "/api/v2/speechandtextanalytics/transcripts/search",
        [VIEW, "recording:recording:view", "recording:recordingSegment:view"],
    ),
    ("GET", QUEUES, ["routing:queue:view"]),
]


def test_a_missing_permission_is_named(configure: Callable[..., ApiClient]) -> None:
    client = configure(permissions=PERMISSIONS)
    for method, path, needed in NEEDED:
        body = {"interval": DAY} if method == "POST" else None
        client.simulator.permissions = PERMISSIONS - set(needed)
        answer = client.send(method, path, json=body)
        listed = f"[{', '.join(needed)}]"
        assert answer.status_code == 403
        assert answer.json() == {
            "message": "Unable to perform the requested action. You must have at least one of the "
            f"following permissions assigned: {listed}",
            "code": "missing.any.permissions",
            "status": 403,
            "messageParams": {"permissions": listed},
            "contextId": answer.headers["ININ-Correlation-Id"],
            "details": [],
            "errors": [],
        }
        for one in needed:
            client.simulator.permissions = frozenset({one})
            assert client.send(method, path, json=body).status_code != 403


def test_users_need_no_permission(configure: Callable[..., ApiClient]) -> None:
    client = configure(permissions=frozenset())
    assert client.send("GET", "/api/v2/users").status_code == 200


def test_the_new_apis_need_a_token(start: Callable[..., ApiClient]) -> None:
    client = start(sign_in=False)
    answers = [
        client.query(interval=DAY),
        client.submit_job(interval=DAY),
        client.send("GET", f"{JOBS_PATH}/availability"),
        client.transcripts(),
        client.send("GET", "/api/v2/users"),
        client.send("GET", QUEUES),
    ]
    assert [one.status_code for one in answers] == [401] * len(answers)
    assert all("ININ-Correlation-Id" in one.headers for one in answers)


@pytest.mark.thorough
def test_the_new_apis_share_the_rate_limit(start: Callable[..., ApiClient]) -> None:
    client = start(requests_per_minute=4)
    answers: list[Any] = [
        client.query(interval=DAY),
        client.submit_job(interval=DAY),
        client.transcripts(),
        client.send("GET", QUEUES),
        client.send("GET", f"{JOBS_PATH}/availability"),
    ]
    assert [one.headers["inin-ratelimit-count"] for one in answers] == ["1", "2", "3", "4", "4"]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


# Faults.


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("query", lambda client: client.query(interval=DAY)),
        ("job_submit", lambda client: client.submit_job(interval=DAY)),
        ("job_status", lambda client: client.job("x")),
        ("job_results", lambda client: client.job_results("x")),
        ("job_delete", lambda client: client.send("DELETE", f"{JOBS_PATH}/x")),
        ("availability", lambda client: client.send("GET", f"{JOBS_PATH}/availability")),
        ("transcripts", lambda client: client.transcripts()),
        ("users", lambda client: client.send("GET", "/api/v2/users")),
        ("queues", lambda client: client.send("GET", QUEUES)),
    ],
)
def test_a_fault_strikes_its_operation(
    client: ApiClient, operation: Any, ask: Callable[[ApiClient], Any]
) -> None:
    client.simulator.faults.schedule(Fault("server_error", on=operation, status=504))
    assert client.submit().status_code == 200
    assert ask(client).status_code == 504
    assert client.simulator.requests[-1].operation == operation
    assert ask(client).status_code != 504


def test_pages_of_queries_and_transcripts_meet_faults(client: ApiClient) -> None:
    faults = client.simulator.faults
    faults.schedule(Fault("shifting_total", on="query"), Fault("short_page", on="transcripts"))
    whole = client.queried(interval=DAY)
    assert client.queried(interval=DAY)["totalHits"] == whole["totalHits"] - 7
    assert len(client.found_transcripts()["results"]) == 22
    assert len(client.found_transcripts()["results"]) == 25
    faults.schedule(Fault("missing_id", on="query"), Fault("missing_timestamp", on="transcripts"))
    page = client.queried(interval=DAY)["conversations"]
    assert sum("conversationId" not in one for one in page) == 3
    rows = client.found_transcripts()["results"]
    assert sum("conversationStartTime" not in one for one in rows) == 3


@pytest.mark.parametrize("operation", ["submit", "query", "job_submit", "transcripts"])
def test_a_bad_partition_fails_what_searches_it_for_good(client: ApiClient, operation: Any) -> None:
    def ask(day: str) -> int:
        start, end = day.split("/")
        if operation == "submit":
            return client.submit(filter=time_range(start, end)).status_code
        if operation == "query":
            return client.query(interval=day).status_code
        if operation == "job_submit":
            return client.submit_job(interval=day).status_code
        dates = {"type": "DATE_RANGE", "fields": ["conversationStartTime"]}
        return client.transcripts(
            query=[{**dates, "startValue": start, "endValue": end}]
        ).status_code

    before = "2026-01-11T00:00:00.000Z/2026-01-12T00:00:00.000Z"
    answered = ask(DAY)
    moment = parse_timestamp("2026-01-12T00:00:00Z")
    client.simulator.faults.schedule(
        Fault("server_error", on=operation, times=None, touching=moment, status=500)
    )
    assert [ask(day) for day in (DAY, before, DAY, DAY)] == [500, answered, 500, 500]
    assert answered in {200, 202}


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("cancelled_query", "poll"),
        ("expired_query", "query"),
        ("failed_query", "job_results"),
        ("shifting_total", "job_results"),
        ("short_page", "job_status"),
    ],
)
def test_refuses_a_fault_that_could_never_strike(kind: Any, operation: Any) -> None:
    with pytest.raises(ValueError, match="only"):
        Fault(kind, on=operation)


def test_a_fault_of_jobs_passes_interaction_searches_by(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("cancelled_query"))
    assert client.page(pageSize=5)["status"] == "completed"
    job_id = client.submitted_job(interval=DAY)
    assert client.job(job_id).json()["state"] == "CANCELLED"
