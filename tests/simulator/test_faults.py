from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

import pytest
import requests

from genesys_cloud_simulator import (
    FAULT_KINDS,
    Fault,
    FaultSchedule,
    random_faults,
    random_schedule,
)
from genesys_cloud_simulator.faults.kinds import OPERATIONS
from genesys_cloud_simulator.timestamps import format_timestamp

from .api_client import ApiClient, ManualClock, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = datetime(2026, 1, 7, tzinfo=timezone.utc)


def schedule(client: ApiClient, *faults: Fault) -> None:
    client.simulator.faults.schedule(*faults)


def window(start: datetime, hours: int) -> dict[str, Any]:
    end = start + timedelta(hours=hours)
    return time_range(format_timestamp(start), format_timestamp(end))


def last_faults(client: ApiClient, count: int) -> list[str | None]:
    return [request.fault for request in client.simulator.requests[-count:]]


# When faults strike.


def test_a_fault_strikes_the_nth_request_and_so_many_after_it(client: ApiClient) -> None:
    client.submit()
    schedule(client, Fault("server_error", on="submit", nth=2, times=3))
    statuses = [client.submit().status_code for _ in range(6)]
    assert statuses == [200, 503, 503, 503, 200, 200]
    assert last_faults(client, 6) == [None, *["server_error"] * 3, None, None]
    assert client.simulator.faults.pending == []


def test_a_fault_without_an_end_strikes_until_it_is_cleared(client: ApiClient) -> None:
    schedule(client, Fault("server_error", on="submit", times=None))
    assert [client.submit().status_code for _ in range(5)] == [503] * 5
    assert len(client.simulator.faults.pending) == 1
    client.simulator.faults.clear()
    assert client.submit().status_code == 200
    assert client.simulator.faults.pending == []
    assert len(client.simulator.faults.struck) == 5


