from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from .api_client import QUERY_PATH, READ_SCOPE, ApiClient, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable

GRANT = {"grant_type": "client_credentials"}
CREDENTIALS = {"client_id": "simulator-client", "client_secret": "simulator-secret"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def basic(credentials: bytes) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}


def test_gives_a_token(shared: ApiClient) -> None:
    answer = shared.ask_token()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 86_400


def test_every_token_is_another_one(shared: ApiClient) -> None:
    tokens = {shared.ask_token().json()["access_token"] for _ in range(5)}
    assert len(tokens) == 5


@pytest.mark.parametrize(
    ("arguments", "status", "error", "description"),
    [
        ({"auth": None}, 401, "invalid_client", "client credentials are missing"),
        ({"auth": ("nobody", "simulator-secret")}, 401, "invalid_client", "client not found"),
        ({"auth": ("simulator-client", "no")}, 401, "invalid_client", "authentication failed"),
        (
            {"auth": None, "headers": {"Authorization": "Basic !!!"}},
            401,
            "invalid_client",
            "client credentials are missing",
        ),
        (
            {"auth": None, "headers": basic(b"simulator-client")},
            401,
            "invalid_client",
            "client credentials are missing",
        ),
        (
            {"auth": None, "headers": basic(b"\xff\xfe:x")},
            401,
            "invalid_client",
            "client credentials are missing",
        ),
        (
            {"auth": None, "data": {**GRANT, "client_id": "nobody", "client_secret": "no"}},
            401,
            "invalid_client",
            "client not found",
        ),
        (
            {"auth": None, "data": {**GRANT, **CREDENTIALS, "client_secret": "no"}},
            401,
            "invalid_client",
            "authentication failed",
        ),
        (
            {"auth": ("simulator-client", "no"), "data": {**GRANT, **CREDENTIALS}},
            401,
            "invalid_client",
            "authentication failed",
        ),
        (
            {"auth": None, "params": {**GRANT, **CREDENTIALS}, "data": None},
            401,
            "invalid_client",
            "client credentials are missing",
        ),
        (
            {"auth": None, "data": {**GRANT, "client_id": "simulator-client"}},
            401,
            "invalid_client",
            "client credentials are missing",
        ),
        ({"params": {"grant_type": "password"}}, 400, "invalid_request", None),
        (
            {"params": {"grant_type": "password"}, "data": None},
            400,
            "unsupported_grant_type",
            "grant type password is not supported",
        ),
        ({"params": [("grant_type", "client_credentials")] * 2}, 400, "invalid_request", None),
        ({"data": {}}, 400, "invalid_request", None),
        ({"data": {"scope": READ_SCOPE}}, 400, "invalid_request", "grant_type is missing"),
        ({"data": {"grant_type": ""}}, 400, "invalid_request", "grant_type is missing"),
        (
            {"data": {"grant_type": "password"}},
            400,
            "unsupported_grant_type",
            "grant type password is not supported",
        ),
        ({"data": None, "json": GRANT}, 400, "invalid_request", None),
        ({"data": [("grant_type", "client_credentials")] * 2}, 400, "invalid_request", None),
    ],
    ids=[
        "no credentials", "unknown client", "bad secret", "bad base64", "no colon", "no utf-8",
        "unknown client in the form", "bad secret in the form", "bad secret but in the form",
        "credentials in the query", "no secret in the form", "query against form",
        "other grant type in the query", "parameter twice in the query", "empty form",
        "no grant type", "empty grant type", "other grant type", "json", "parameter twice",
    ],
)  # fmt: skip
def test_refuses_in_oauths_words(
    shared: ApiClient,
    arguments: dict[str, Any],
    status: int,
    error: str,
    description: str | None,
) -> None:
    answer = shared.ask_token(**{"headers": {"Authorization": None}, **arguments})
    body = answer.json()
    assert answer.status_code == status
    assert body["error"] == error
    assert body["description"] == body["error_description"]
    assert description is None or body["description"] == description
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert answer.headers["ININ-Correlation-Id"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"auth": None, "data": {**GRANT, **CREDENTIALS}},
        {"data": {**GRANT, **CREDENTIALS}},
        {"params": GRANT, "data": None},
        {"params": GRANT, "data": None, "headers": FORM},
        {"params": GRANT, "data": None, "headers": {"Content-Type": "application/json"}},
        {"params": GRANT, "data": None, "json": {}},
        {"params": GRANT, "data": GRANT},
        {"params": GRANT, "data": CREDENTIALS, "auth": None},
        {"data": "grant_type=client_credentials"},
    ],
    ids=[
        "credentials in the form", "credentials twice", "grant type in the query",
        "empty form", "empty body that should be JSON", "JSON body", "grant type twice",
        "both in two places", "form without a content type",
    ],
)  # fmt: skip
def test_takes_credentials_and_grant_type_where_the_platform_does(
    client: ApiClient, arguments: dict[str, Any]
) -> None:
    headers = {"Authorization": None, **arguments.pop("headers", {})}
    token = client.ask_token(**{"headers": headers, **arguments}).json()["access_token"]
    assert authorized(client, f"Bearer {token}") == (200, None, None)
    assert client.simulator.requests[0].operation == "token"
    assert "simulator-secret" not in repr(client.simulator.requests)


