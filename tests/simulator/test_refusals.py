"""Logins over their limit, tokens not known yet, answers that are too large, errors as 200."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault

from .api_client import CONVERSATION_AGGREGATES_PATH, ApiClient, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

USERS = "/api/v2/users"


def assert_too_large(answer: requests.Response, status: int) -> None:
    assert answer.status_code == answer.json()["status"] == status
    assert answer.json()["code"] == "response.entity.too.large"
    assert "Reduce pageSize" in answer.json()["message"]


def test_a_login_over_its_rate_limit(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("login_rate_limited"))
    answer = client.ask_token()
    assert answer.status_code == 400
    assert answer.json().keys() == {"error", "description"}
    assert answer.json()["error"] == "invalid_request"
    assert answer.json()["description"].startswith("rate limit exceeded; ")
    assert client.ask_token().status_code == 200


def test_a_fresh_token_is_not_known_everywhere(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(token_unknown_seconds=10, clock=clock)
    clock.advance(9.9)
    answer = client.query()
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad.credentials"
    clock.advance(0.1)
    assert client.query().status_code == 200
    client.sign_in()
    assert client.send("GET", USERS).status_code == 401


@pytest.mark.parametrize("status", [400, 413])
@pytest.mark.parametrize("path", [USERS, "/api/v2/analytics/conversations/details/jobs/x"])
def test_an_answer_too_large_of_any_endpoint(client: ApiClient, status: Any, path: str) -> None:
    client.simulator.faults.schedule(Fault("answer_too_large", too_large_status=status))
    assert_too_large(client.send("GET", path), status)


@pytest.mark.parametrize("status", [400, 413])
def test_an_answer_of_too_many_rows(configure: Callable[..., ApiClient], status: int) -> None:
    client = configure(largest_answer_rows=20, too_large_status=status)
    job_id = client.submitted_job()
    asks: list[Callable[[int], requests.Response]] = [
        lambda size: client.query(paging={"pageSize": size}),
        lambda size: client.job_results(job_id, pageSize=size),
        lambda size: client.transcripts(pageSize=size),
        lambda size: client.send("GET", USERS, params={"pageSize": size}),
    ]
    for ask in asks:
        assert_too_large(ask(25), status)
        assert ask(20).status_code == 200


def test_an_answer_of_too_many_bytes(configure: Callable[..., ApiClient]) -> None:
    client = configure(largest_answer_bytes=20_000)
    assert_too_large(client.query(paging={"pageSize": 100}), 413)
    answer = client.query(paging={"pageSize": 1})
    assert answer.status_code == 200
    assert len(answer.content) <= 20_000
    assert client.simulator.requests[-1].status == 200


def test_an_analytics_endpoint_may_time_out(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("request_timeout"))
    assert client.send("GET", USERS).status_code == 200
    answer = client.aggregate(CONVERSATION_AGGREGATES_PATH)
    assert answer.status_code == answer.json()["status"] == 408
    assert answer.json()["code"] == "request.timeout"


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("error_without_status", {"message", "code"}),
        ("error_with_text_status", {"message", "code", "status", "contextId"}),
    ],
)
def test_an_error_may_come_as_200(client: ApiClient, kind: Any, keys: set[str]) -> None:
    client.simulator.faults.schedule(Fault(kind, times=3))
    for answer in (client.query(), client.submit_job(), client.send("GET", USERS)):
        assert answer.status_code == 200
        assert answer.json().keys() == keys
        assert answer.json()["code"] == "internal.server.error"
        assert isinstance(answer.json().get("status", ""), str)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"kind": "login_rate_limited", "on": "query"}, "strikes requests only .token."),
        ({"kind": "lost_job", "on": "query"}, "strikes jobs only"),
        ({"kind": "request_timeout", "on": "users"}, "strikes requests only"),
        ({"kind": "answer_too_large", "too_large_status": 414}, "400 or 413"),
    ],
)
def test_refuses_faults_that_could_never_strike(fault: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Fault(**fault)