def test_a_fault_strikes_its_operation_only(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    schedule(client, Fault("server_error", on="poll"))
    assert client.submit().status_code == 200
    assert client.ask_token().status_code == 200
    assert client.poll(query_id).status_code == 503
    schedule(client, Fault("server_error", on="token"))
    assert client.submit().status_code == 200
    assert client.poll(query_id).status_code == 200
    assert client.ask_token().status_code == 503
    schedule(client, Fault("server_error"))
    assert client.send("GET", "/api/v2/unknown").status_code == 503
    assert client.send("GET", "/api/v2/unknown").status_code == 404


def test_of_two_faults_due_the_second_strikes_next(client: ApiClient) -> None:
    schedule(
        client, Fault("server_error", on="submit", status=500), Fault("rate_limited", on="submit")
    )
    assert [client.submit().status_code for _ in range(3)] == [500, 429, 200]


def test_a_bad_index_partition_fails_the_searches_that_touch_it(client: ApiClient) -> None:
    schedule(client, Fault("server_error", on="submit", times=None, touching=DAY))
    statuses = [
        client.submit(filter=window(DAY + timedelta(hours=hours), 24)).status_code
        for hours in (-25, -24, -23, 0, 1)
    ]
    assert statuses == [200, 200, 503, 503, 200]
    client.simulator.faults.clear()
    schedule(client, Fault("failed_query", times=None, touching=DAY))
    assert client.page(filter=window(DAY, 1))["status"] == "failed"
    assert client.page(filter=window(DAY - timedelta(hours=1), 1))["status"] == "completed"


# Faults of requests.


def test_rate_limited_tells_seconds(client: ApiClient) -> None:
    schedule(client, Fault("rate_limited", on="submit", retry_after_seconds=17))
    answer = client.submit()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "17"
    assert answer.headers["inin-ratelimit-reset"] == "17"
    assert answer.json()["code"] == "too.many.requests.retry.after"
    assert "Retry the request in [17] seconds" in answer.json()["message"]
    assert client.submit().status_code == 200


def test_rate_limited_tells_a_date(client: ApiClient) -> None:
    schedule(
        client, Fault("rate_limited", on="submit", retry_after="date", retry_after_seconds=5000)
    )
    before = datetime.now(timezone.utc).replace(microsecond=0)
    text = client.submit().headers["Retry-After"]
    after = datetime.now(timezone.utc)
    assert text.endswith(" GMT")
    assert before <= parsedate_to_datetime(text) - timedelta(seconds=5000) <= after


def test_rate_limited_without_retry_after(client: ApiClient) -> None:
    schedule(client, Fault("rate_limited", on="submit", retry_after="none", retry_after_seconds=9))
    answer = client.submit()
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers
    assert answer.headers["inin-ratelimit-reset"] == "9"
    assert "[9] seconds" in answer.json()["message"]


@pytest.mark.parametrize("status", [500, 503, 504])
def test_server_error_answers_an_error_body(
    client: ApiClient, status: Literal[500, 503, 504]
) -> None:
    schedule(client, Fault("server_error", on="submit", status=status))
    answer = client.submit()
    assert answer.status_code == answer.json()["status"] == status
    assert answer.json()["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert client.submit().status_code == 200


def test_a_bad_gateway_answers_html(client: ApiClient) -> None:
    schedule(client, Fault("server_error", on="poll", status=502))
    answer = client.poll(client.submit().json()["id"])
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text


@pytest.mark.parametrize("operation", ["token", "submit", "poll"])
def test_dropped_connection_answers_nothing(
    client: ApiClient, operation: Literal["token", "submit", "poll"]
) -> None:
    query_id = client.submit().json()["id"]
    calls: dict[str, Callable[[], requests.Response]] = {
        "token": client.ask_token,
        "submit": client.submit,
        "poll": lambda: client.poll(query_id),
    }
    schedule(client, Fault("dropped_connection", on=operation))
    with pytest.raises(requests.ConnectionError, match="reset"):
        calls[operation]()
    assert client.simulator.requests[-1].status is None
    assert client.simulator.requests[-1].fault == "dropped_connection"
    assert calls[operation]().status_code == 200


def test_a_slow_answer_makes_the_client_give_up(client: ApiClient) -> None:
    schedule(client, Fault("slow_answer", on="submit", seconds=30))
    with pytest.raises(requests.ReadTimeout):
        client.session.post(
            f"{client.url}/api/v2/analytics/conversations/details/query", json={}, timeout=0.1
        )
    assert client.submit().status_code == 200


def test_a_slow_answer_is_the_right_one(client: ApiClient) -> None:
    schedule(client, Fault("slow_answer", on="submit", seconds=0.05))
    assert client.submit().json()["status"] == "pending"
    assert last_faults(client, 1) == ["slow_answer"]


def test_truncated_body_breaks_off(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    whole = client.poll(query_id).content
    schedule(client, Fault("truncated_body", on="poll"))
    with client.session.get(
        f"{client.url}/api/v2/analytics/conversations/details/query/{query_id}",
        stream=True,
        timeout=10,
    ) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Length"] == str(len(whole))
        parts: list[bytes] = []
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            parts.extend(answer.iter_content(100))
    received = b"".join(parts)
    assert whole.startswith(received)
    assert 0 < len(received) < len(whole)
    assert client.poll(query_id).content == whole


def test_cut_json_body_is_complete_http(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    whole = client.poll(query_id).content
    schedule(client, Fault("cut_json_body", on="poll"))
    answer = client.poll(query_id)
    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 2]
    assert answer.headers["Content-Length"] == str(len(answer.content))
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("operation", ["token", "submit"])
def test_non_json_body_is_html(client: ApiClient, operation: Literal["token", "submit"]) -> None:
    schedule(client, Fault("non_json_body", on=operation))
    answer = client.ask_token() if operation == "token" else client.submit()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_an_expired_token_stays_expired(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    schedule(client, Fault("expired_token", on="poll"))
    for answer in (client.poll(query_id), client.poll(query_id), client.submit()):
        assert answer.status_code == 401
        assert answer.json()["message"] == "Token has expired"
    assert last_faults(client, 3) == ["expired_token", None, None]
    client.sign_in()
    assert client.poll(query_id).json()["status"] == "completed"


def test_an_expired_token_waits_for_a_request_with_a_token(client: ApiClient) -> None:
    schedule(client, Fault("expired_token"))
    assert client.ask_token().status_code == 200
    assert client.submit().status_code == 401


# Faults of queries.


def test_a_failed_query_stays_failed(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    schedule(client, Fault("failed_query"))
    answer = client.poll(query_id)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "error"}
    assert answer.json()["status"] == "failed"
    assert answer.json()["error"]["code"] == "internal.server.error"
    assert answer.json()["error"]["contextId"] == answer.headers["ININ-Correlation-Id"]
    assert client.poll(query_id).json()["status"] == "failed"
    assert last_faults(client, 2) == ["failed_query", "failed_query"]
    assert client.page()["status"] == "completed"


def test_an_endless_query_stays_pending(client: ApiClient) -> None:
    query_id = client.submit().json()["id"]
    schedule(client, Fault("endless_pending", nth=2))
    assert client.poll(query_id).json()["status"] == "completed"
    assert [client.poll(query_id).json() for _ in range(3)] == [{"status": "pending"}] * 3
    assert client.page()["status"] == "completed"


@pytest.mark.parametrize("status", ["archived", "COMPLETED", ""])
def test_an_unknown_status(client: ApiClient, status: str) -> None:
    schedule(client, Fault("unknown_status", query_status=status))
    query_id = client.submit().json()["id"]
    assert client.poll(query_id).json() == {"status": status}
    assert client.poll(query_id).json() == {"status": status}


# Faults of pages.


def test_a_short_page_leaves_records_out(client: ApiClient) -> None:
    whole = client.page(pageSize=100)
    schedule(client, Fault("short_page"))
    short = client.page(pageSize=100)
    assert short["totalMatchingRecords"] == 2000
    assert len(short["results"]) == 90
    assert [one for one in whole["results"] if one in short["results"]] == short["results"]
    assert client.page(pageSize=100) == whole


def test_a_shifting_total(client: ApiClient) -> None:
    schedule(client, Fault("shifting_total", nth=2, shift=-3))
    totals = [client.page()["totalMatchingRecords"] for _ in range(3)]
    assert totals == [2000, 1997, 2000]


@pytest.mark.parametrize("name", ["id", "timestamp"])
def test_a_missing_attribute(client: ApiClient, name: Literal["id", "timestamp"]) -> None:
    whole = client.page(pageSize=25)["results"]
    schedule(client, Fault("missing_id" if name == "id" else "missing_timestamp"))
    records = client.page(pageSize=25)["results"]
    assert [place for place, one in enumerate(records) if name not in one] == [0, 10, 20]
    for record, expected in zip(records, whole, strict=True):
        assert record == {key: expected[key] for key in expected if key in record}
    assert client.page(pageSize=25)["results"] == whole


def test_faults_of_pages_wait_for_a_page(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(query_seconds=10, clock=clock)
    schedule(client, Fault("short_page"))
    query_id = client.submit(pageSize=10).json()["id"]
    assert client.poll(query_id).json()["status"] == "pending"
    clock.advance(20)
    assert len(client.poll(query_id).json()["results"]) == 9
    assert len(client.poll(query_id).json()["results"]) == 10


# Making faults.


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"kind": "earthquake"}, "unknown fault 'earthquake'"),
        ({"kind": "server_error", "on": "lunch"}, "unknown operation 'lunch'"),
        ({"kind": "failed_query", "on": "submit"}, "polls only"),
        ({"kind": "short_page", "on": "token"}, "pages only"),
        ({"kind": "expired_token", "on": "token"}, "with a token"),
        ({"kind": "server_error", "nth": 0}, "at least 1"),
        ({"kind": "server_error", "times": 0}, "at least 1"),
        ({"kind": "server_error", "status": 418}, "not 418"),
        ({"kind": "rate_limited", "retry_after": "later"}, "unknown retry_after"),
        ({"kind": "oversized_body", "size_mb": 0}, "from 1 to 100000"),
        ({"kind": "gzip_bomb", "size_mb": 1.5}, "whole number"),
        ({"kind": "overlapping_page", "shift": 0}, "at least 1"),
        ({"kind": "redirect", "location": ""}, "location"),
        ({"kind": "redirect", "location": "https://x/\r\nA: b"}, "location"),
        ({"kind": "server_error", "touching": DAY}, "touching"),
        ({"kind": "server_error", "on": "poll", "touching": DAY}, "touching"),
    ],
)
def test_refuses_a_fault_that_could_never_strike(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Fault(**arguments)


def test_every_kind_can_be_scheduled() -> None:
    faults = FaultSchedule()
    faults.schedule(*(Fault(kind) for kind in FAULT_KINDS))
    assert [fault.kind for fault in faults.pending] == list(FAULT_KINDS)
    assert len(FAULT_KINDS) == 43


def test_random_faults_are_the_same_for_the_same_seed() -> None:
    assert random_faults(4, 30) == random_faults(4, 30)
    assert random_faults(4, 30) != random_faults(5, 30)
    kinds = Counter(fault.kind for fault in random_faults(4, 200))
    assert len(kinds) == 8
    assert max(fault.nth for fault in random_faults(4, 30, every=2)) <= 60


def test_a_random_schedule_is_the_same_for_the_same_seed() -> None:
    assert random_schedule(4, OPERATIONS) == random_schedule(4, set(OPERATIONS))
    assert random_schedule(4, OPERATIONS) != random_schedule(5, OPERATIONS)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "operations",
    [OPERATIONS, ["token", "job_submit", "job_status", "job_results", "query"]],
    ids=["all", "some"],
)
def test_random_schedules_have_every_kind(operations: list[str]) -> None:
    schedules = [random_schedule(seed, operations) for seed in range(500)]
    faults = [fault for schedule in schedules for fault in schedule]
    assert {len(schedule) for schedule in schedules} == set(range(1, 7))
    assert {fault.kind for fault in faults} == set(FAULT_KINDS)
    assert {fault.on for fault in faults} == set(operations)
    assert {fault.nth for fault in faults} == set(range(1, 9))
    times = Counter(fault.times for fault in faults)
    assert times.keys() == {1, 2, 3, None}
    assert times[1] > times[2] > times[None] > 0
    assert {fault.size_mb for fault in faults} == set(range(70, 91))
    assert all(fault.seconds <= 0.2 for fault in faults)
    assert all(fault.seconds <= 0.002 for fault in faults if fault.kind == "dripping_body")


def test_a_random_schedule_strikes_only_what_it_is_told() -> None:
    faults = [fault for seed in range(99) for fault in random_schedule(seed, ["submit", "poll"])]
    assert {fault.on for fault in faults} == {"submit", "poll"}
    assert not {"cancelled_query", "expired_query"} & {fault.kind for fault in faults}
    sizes = [one.size_mb for one in random_schedule(1, ["token"], sizes_mb=(2, 2))]
    assert set(sizes) == {2}
    with pytest.raises(ValueError, match="no operations"):
        random_schedule(1, [])


@pytest.mark.thorough
def test_a_client_that_retries_gets_past_random_faults(start: Callable[..., ApiClient]) -> None:
    client = start(requests_per_minute=1000, token_requests_per_minute=1000)
    schedule(client, *random_faults(11, 12, every=3))
    for _ in range(100):
        try:
            client.sign_in()
            page = client.page()
        except (requests.RequestException, ValueError):
            continue
        assert page["totalMatchingRecords"] == 2000
        if not client.simulator.faults.pending:
            break
    assert client.simulator.faults.pending == []
    assert len(client.simulator.faults.struck) == 12
