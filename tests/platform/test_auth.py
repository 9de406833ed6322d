from __future__ import annotations

import base64
import logging
import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import requests

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.errors import LoginError, RequestError, UnauthorizedError
from tap_genesys_search.platform.auth import GenesysAuthenticator
from tap_genesys_search.platform.client import MOST_REFUSED_TOKENS, PlatformClient
from tap_genesys_search.platform.http.retries import GRACE_SECONDS, Retries
from tap_genesys_search.platform.http.transport import Transport
from tap_genesys_search.platform.rate_limit import RequestBudget
from tap_genesys_search.search_apis.interaction_search import build_payload
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import (
    CLIENT_ID,
    CLIENT_SECRET,
    QUERY_PATH,
    TOKEN_PATH,
    Answer,
    FakeClock,
    ScriptedPlatform,
    make_settings,
    refusal,
    token_answer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


PATH = "/api/v2/things"
BASIC = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
THREADS = 16


@pytest.fixture
def client(platform: ScriptedPlatform) -> PlatformClient:
    return platform.client()


@pytest.fixture
def simulator(clock: FakeClock) -> Simulator:
    return Simulator(
        Org(seed=1, days=1, interactions=5), requests_per_minute=10_000, clock=clock.monotonic
    )


@pytest.fixture
def simulator_url(simulator: Simulator) -> Iterator[str]:
    with simulator.running() as url:
        yield url


def submit(client: PlatformClient) -> Any:
    settings = make_settings()
    payload = build_payload(settings, Window(settings.start, settings.end), 0, 500)
    return client.call("POST", QUERY_PATH, json=payload)


def all_at_once(call: Callable[[], object]) -> list[object]:
    """Call from many threads that start together; what each one gets or raises."""
    barrier = threading.Barrier(THREADS)
    outcomes: list[object] = []

    def run() -> None:
        barrier.wait()
        try:
            outcomes.append(call())
        except RequestError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


# The token request on the wire.


def test_token_is_asked_for_with_basic_authorization_and_a_form(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    client.call("GET", PATH)

    (request,) = platform.token_requests
    assert (request.method, request.path) == ("POST", TOKEN_PATH)
    assert request.authorization == f"Basic {BASIC}"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "grant_type": "client_credentials",
        "scope": "analytics:conversation:read",
    }


def test_other_scope_is_sent_as_it_is_set(platform: ScriptedPlatform) -> None:
    platform.client(scope="analytics speech:read").call("GET", PATH)

    assert platform.token_requests[0].form["scope"] == "analytics speech:read"


@pytest.mark.parametrize("scope", ["", "  "])
def test_empty_scope_is_not_sent(platform: ScriptedPlatform, scope: str) -> None:
    platform.client(scope=scope).call("GET", PATH)

    assert platform.token_requests[0].form == {"grant_type": "client_credentials"}


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [
        ("id with space", "p@ss:w%rd+&=?#/\\\"'"),
        ("clïent-Ω", "sécret-€-🔑"),
        ("a" * 300, "b" * 300),
    ],
    ids=["punctuation", "beyond ascii", "long"],
)
def test_id_and_secret_may_hold_any_character(
    simulator: Simulator, simulator_url: str, clock: FakeClock, client_id: str, client_secret: str
) -> None:
    simulator.other_clients = {client_id: client_secret}
    settings = make_settings(
        auth_url=simulator_url,
        api_url=simulator_url,
        client_id=client_id,
        client_secret=client_secret,
    )

    assert submit(PlatformClient(settings, clock))["status"] == "pending"


