from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from .api_client import ApiClient, ManualClock


def limits(answer: requests.Response) -> tuple[str, str, str]:
    return (
        answer.headers["inin-ratelimit-count"],
        answer.headers["inin-ratelimit-allowed"],
        answer.headers["inin-ratelimit-reset"],
    )


def test_answers_say_how_much_is_left(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(requests_per_minute=30, clock=clock)
    assert limits(client.submit()) == ("1", "30", "60")
    clock.advance(12.5)
    assert limits(client.submit()) == ("2", "30", "48")
    assert limits(client.poll("unknown")) == ("3", "30", "48")


def test_refuses_one_request_too_many(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(requests_per_minute=2, clock=clock)
    assert [client.submit().status_code for _ in range(3)] == [200, 200, 429]
    clock.advance(20)
    answer = client.submit()
    error = answer.json()
    assert answer.status_code == error["status"] == 429
    assert answer.headers["Retry-After"] == "40"
    assert limits(answer) == ("2", "2", "40")
    assert error["code"] == "too.many.requests.retry.after"
    assert "limit" not in error
    assert error["message"] == (
        "Rate limit exceeded the maximum [2]. Retry the request in [40] seconds"
    )
    assert error["contextId"] == answer.headers["ININ-Correlation-Id"]
    clock.advance(39.9)
    assert client.submit().status_code == 429
    clock.advance(0.1)
    assert limits(client.submit()) == ("1", "2", "60")


def test_tokens_of_one_client_share_its_window(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(requests_per_minute=1, clock=clock)
    assert [client.submit().status_code for _ in range(2)] == [200, 429]
    client.sign_in()
    assert client.submit().status_code == 429


def test_refused_tokens_are_counted_too(start: Callable[..., ApiClient]) -> None:
    client = start(requests_per_minute=1)
    client.session.headers["Authorization"] = "Bearer made-up"
    assert [client.submit().status_code for _ in range(2)] == [401, 429]


def test_the_token_endpoint_has_a_limit_of_its_own(
    start: Callable[..., ApiClient], clock: ManualClock
) -> None:
    client = start(
        token_requests_per_minute=2, clock=clock, sign_in=False, other_clients={"other": "secret"}
    )
    assert [client.ask_token().status_code for _ in range(3)] == [200, 200, 400]
    clock.advance(15)
    answer = client.ask_token()
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_request",
        "description": "rate limit exceeded; no more than 2 tokens a minute",
    }
    assert "Retry-After" not in answer.headers
    assert client.ask_token(auth=("other", "secret")).status_code == 200
    clock.advance(45)
    assert client.sign_in()
    assert client.submit().status_code == 200


def test_unknown_routes_count(start: Callable[..., ApiClient]) -> None:
    client = start(requests_per_minute=1)
    statuses = [client.send("GET", "/api/v2/unknown").status_code for _ in range(2)]
    assert statuses == [404, 429]
