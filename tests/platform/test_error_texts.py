"""What errors of requests say in full: what failed, where, and what to do."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import urllib3

from tap_genesys_search.errors import (
    RUN_AGAIN,
    PermissionMissingError,
    RequestError,
    TransientRequestError,
    UnauthorizedError,
)
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.response_errors import (
    advise,
    explain_no_answer,
    explain_refusal,
)

SECRET = "hunter2"
STATE_KEPT = "the state is kept"
SETTINGS = "Check the settings fields, filters and start_date"
NOT_OFFERED = "Check environment and api_url; search_api auto finds what an org offers"
OTHERS_SEARCH = (
    "Other programs may fill the org's limit of open searches: lower max_concurrent_searches or "
    f"requests_per_minute, or run again later; {STATE_KEPT}"
)
OTHERS_ASK = (
    "Another program may use the same client: lower requests_per_minute, or run again later; "
    f"{STATE_KEPT}"
)
SERVER = f"Run again: {STATE_KEPT}. If it recurs for the same dates, lower window_hours"
PROXY = "Run again; if it recurs, check that the address is the platform's, not a proxy's"
REDIRECT = "A redirect is never followed: set environment or api_url to the final address"


@pytest.mark.parametrize(
    ("asked", "status", "advice"),
    [
        (
            Asked.LIST,
            None,
            (
                "Check the network, and environment or auth_url and api_url, then run again: "
                f"{STATE_KEPT}"
            ),
        ),
        (Asked.SEARCH, 199, REDIRECT),
        (Asked.SEARCH, 200, PROXY),
        (Asked.SEARCH, 299, PROXY),
        (Asked.SEARCH, 300, REDIRECT),
        (Asked.SEARCH, 399, REDIRECT),
        (Asked.PROBE, 400, SETTINGS),
        (Asked.SEARCH, 400, SETTINGS),
        (Asked.PAGE, 400, SETTINGS),
        (Asked.LIST, 400, RUN_AGAIN),
        (Asked.POLL, 400, RUN_AGAIN),
        (
            Asked.LOGIN,
            400,
            f"Other programs may log in with the same client: run again later; {STATE_KEPT}",
        ),
        (
            Asked.LIST,
            403,
            (
                "No missing permission is named, so a gateway or proxy may refuse it: ask who runs "
                "it, or check the roles of the OAuth client"
            ),
        ),
        (Asked.LIST, 404, NOT_OFFERED),
        (Asked.SEARCH, 404, NOT_OFFERED),
        (Asked.LIST, 408, f"Run again: {STATE_KEPT}"),
        (Asked.LIST, 429, OTHERS_ASK),
        (Asked.POLL, 429, OTHERS_ASK),
        (Asked.SEARCH, 429, OTHERS_SEARCH),
        (Asked.PAGE, 429, OTHERS_SEARCH),
        (Asked.LIST, 499, RUN_AGAIN),
        (Asked.LIST, 500, SERVER),
        (Asked.SEARCH, 599, SERVER),
    ],
)
def test_each_refusal_has_its_advice(asked: Asked, status: int | None, advice: str) -> None:
    assert advise(status, asked) == advice


def refused(status: int, body: object = None, asked: Asked = Asked.LIST, **headers: str) -> Any:
    """Explain an answer of the platform to a request that carries a secret."""
    response = requests.Response()
    response.status_code = status
    response.reason = "Because"
    response.url = "https://api.mypurecloud.com/api/v2/things?name=x"
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    signed = {"Authorization": f"Bearer {SECRET}"}
    response.request = requests.Request("GET", response.url, headers=signed).prepare()
    content = b"<html>" if body is None else json.dumps(body).encode()
    return explain_refusal(response, content, (), asked)


@pytest.mark.parametrize(
    ("body", "said", "message"),
    [
        (None, "400 Because", ""),
        ({}, "400 Because", ""),
        ({"message": "No", "code": "bad"}, '400 bad: "No"', "No"),
        ({"message": "No"}, '400 Because: "No"', "No"),
        ({"error": "invalid", "error_description": "None"}, '400 invalid: "None"', "None"),
        ({"message": 7, "description": "None", "code": 7}, '400 Because: "None"', "None"),
        ({"code": 400, "error": "bad"}, '400 bad: "bad"', "bad"),
        ({"message": "", "description": "None"}, '400 Because: "None"', "None"),
        ({"message": {"a": 1}, "description": "None"}, '400 Because: "None"', "None"),
        (
            {"errors": [{"message": "No", "code": "bad"}, {"message": "other"}]},
            '400 bad: "No"',
            "No",
        ),
        ({"message": "Yes", "errors": [{"message": "No"}]}, '400 Because: "Yes"', "Yes"),
        ({"message": f"Bearer {SECRET}", "code": SECRET}, '400 ***: "Bearer ***"', "Bearer ***"),
    ],
)
def test_refusal_quotes_code_and_message_but_no_secret(
    body: object, said: str, message: str
) -> None:
    error = refused(400, body)
    assert str(error) == f"GET /api/v2/things answered {said}. {RUN_AGAIN}"
    assert (type(error), error.status, error.platform_message) == (RequestError, 400, message)
    traced = refused(400, body, ININ_Correlation_Id=f"c-1 {SECRET}")
    assert traced.fact == f"GET /api/v2/things answered {said} (correlation id c-1 ***)"


def test_refused_token_is_kept_beside_the_error() -> None:
    error = refused(401, {"message": "No"})
    assert type(error) is UnauthorizedError
    assert error.authorization == f"Bearer {SECRET}"
    assert str(error) == 'GET /api/v2/things answered 401 Because: "No"'
    assert (error.status, error.platform_message) == (401, "No")


@pytest.mark.parametrize(
    ("code", "message", "params", "named"),
    [
        ("missing.permission", "You need [a:b:view]", None, "a:b:view"),
        ("missing.permissions", "a:b:view, a:c-d:*, a:b:view", None, "a:b:view and a:c-d:*"),
        ("missing.any.permissions", "a:b:view, a:c:view", {}, "a:b:view or a:c:view"),
        ("missing.permission", "You need a:b:view", {"permissions": "[x:y:edit]"}, "x:y:edit"),
        ("missing.permission", "You need a:b:view", {"permissions": 7}, "a:b:view"),
        ("missing.permission", "You need more", ["x:y:edit"], ""),
    ],
)
def test_missing_permissions_are_named(code: str, message: str, params: object, named: str) -> None:
    body = {"code": code, "message": message, "messageParams": params}
    error = refused(403, body, ININ_Correlation_Id="c-1")
    assert type(error) is PermissionMissingError
    assert error.permissions == named
    assert error.place == "GET /api/v2/things (correlation id c-1)"
    assert (error.status, error.platform_message) == (403, message)
    assert error.advice == (
        "Give a role of the OAuth client the permission it names"
        if named
        else "Give a role of the OAuth client the permission of this request, see "
        "docs/reference/permissions.md"
    )


def test_of_many_permissions_the_first_twenty_are_named() -> None:
    message = " ".join(f"a:b{number}:view" for number in range(25))
    error = refused(403, {"code": "missing.permissions", "message": "", "messageParams": {}})
    assert error.permissions == ""
    params = {"permissions": message}
    error = refused(403, {"code": "missing.permissions", "messageParams": params})
    assert error.permissions == " and ".join(f"a:b{number}:view" for number in range(20))


def test_refusal_that_may_pass_says_how_long_to_wait_unless_a_run_does_not() -> None:
    short = refused(429, {"message": "Slow down"}, Retry_After="600")
    assert type(short) is TransientRequestError
    assert (short.wait_seconds, short.status, short.platform_message) == (600, 429, "Slow down")
    assert str(short) == 'GET /api/v2/things answered 429 Because: "Slow down"'
    assert refused(503).wait_seconds is None

    long = refused(429, {"message": "Slow down"}, Retry_After="601")
    assert type(long) is RequestError
    assert str(long) == (
        'GET /api/v2/things answered 429 Because: "Slow down". It asks to wait 601 s, longer than '
        f"a run waits (600 s). Run again later: {STATE_KEPT}"
    )
    assert (long.status, long.platform_message) == (429, "Slow down")


def connection(reason: Exception) -> requests.ConnectionError:
    """Make what requests raises where a connection fails for a reason."""
    pool = urllib3.HTTPSConnectionPool("api.mypurecloud.com")
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/", reason))


CONNECTION: Any = object()


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (
            requests.exceptions.SSLError(),
            RequestError,
            (
                "no trusted TLS connection to api.mypurecloud.com:8443. Check the address, and set "
                "REQUESTS_CA_BUNDLE where a proxy has its own certificate"
            ),
        ),
        (requests.Timeout(), TransientRequestError, "no answer within 2.5 s"),
        (
            requests.ConnectionError(),
            TransientRequestError,
            "the connection broke off to api.mypurecloud.com:8443",
        ),
        (
            requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.")),
            TransientRequestError,
            "the connection broke off to api.mypurecloud.com:8443",
        ),
        (
            connection(urllib3.exceptions.NewConnectionError(CONNECTION, "refused")),
            TransientRequestError,
            "no connection to api.mypurecloud.com:8443",
        ),
        (
            connection(urllib3.exceptions.NameResolutionError("h", CONNECTION, CONNECTION)),
            TransientRequestError,
            "there is no host by the name api.mypurecloud.com:8443",
        ),
        (
            connection(urllib3.exceptions.ProxyError("no", OSError())),
            TransientRequestError,
            "the proxy gives no connection to api.mypurecloud.com:8443",
        ),
        (
            OSError("no such file"),
            RequestError,
            (
                "can't be sent to api.mypurecloud.com:8443, its certificate can't be checked. "
                "Correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE, which must name a file of "
                "certificates"
            ),
        ),
        (
            requests.exceptions.InvalidURL(),
            RequestError,
            "can't be sent to api.mypurecloud.com:8443 (InvalidURL). Check the address",
        ),
    ],
)
def test_request_without_an_answer_says_why(
    error: Exception, kind: type[RequestError], said: str
) -> None:
    url = f"https://user:{SECRET}@api.mypurecloud.com:8443/api/v2/{SECRET}-1/x?y=1"
    explained = explain_no_answer(error, "POST", url, 2.5, [SECRET])
    assert type(explained) is kind
    assert explained.status is None
    assert str(explained) == f"POST /api/v2/***-1/x: {said}"