@pytest.mark.parametrize(
    "arguments",
    [
        {"params": {**GRANT, **CREDENTIALS}},
        {"params": {**GRANT, "clientSecret": "simulator-secret"}},
        {"data": {**GRANT, **CREDENTIALS}},
        {"data": {**GRANT, "Client_Secret": "simulator-secret"}},
        {"data": None, "json": {**GRANT, **CREDENTIALS}},
        {"data": None, "json": ["simulator-secret"]},
        {"data": "client_secret=simulator-secret"},
    ],
)
def test_no_secret_is_logged(client: ApiClient, arguments: dict[str, Any]) -> None:
    client.ask_token(**{"headers": {"Authorization": None}, **arguments})
    client.send("GET", "/api/v2/users", params={**CREDENTIALS, "pageSize": 1})
    logged = client.simulator.requests
    assert [one.operation for one in logged[-2:]] == ["token", "users"]
    assert logged[-1].query == "client_id=simulator-client&pageSize=1"
    assert "simulator-secret" not in repr(logged)


def test_clients_in_the_form_share_no_rate_limit(start: Callable[..., ApiClient]) -> None:
    client = start(sign_in=False, other_clients={"other": "secret"}, token_requests_per_minute=1)
    forms = [{**GRANT, **CREDENTIALS}, {**GRANT, "client_id": "other", "client_secret": "secret"}]
    statuses = [client.ask_token(auth=None, data=form).status_code for form in forms * 2]
    assert statuses == [200, 200, 400, 400]


def test_the_token_endpoint_takes_posts_only(shared: ApiClient) -> None:
    answer = shared.send("GET", "/oauth/token")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method.not.allowed"


@pytest.mark.parametrize("scope", [None, "", READ_SCOPE, f"other:thing {READ_SCOPE}"])
def test_a_token_without_a_scope_or_with_the_right_one_may_search(
    shared: ApiClient, scope: str | None
) -> None:
    data = GRANT if scope is None else {**GRANT, "scope": scope}
    token = shared.ask_token(data=data).json()["access_token"]
    assert authorized(shared, f"Bearer {token}") == (200, None, None)


def authorized(client: ApiClient, header: str | None) -> tuple[int, str | None, str | None]:
    """The status, code and message of a submission with this header."""
    answer = client.send(
        "POST",
        QUERY_PATH,
        headers={"Authorization": header},
        json={
            "query": {
                "filter": {
                    "type": "range",
                    "field": "timestamp",
                    "range": {"start": "2026-01-05T00:00:00Z", "end": "2026-01-06T00:00:00Z"},
                },
                "fields": ["id"],
                "pageSize": 1,
                "offset": 0,
            }
        },
    )
    body = answer.json()
    assert (
        body.get("contextId", answer.headers["ININ-Correlation-Id"])
        == (answer.headers["ININ-Correlation-Id"])
    )
    return answer.status_code, body.get("code"), body.get("message")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic c2ltdWxhdG9y"])
def test_refuses_a_request_without_a_token(shared: ApiClient, header: str | None) -> None:
    assert authorized(shared, header)[:2] == (401, "authentication.required")


def test_refuses_an_unknown_token(shared: ApiClient) -> None:
    assert authorized(shared, "Bearer made-up")[:2] == (401, "bad.credentials")


def test_refuses_a_token_of_another_simulator(start: Callable[..., ApiClient]) -> None:
    first, second = start(), start()
    assert authorized(second, f"Bearer {first.sign_in()}")[:2] == (401, "bad.credentials")


def test_refuses_an_expired_token(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(token_lifetime_seconds=90, clock=clock)
    assert client.ask_token().json()["expires_in"] == 90
    clock.advance(89.9)
    assert client.submit().status_code == 200
    clock.advance(0.1)
    answer = client.submit()
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad.credentials"
    assert answer.json()["message"] == "Token has expired"
    client.sign_in()
    assert client.submit().status_code == 200


@pytest.mark.parametrize("scope", ["analytics", "analytics:conversation", f"x{READ_SCOPE}"])
def test_another_scope_changes_nothing_unless_scopes_are_strict(
    configure: Callable[..., ApiClient], scope: str
) -> None:
    client = configure()
    token = client.ask_token(data={**GRANT, "scope": scope}).json()["access_token"]
    assert authorized(client, f"Bearer {token}")[0] == 200
    configure(strict_scope=True)
    token = client.ask_token(data={**GRANT, "scope": scope}).json()["access_token"]
    status, code, message = authorized(client, f"Bearer {token}")
    assert (status, code) == (401, "bad.credentials")
    assert message is not None
    assert READ_SCOPE in message