def test_requests_are_signed_with_the_token(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(token_answer(" token-with-space-around\n"))

    client.call("GET", PATH)

    (request,) = platform.api_requests
    assert request.authorization == "Bearer token-with-space-around"


# One token for all, renewed in time.


def test_many_threads_ask_for_one_token(platform: ScriptedPlatform, client: PlatformClient) -> None:
    outcomes = all_at_once(lambda: client.call("GET", PATH))

    assert outcomes == [{}] * THREADS
    assert len(platform.token_requests) == 1
    assert {request.authorization for request in platform.api_requests} == {"Bearer token-1"}


@pytest.mark.parametrize(
    ("expires_in", "used_for"),
    [(86_400, 86_340), (300, 240), (120, 60), (119, 59.5), (100, 50), (2, 1), (90.5, 45.25)],
)
def test_token_is_renewed_a_minute_before_it_expires_or_at_half_its_life(
    platform: ScriptedPlatform,
    client: PlatformClient,
    clock: FakeClock,
    expires_in: float,
    used_for: float,
) -> None:
    platform.script_tokens(token_answer("token-1", expires_in=expires_in), token_answer("token-2"))
    client.call("GET", PATH)

    clock.now += used_for - 0.01
    client.call("GET", PATH)
    clock.now += 0.02
    client.call("GET", PATH)

    assert [request.authorization for request in platform.api_requests] == [
        "Bearer token-1",
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_many_threads_renew_an_old_token_once(
    platform: ScriptedPlatform, client: PlatformClient, clock: FakeClock
) -> None:
    platform.script_tokens(token_answer("token-1", expires_in=600), token_answer("token-2"))
    client.call("GET", PATH)
    clock.now += 545

    all_at_once(lambda: client.call("GET", PATH))

    assert len(platform.token_requests) == 2
    renewed = [request.authorization for request in platform.api_requests[1:]]
    assert renewed == ["Bearer token-2"] * THREADS


@pytest.mark.parametrize(
    "expires_in",
    [
        None,
        0,
        -1,
        "",
        "3600",
        "soon",
        True,
        [3600],
        pytest.param(10**400, id="too large for a float"),
    ],
)
def test_token_of_which_no_lifetime_is_known_is_used_until_it_is_refused(
    platform: ScriptedPlatform, client: PlatformClient, clock: FakeClock, expires_in: object
) -> None:
    platform.script_tokens(token_answer("token-1", expires_in=expires_in), token_answer("token-2"))
    platform.script(Answer(), Answer(), refusal(401, "Token has expired"), Answer())

    client.call("GET", PATH)
    clock.now += 100
    client.call("GET", PATH)
    assert len(platform.token_requests) == 1

    client.call("GET", PATH)
    assert len(platform.token_requests) == 2


def test_token_answered_without_a_lifetime_is_used(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(Answer({"access_token": "token-1"}))

    client.call("GET", PATH)
    client.call("GET", PATH)

    assert len(platform.token_requests) == 1


# A token that is refused.


def test_refused_token_is_renewed_once_and_the_request_sent_again(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(token_answer("token-1"), token_answer("token-2"))
    platform.script(Answer(), refusal(401, "Token has expired"), Answer({"fine": True}))
    client.call("GET", PATH)
    retries: list[int] = []

    answer = client.call("POST", PATH, json={"a": 1}, on_retry=lambda: retries.append(1))

    assert answer == {"fine": True}
    assert len(retries) == 1
    assert len(platform.token_requests) == 2
    refused, replayed = platform.api_requests[1:]
    assert refused.authorization == "Bearer token-1"
    assert replayed.authorization == "Bearer token-2"
    assert refused.json == replayed.json == {"a": 1}


def test_new_token_that_is_refused_too_is_an_error_that_names_scope_and_region(
    platform: ScriptedPlatform,
) -> None:
    platform.script_tokens(token_answer("token-1"), token_answer("token-2"))
    platform.script(refusal(401, "No access", {"ININ-Correlation-Id": "correlation-1"}))
    settings = platform.settings(environment="eu-central-1", scope="some:scope")

    with pytest.raises(RequestError) as refused:
        PlatformClient(settings, platform.clock).call("GET", PATH)

    message = str(refused.value)
    assert f'GET {PATH} answered 401 UNAUTHORIZED: "No access"' in message
    assert "correlation-1" in message
    host = platform.url.removeprefix("http://")
    assert message.endswith(
        f"Check that the OAuth client was made in the org behind {host} (auth_url), and that its "
        "roles and scope 'some:scope' allow the search"
    )
    assert "role" in message
    assert "token-" not in message
    assert not isinstance(refused.value, UnauthorizedError)
    assert (refused.value.status, refused.value.platform_message) == (401, "No access")
    assert len(platform.token_requests) == 2
    times = [request.time for request in platform.api_requests]
    assert times[-1] - times[1] == pytest.approx(GRACE_SECONDS)


def test_new_token_may_be_unknown_for_some_seconds(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    unknown = refusal(401, "Invalid login credentials.", code="bad.credentials")
    platform.script_tokens(token_answer("token-1"), token_answer("token-2"))
    platform.script(*[unknown] * 5, Answer({"fine": True}))

    assert client.call("GET", PATH) == {"fine": True}

    assert [one.authorization for one in platform.api_requests[1:]] == ["Bearer token-2"] * 5
    assert platform.api_requests[-1].time - platform.api_requests[0].time < GRACE_SECONDS


def test_endpoint_that_refuses_every_token_ends_the_run(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(*[token_answer(f"token-{number}") for number in range(20)])
    platform.answer_by(
        lambda request: (refusal(401) if request.path.endswith("refused") else Answer()).response()
    )

    def ask_elsewhere() -> None:
        client.call("GET", PATH)

    ask_elsewhere()
    with pytest.raises(RequestError, match="a new token is refused too"):
        client.call("GET", f"{PATH}/refused", on_retry=ask_elsewhere)

    assert len(platform.token_requests) == 1 + MOST_REFUSED_TOKENS


def test_wrong_scope_ends_the_same_way(
    simulator: Simulator, simulator_url: str, clock: FakeClock
) -> None:
    simulator.strict_scope = True
    settings = make_settings(
        auth_url=simulator_url,
        api_url=simulator_url,
        client_id=simulator.client_id,
        client_secret=simulator.client_secret,
        scope="routing",
    )

    with pytest.raises(RequestError, match="scope 'routing'"):
        submit(PlatformClient(settings, clock))

    assert simulator.log.by_operation["token"] == 2
    assert simulator.log.by_operation["submit"] == simulator.log.by_status["401"]


def test_many_threads_whose_token_is_refused_renew_it_once(
    simulator: Simulator, simulator_url: str, clock: FakeClock
) -> None:
    settings = make_settings(
        auth_url=simulator_url,
        api_url=simulator_url,
        client_id=simulator.client_id,
        client_secret=simulator.client_secret,
    )
    client = PlatformClient(settings, clock)
    submit(client)
    simulator.faults.schedule(Fault("expired_token", on="submit"))

    outcomes = all_at_once(lambda: submit(client)["status"])

    assert outcomes == ["pending"] * THREADS
    assert simulator.log.by_status["401"] >= 1
    assert simulator.log.by_operation["token"] == 2


def test_token_renewed_meanwhile_is_not_discarded(platform: ScriptedPlatform) -> None:
    platform.script_tokens(token_answer("token-1"), token_answer("token-2"))
    authenticator = new_authenticator(platform)

    assert authorization(authenticator) == "Bearer token-1"
    authenticator.seconds_to_wait("Bearer token-1")
    assert authorization(authenticator) == "Bearer token-2"
    authenticator.seconds_to_wait("Bearer token-1")
    assert authorization(authenticator) == "Bearer token-2"

    assert len(platform.token_requests) == 2


# A login that fails.


def test_wrong_secret_says_what_to_check(
    simulator: Simulator, simulator_url: str, clock: FakeClock
) -> None:
    settings = make_settings(
        auth_url=simulator_url,
        api_url=simulator_url,
        environment="mypurecloud.ie",
        client_id=simulator.client_id,
        client_secret="mistyped-secret",
    )

    with pytest.raises(LoginError) as failed:
        submit(PlatformClient(settings, clock))

    message = str(failed.value)
    assert message.startswith(
        f'Login failed: POST {TOKEN_PATH} answered 401 invalid_client: "authentication failed"'
    )
    for named in ("client_id", "client_secret", "Client Credentials", simulator_url[7:], "scope"):
        assert named in message
    assert "mistyped-secret" not in message
    assert len(message.splitlines()) == 1
    assert simulator.log.by_operation == {"token": 1}


@pytest.mark.parametrize("is_first", [True, False])
def test_login_over_its_rate_limit_is_waited_for(
    platform: ScriptedPlatform, client: PlatformClient, *, is_first: bool
) -> None:
    limited = Answer(
        {"error": "invalid_request", "error_description": "rate limit exceeded; retry later"}, 400
    )
    answers = [limited] * 4 + [token_answer("token-2")]
    platform.script_tokens(*([] if is_first else [token_answer()]), *answers)
    if not is_first:
        platform.script(Answer(), refusal(401, "Token has expired"), Answer())
        client.call("GET", PATH)

    client.call("GET", PATH)

    assert platform.api_requests[-1].authorization == "Bearer token-2"
    times = [request.time for request in platform.token_requests[-5:]]
    assert [later - earlier for earlier, later in pairwise(times)] == [2, 4, 8, 16]


def test_login_that_stays_over_its_rate_limit_does_not_blame_the_credentials(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(
        Answer({"error": "invalid_request", "error_description": "rate limit exceeded; no"}, 400)
    )

    with pytest.raises(LoginError) as failed:
        client.call("GET", PATH)

    assert "rate limit exceeded" in str(failed.value)
    assert "run again later" in str(failed.value)
    assert "client_secret" not in str(failed.value)
    waited = platform.token_requests[-1].time - platform.token_requests[0].time
    assert waited > 60


@pytest.mark.parametrize("status", [400, 401, 403])
def test_refused_login_is_not_tried_again(
    platform: ScriptedPlatform, client: PlatformClient, status: int
) -> None:
    platform.script_tokens(
        Answer({"error": "invalid_client", "error_description": "client not found"}, status)
    )

    with pytest.raises(LoginError, match='"client not found"') as failed:
        client.call("GET", PATH)

    assert failed.value.status == status
    assert len(platform.requests) == 1


def test_login_that_may_pass_is_tried_again(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(refusal(503), Answer("<html>"), refusal(429), token_answer())

    client.call("GET", PATH)

    assert len(platform.token_requests) == 4


def test_login_server_that_stays_down_is_a_failed_login(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(refusal(503, "Down"))

    with pytest.raises(LoginError) as failed:
        client.call("GET", PATH)

    assert f'Login failed: POST {TOKEN_PATH} answered 503 SERVICE UNAVAILABLE: "Down"' in str(
        failed.value
    )
    assert "after 5 retries" in str(failed.value)
    assert len(platform.requests) == 6


def test_every_thread_hears_of_a_failed_login(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(refusal(401, "No"))

    outcomes = all_at_once(lambda: client.call("GET", PATH))

    assert [type(outcome) for outcome in outcomes] == [LoginError] * THREADS
    assert platform.api_requests == []


@pytest.mark.parametrize("token", [None, "", "  ", 12345, True, ["token"], "line\nbreak", "tökén"])
def test_answer_without_a_usable_token_is_a_failed_login(
    platform: ScriptedPlatform, client: PlatformClient, token: object
) -> None:
    platform.script_tokens(token_answer(token))

    with pytest.raises(LoginError) as failed:
        client.call("GET", PATH)

    assert "answered without a usable access_token" in str(failed.value)
    assert "auth_url" in str(failed.value)
    assert len(platform.requests) == 1


def test_answer_with_no_token_at_all_is_a_failed_login(
    platform: ScriptedPlatform, client: PlatformClient
) -> None:
    platform.script_tokens(Answer({"token_type": "bearer"}))

    with pytest.raises(LoginError, match="access_token"):
        client.call("GET", PATH)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
@pytest.mark.parametrize("secret", [BASIC, CLIENT_SECRET], ids=["header", "secret"])
def test_secret_that_the_login_server_echoes_is_in_no_message_and_no_log(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture, status: int, secret: str
) -> None:
    platform.script_tokens(refusal(status, f"Bad credentials: {secret}"))

    with caplog.at_level(logging.DEBUG), pytest.raises(LoginError) as failed:
        platform.client(max_retries=1).call("GET", PATH)

    assert "Bad credentials" in str(failed.value)
    assert secret not in f"{failed.value} {failed.value.fact} {failed.value!r}"
    assert secret not in caplog.text


def test_no_secret_is_logged_on_the_way_to_an_answer(
    platform: ScriptedPlatform, client: PlatformClient, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script_tokens(refusal(503), token_answer("token-1"), token_answer("token-2"))
    platform.script(refusal(500), refusal(401), Answer())

    with caplog.at_level(logging.DEBUG):
        client.call("GET", PATH)

    assert "; retry 1 of 5 in " in caplog.text
    for secret in (CLIENT_SECRET, BASIC, "token-1", "token-2"):
        assert secret not in caplog.text


def new_authenticator(platform: ScriptedPlatform) -> GenesysAuthenticator:
    transport = Transport(RequestBudget(1000), timeout_seconds=10, retries=Retries(0, 0))
    return GenesysAuthenticator(platform.settings(), transport, platform.clock)


def authorization(authenticator: GenesysAuthenticator) -> str:
    request = requests.Request("GET", "https://api.example.com").prepare()
    return str(authenticator.authenticate_request(request).headers["Authorization"])
