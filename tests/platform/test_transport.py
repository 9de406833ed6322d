from __future__ import annotations

import logging
import re
import socket
import ssl
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from pytest_httpserver import HTTPServer
from requests.auth import HTTPBasicAuth
from werkzeug.serving import WSGIRequestHandler

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import RequestError, UnauthorizedError
from tap_genesys_search.platform.http import retries
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.retries import Retries
from tap_genesys_search.platform.http.transport import Call, Transport
from tap_genesys_search.platform.rate_limit import RequestBudget
from tests.support.scripted_platform import TOKEN_PATH, Answer, FakeClock, ScriptedPlatform, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import requests

    from genesys_cloud_simulator.faults.kinds import FaultKind
    from tap_genesys_search.clock import Clock

TOKEN = "very-secret-token"
PATH = "/api/v2/things"
SERVER_DATE = "Mon, 05 Jan 2026 09:00:00 GMT"
CORRELATION_ID = "2f1d2a1c-0000-4000-8000-5a3f6b7c8d9e"


class HighestJitter:
    """Stands in for the module `random`: draws the longest wait and remembers the bounds."""

    def __init__(self) -> None:
        self.bounds: list[tuple[float, float]] = []

    def uniform(self, shortest: float, longest: float) -> float:
        self.bounds.append((shortest, longest))
        return longest


@pytest.fixture
def jitter(monkeypatch: pytest.MonkeyPatch) -> HighestJitter:
    jitter = HighestJitter()
    monkeypatch.setattr(retries, "JITTER", jitter)
    return jitter


@pytest.fixture
def platform(
    httpserver: HTTPServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> ScriptedPlatform:
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda _: SERVER_DATE)
    return ScriptedPlatform(httpserver, clock)


def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {TOKEN}"
    return request


def new_transport(
    budget: RequestBudget | None = None, clock: Clock = SYSTEM_CLOCK, **changes: Any
) -> Transport:
    retries = Retries(changes.pop("max_retries", 5), changes.pop("backoff_base_seconds", 1))
    options: dict[str, Any] = {"timeout_seconds": 10, "retries": retries, "clock": clock}
    return Transport(budget or RequestBudget(100_000, clock=clock), **(options | changes))


def get(platform: ScriptedPlatform, path: str = PATH, **changes: Any) -> Any:
    return new_transport(**changes, clock=platform.clock).send(
        Call("GET", f"{platform.url}{path}", sign)
    )


def error_of(platform: ScriptedPlatform, path: str = PATH, **changes: Any) -> RequestError:
    with pytest.raises(RequestError) as refused:
        get(platform, path, **changes)
    return refused.value


# What is tried again, and how often.


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_status_that_may_pass_is_tried_again(platform: ScriptedPlatform, status: int) -> None:
    platform.script(refusal(status), refusal(status), Answer({"fine": True}))

    assert get(platform) == {"fine": True}
    assert len(platform.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 415, 418, 422])
def test_other_refusals_end_at_once(
    platform: ScriptedPlatform, clock: FakeClock, status: int
) -> None:
    platform.script(refusal(status, "No"))

    assert error_of(platform).status == status
    assert len(platform.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize("max_retries", [0, 1, 5])
def test_retries_end_after_as_many_as_are_set(
    platform: ScriptedPlatform, clock: FakeClock, max_retries: int
) -> None:
    platform.script(refusal(503, "Down"))

    error = error_of(platform, max_retries=max_retries)

    assert len(platform.requests) == max_retries + 1
    assert len(clock.slept) == max_retries
    said = {0: "", 1: ", after 1 retry", 5: ", after 5 retries"}[max_retries]
    assert str(error) == (
        f'GET {PATH} answered 503 SERVICE UNAVAILABLE: "Down"{said}. Run again: the state is kept. '
        "If it recurs for the same dates, lower window_hours"
    )
    assert error.status == 503
    assert error.platform_message == "Down"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "OK",
        "<html>Scheduled maintenance</html>",
        '{"results": [',
        "[1, 2]",
        '"text"',
        "null",
        "7",
        b"\xff\xfe\x00",
        pytest.param("[" * 100_000, id="too deep"),
    ],
)
def test_answer_that_is_no_json_object_is_tried_again(
    platform: ScriptedPlatform, body: str | bytes
) -> None:
    platform.script(Answer(body), Answer({"fine": True}))

    assert get(platform) == {"fine": True}
    assert len(platform.requests) == 2


def test_answer_that_stays_unreadable_is_an_error_that_says_so(platform: ScriptedPlatform) -> None:
    platform.script(Answer("<html>", headers={"ININ-Correlation-Id": CORRELATION_ID}))

    message = str(error_of(platform, max_retries=1))

    assert f"GET {PATH} answered 200 with a body that is not a JSON object" in message
    assert CORRELATION_ID in message


def test_answer_with_a_broken_encoding_is_tried_again(platform: ScriptedPlatform) -> None:
    platform.script(
        Answer('{"fine": false}', headers={"Content-Encoding": "gzip"}), Answer({"fine": True})
    )

    assert get(platform) == {"fine": True}


def test_each_retry_is_announced(
    platform: ScriptedPlatform, jitter: HighestJitter, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(refusal(503, "Down"), refusal(503, "Down"), Answer())
    announced = []

    with caplog.at_level(logging.WARNING):
        new_transport(clock=platform.clock).send(
            Call("GET", f"{platform.url}{PATH}", sign), lambda: announced.append(1)
        )

    assert len(announced) == len(jitter.bounds) == 2
    assert caplog.messages == [
        f'GET {PATH} answered 503 SERVICE UNAVAILABLE: "Down"; retry 1 of 5 in 1.0 s',
        f"GET {PATH}: the same again; retry 2 of 5 in 2.0 s",
    ]


@pytest.mark.usefixtures("jitter")
def test_another_failure_is_written_out(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(refusal(503, "Down"), refusal(502, "Down"), refusal(503, "Down"), Answer())

    with caplog.at_level(logging.WARNING):
        get(platform)

    assert [line.partition(": ")[0] for line in caplog.messages] == [
        f"GET {PATH} answered {said}"
        for said in ("503 SERVICE UNAVAILABLE", "502 BAD GATEWAY", "503 SERVICE UNAVAILABLE")
    ]


def test_server_that_is_not_there_is_named_with_its_port(clock: FakeClock) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(RequestError, match=f"no connection to {host}, after 1 retry. Check"):
            new_transport(clock=clock, max_retries=1).send(
                Call("GET", f"http://{host}{PATH}", sign)
            )


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Org(seed=1, days=1, interactions=5))


@pytest.fixture
def ask_for_token(simulator: Simulator, clock: FakeClock) -> Iterator[Callable[..., Any]]:
    with simulator.running() as url:

        def ask(**changes: Any) -> Any:
            return new_transport(clock=clock, **changes).send(
                Call(
                    "POST",
                    f"{url}{TOKEN_PATH}",
                    HTTPBasicAuth(simulator.client_id, simulator.client_secret),
                    form={"grant_type": "client_credentials"},
                )
            )

        yield ask


@pytest.mark.parametrize(
    "kind", ["dropped_connection", "truncated_body", "cut_json_body", "non_json_body"]
)
def test_answer_lost_on_the_way_is_tried_again(
    simulator: Simulator, ask_for_token: Callable[..., Any], kind: FaultKind
) -> None:
    simulator.faults.schedule(Fault(kind, times=3))

    assert "access_token" in ask_for_token()
    assert [request.fault for request in simulator.requests] == [kind, kind, kind, None]


@pytest.mark.parametrize("kind", ["dropped_connection", "truncated_body"])
def test_connection_that_always_breaks_is_an_error_without_a_status(
    simulator: Simulator, ask_for_token: Callable[..., Any], kind: FaultKind
) -> None:
    simulator.faults.schedule(Fault(kind, times=None))

    with pytest.raises(RequestError) as failed:
        ask_for_token(max_retries=2)

    assert failed.value.status is None
    assert re.match(
        rf"POST {TOKEN_PATH}: the connection broke off to 127\.0\.0\.1:\d+, after 2 retries\. "
        "Check the network",
        str(failed.value),
    )
    assert len(simulator.requests) == 3


def test_answer_that_takes_too_long_is_tried_again(
    simulator: Simulator, ask_for_token: Callable[..., Any]
) -> None:
    simulator.faults.schedule(Fault("slow_answer", seconds=30))

    assert "access_token" in ask_for_token(timeout_seconds=0.5)


def test_timeout_is_named_in_the_error(
    simulator: Simulator, ask_for_token: Callable[..., Any]
) -> None:
    simulator.faults.schedule(Fault("slow_answer", seconds=30))

    with pytest.raises(RequestError, match=f"POST {TOKEN_PATH}: no answer within 0.05 s"):
        ask_for_token(timeout_seconds=0.05, max_retries=0)


def test_server_that_is_not_there_is_tried_again(clock: FakeClock) -> None:
    server = HTTPServer(host="127.0.0.1")
    server.start()
    address = server.url_for(PATH)
    server.stop()

    with pytest.raises(RequestError, match=r"no connection to 127\.0\.0\.1") as failed:
        new_transport(max_retries=3, clock=clock).send(Call("GET", address, sign))

    assert failed.value.status is None
    assert len(clock.slept) == 3


# How long a retry waits.


def test_waits_double_and_are_drawn_from_zero_on(
    platform: ScriptedPlatform, clock: FakeClock, jitter: HighestJitter
) -> None:
    platform.script(refusal(503))

    error_of(platform, backoff_base_seconds=0.5)

    assert jitter.bounds == [(0, 0.5), (0, 1), (0, 2), (0, 4), (0, 8)]
    assert clock.slept == [0.5, 1, 2, 4, 8]


def test_no_drawn_wait_is_longer_than_ten_minutes(
    platform: ScriptedPlatform, clock: FakeClock, jitter: HighestJitter
) -> None:
    platform.script(refusal(503))

    error_of(platform, backoff_base_seconds=400)

    assert clock.slept == [400, 600, 600, 600, 600]
    assert {shortest for shortest, _ in jitter.bounds} == {0}


def test_waits_of_a_backoff_base_of_zero_are_none(
    platform: ScriptedPlatform, clock: FakeClock
) -> None:
    platform.script(refusal(503))

    error_of(platform, backoff_base_seconds=0)

    assert clock.slept == [0] * 5


def test_each_request_starts_with_a_short_wait_again(
    platform: ScriptedPlatform, clock: FakeClock, jitter: HighestJitter
) -> None:
    platform.script(refusal(503), refusal(503), Answer(), refusal(503), Answer())
    transport = new_transport(clock=platform.clock)

    for _ in range(2):
        transport.send(Call("GET", f"{platform.url}{PATH}", sign))

    assert jitter.bounds == [(0, 1), (0, 2), (0, 1)]
    assert clock.slept == [1, 2, 1]


@pytest.mark.parametrize(
    ("status", "message", "headers", "wait"),
    [
        (429, "", {"Retry-After": "7"}, 7),
        (429, "", {"Retry-After": " 7.5 "}, 7.5),
        (503, "", {"Retry-After": "20"}, 20),
        (429, "", {"Retry-After": "600"}, 600),
        (429, "", {"Retry-After": "Mon, 05 Jan 2026 09:00:45 GMT"}, 45),
        (503, "", {"Retry-After": "Mon, 05 Jan 2026 10:00:45 +0100"}, 45),
        (429, "", {"inin-ratelimit-reset": "12"}, 13),
        (429, "", {"Retry-After": "7", "inin-ratelimit-reset": "12"}, 7),
        (429, "Rate limit exceeded. Retry the request in [28] seconds", {}, 28),
        (429, "Retry the request in 9 seconds", {}, 9),
        (429, "in [28] seconds", {"inin-ratelimit-reset": "12"}, 13),
    ],
)
def test_retry_waits_as_long_as_the_platform_asks(
    platform: ScriptedPlatform,
    clock: FakeClock,
    status: int,
    message: str,
    headers: dict[str, str],
    wait: float,
) -> None:
    platform.script(refusal(status, message, headers), Answer())

    get(platform)

    assert clock.slept == [wait]


@pytest.mark.parametrize("retry_after", ["0", "-5", "0.3", "Mon, 05 Jan 2026 08:00:00 GMT"])
def test_wait_of_next_to_nothing_does_not_use_up_all_retries_at_once(
    platform: ScriptedPlatform,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    retry_after: str,
) -> None:
    monkeypatch.setattr(retries.JITTER, "uniform", lambda _, longest: longest)
    platform.script(*[refusal(429, "", {"Retry-After": retry_after})] * 3, Answer())

    get(platform)

    assert clock.slept == [1, 2, 4]


def test_date_counts_from_now_where_the_server_does_not_say_its_own(
    platform: ScriptedPlatform, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda _: "")
    now = datetime(2026, 1, 5, 9, 0, 15, tzinfo=timezone.utc)
    monkeypatch.setattr("tap_genesys_search.platform.http.retries.utc_now", lambda: now)
    platform.script(
        refusal(429, headers={"Retry-After": "Mon, 05 Jan 2026 09:00:45 GMT"}), Answer()
    )

    get(platform)

    assert clock.slept == [30]


@pytest.mark.parametrize(
    ("status", "message", "headers"),
    [
        (429, "Slow down", {}),
        (429, "", {"Retry-After": "soon"}),
        (429, "", {"Retry-After": ""}),
        (429, "", {"Retry-After": "nan"}),
        (429, "", {"Retry-After": "inf"}),
        (429, "", {"inin-ratelimit-reset": "soon"}),
        (503, "", {"inin-ratelimit-reset": "12"}),
        (503, "Try again in 12 seconds", {}),
    ],
)
def test_retry_draws_its_wait_where_the_platform_asks_for_none_that_can_be_read(
    platform: ScriptedPlatform,
    clock: FakeClock,
    jitter: HighestJitter,
    status: int,
    message: str,
    headers: dict[str, str],
) -> None:
    platform.script(refusal(status, message, headers), Answer())

    get(platform)

    assert jitter.bounds == [(0, 1)]
    assert clock.slept == [1]


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "999999"},
        {"Retry-After": "601"},
        {"Retry-After": "Mon, 05 Jan 2026 10:00:00 GMT"},
        {"inin-ratelimit-reset": "999999"},
    ],
)
def test_wait_longer_than_a_run_waits_ends_it_at_once(
    platform: ScriptedPlatform, clock: FakeClock, headers: dict[str, str]
) -> None:
    platform.script(refusal(429, "Too many", headers))

    error = error_of(platform)

    assert len(platform.requests) == 1
    assert clock.slept == []
    assert error.status == 429
    assert "It asks to wait" in str(error)
    assert "Run again later: the state is kept" in str(error)


def test_long_wait_is_told_in_seconds(platform: ScriptedPlatform) -> None:
    platform.script(refusal(503, headers={"Retry-After": "999999"}))

    assert "It asks to wait 999999 s" in str(error_of(platform))


API = "/api/v2/analytics/conversations"
OPEN_JOBS = "The maximum of [10] open jobs is reached"


def times_after_a_refusal(
    platform: ScriptedPlatform, clock: FakeClock, first: Answer, path: str
) -> list[float]:
    """Have a request refused, then send one to another path; tell when each was sent."""
    budget = RequestBudget(300, clock=clock)
    platform.script(first, Answer())
    start = clock.now
    with pytest.raises(RequestError):
        new_transport(budget, max_retries=0, clock=platform.clock).send(
            Call("POST", f"{platform.url}{API}/jobs", sign)
        )
    asked = Asked.LOGIN if path == TOKEN_PATH else Asked.OTHER
    new_transport(budget, clock=platform.clock).send(
        Call("GET", f"{platform.url}{path}", sign, asked=asked)
    )
    return [request.time - start for request in platform.requests]


def rate_headers(count: object, allowed: object, reset: object) -> dict[str, str]:
    names = ("count", "allowed", "reset")
    values = (count, allowed, reset)
    return {f"inin-ratelimit-{n}": str(v) for n, v in zip(names, values, strict=True)}


@pytest.mark.parametrize(
    "refused",
    [
        refusal(429, headers={"Retry-After": "40"}),
        refusal(503, headers={"Retry-After": "40"}),
        refusal(429, headers=rate_headers(300, 300, 1) | {"Retry-After": "40"}),
        refusal(
            429, "Rate limit exceeded the maximum", rate_headers(3, 300, 50) | {"Retry-After": "40"}
        ),
        refusal(
            429,
            limit={"key": "client.credentials.token.rate.per.minute"},
            headers={"Retry-After": "40"},
        ),
    ],
)
def test_refusal_that_concerns_all_holds_other_requests_for_as_long(
    platform: ScriptedPlatform, clock: FakeClock, refused: Answer
) -> None:
    assert times_after_a_refusal(platform, clock, refused, f"{API}/jobs") == [0, 40]


def test_refusal_holds_what_belongs_to_the_same_limit(
    platform: ScriptedPlatform, clock: FakeClock
) -> None:
    refused = refusal(429, headers={"Retry-After": "40"})

    assert times_after_a_refusal(platform, clock, refused, f"{API}/other") == [0, 40]
    platform.requests.clear()
    assert times_after_a_refusal(platform, clock, refused, TOKEN_PATH) == [0, 0]


@pytest.mark.parametrize(
    "refused",
    [
        refusal(429, OPEN_JOBS, rate_headers(3, 300, 50) | {"Retry-After": "40"}),
        refusal(429, OPEN_JOBS, rate_headers(3, 300, 50)),
        refusal(429, limit={"key": "analytics.jobs.open"}, headers={"Retry-After": "40"}),
    ],
)
def test_refusal_of_one_job_too_many_holds_no_other_request(
    platform: ScriptedPlatform, clock: FakeClock, refused: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    assert times_after_a_refusal(platform, clock, refused, f"{API}/jobs/1") == [0, 0]
    assert "requests_per_minute" not in caplog.text


def test_refusal_without_a_reason_lowers_the_allowance_and_says_so_once(
    platform: ScriptedPlatform, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    budget = RequestBudget(10, clock=clock)
    platform.script(*[refusal(429)] * 3, Answer())
    new_transport(budget, backoff_base_seconds=0, clock=platform.clock).send(
        Call("GET", f"{platform.url}{API}", sign)
    )
    start = clock.now

    for _ in range(3):
        new_transport(budget, clock=platform.clock).send(Call("GET", f"{platform.url}{API}", sign))

    assert [request.time > start for request in platform.requests[4:]] == [False, True, True]
    assert caplog.text.count("sending 5 a minute for now") == 1
    assert caplog.text.count("within requests_per_minute") == 1


@pytest.mark.parametrize(
    "headers",
    [
        rate_headers(300, 300, 999_999_999),
        rate_headers(-1, 300, 60),
        rate_headers("nan", 300, 60),
        rate_headers(5, "nan", 60),
        rate_headers(5, 0, 60),
        rate_headers(5, 300, "inf"),
        rate_headers(5, 300, "nan"),
        rate_headers(5, 300, -60),
        rate_headers("1e400", 300, 60),
        rate_headers("many", "few", "soon"),
        rate_headers("", "", ""),
        {"inin-ratelimit-count": "300", "inin-ratelimit-allowed": "300"},
        rate_headers(300, 300, 0),
    ],
)
def test_headers_that_can_not_be_meant_hold_nothing(
    platform: ScriptedPlatform, clock: FakeClock, headers: dict[str, str]
) -> None:
    platform.script(Answer({}, headers=headers))
    transport = new_transport(clock=platform.clock)

    for _ in range(5):
        transport.send(Call("GET", f"{platform.url}{API}", sign))

    assert clock.slept == []


@pytest.mark.parametrize("count", [300, 299, 10**8])
def test_headers_that_always_say_that_nothing_is_left_are_not_believed_for_long(
    platform: ScriptedPlatform, clock: FakeClock, count: int
) -> None:
    platform.script(Answer({}, headers=rate_headers(count, 300, 60)))
    transport = new_transport(clock=platform.clock)

    for _ in range(20):
        transport.send(Call("GET", f"{platform.url}{API}", sign))

    assert sum(clock.slept) <= 3 * 60


def test_retries_use_the_budget_too(platform: ScriptedPlatform, clock: FakeClock) -> None:
    platform.script(refusal(500), refusal(500), refusal(500), Answer())
    start = clock.now

    new_transport(RequestBudget(2, clock=clock), backoff_base_seconds=0, clock=platform.clock).send(
        Call("GET", f"{platform.url}{PATH}", sign)
    )

    times = [request.time - start for request in platform.requests]
    assert times[1] == 0
    assert times[2] >= 60
    assert len(times) == 4


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_never_followed(
    platform: ScriptedPlatform, httpserver_ipv4: HTTPServer, status: int
) -> None:
    elsewhere = ScriptedPlatform(httpserver_ipv4)
    assert elsewhere.url != platform.url
    platform.script(Answer({}, status, {"Location": f"{elsewhere.url}/steal"}))

    error = error_of(platform)

    assert elsewhere.requests == []
    assert len(platform.requests) == 1
    assert error.status == status
    assert "A redirect is never followed" in str(error)
    assert "environment or api_url" in str(error)


@pytest.mark.parametrize("status", [300, 302, 304])
def test_answer_that_is_neither_success_nor_redirect_is_no_success(
    platform: ScriptedPlatform, status: int
) -> None:
    platform.script(Answer({"results": []}, status))

    assert error_of(platform).status == status
    assert len(platform.requests) == 1


# What an error says.


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 429, 500, 503])
def test_error_names_place_code_message_and_correlation_id_in_one_line(
    platform: ScriptedPlatform, status: int
) -> None:
    platform.script(
        refusal(
            status,
            "Something\nis\r\n\twrong\u2028here",
            {"ININ-Correlation-Id": CORRELATION_ID},
            code="some.code",
        )
    )

    message = str(error_of(platform, f"{PATH}?token=query-secret", max_retries=0))

    assert message.startswith(
        f'GET {PATH} answered {status} some.code: "Something is wrong here" '
        f"(correlation id {CORRELATION_ID})"
    )
    assert len(message.splitlines()) == 1
    assert "query-secret" not in message


@pytest.mark.parametrize("status", [400, 200])
def test_error_quotes_no_part_of_a_path_at_length(platform: ScriptedPlatform, status: int) -> None:
    platform.script(Answer("no JSON", status))

    message = str(error_of(platform, f"{PATH}/{'x' * 64}/{'y' * 65}/z", max_retries=0))

    assert message.startswith(f"GET {PATH}/{'x' * 64}/{'y' * 64}…/z answered {status}")


def test_error_without_an_answer_quotes_no_part_of_a_path_at_length() -> None:
    with pytest.raises(RequestError) as failed:
        new_transport(max_retries=0).send(Call("GET", f"http://127.0.0.1:9/{'y' * 65}", sign))

    assert str(failed.value).startswith(f"GET /{'y' * 64}…: no connection to 127.0.0.1")


@pytest.mark.parametrize("character", ["\x1b", "\x9b", "\u2028", "\u202e"])
def test_error_quotes_only_what_of_a_path_can_be_printed(character: str) -> None:
    with pytest.raises(RequestError) as failed:
        new_transport(max_retries=0).send(Call("GET", f"http://127.0.0.1:9/a{character}b", sign))

    assert str(failed.value).startswith("GET /a?b: no connection to 127.0.0.1")


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "Run again; if it recurs, report it to Genesys support"),
        (403, "No missing permission is named, so a gateway or proxy may refuse it"),
        (404, "Check environment and api_url"),
        (429, "lower requests_per_minute"),
        (500, "the state is kept. If it recurs for the same dates, lower window_hours"),
    ],
)
def test_error_says_what_to_do(platform: ScriptedPlatform, status: int, advice: str) -> None:
    platform.script(refusal(status, "No"))

    assert advice in str(error_of(platform, max_retries=0))


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("You need [analytics:conversationDetail:view]", "the permission it names"),
        ("No", "the permission of this request, see docs/reference/permissions.md"),
    ],
)
def test_refusal_for_a_permission_says_what_to_grant(
    platform: ScriptedPlatform, message: str, advice: str
) -> None:
    body = {"status": 403, "code": "missing.any.permissions", "message": message}
    platform.script(Answer(body, 403))

    assert f"Give a role of the OAuth client {advice}" in str(error_of(platform))


def test_a_search_that_is_refused_says_which_settings_it_is_made_of(
    platform: ScriptedPlatform,
) -> None:
    platform.script(refusal(400, "No"))

    with pytest.raises(RequestError) as failed:
        new_transport(clock=platform.clock).send(
            Call("POST", f"{platform.url}{PATH}", sign, asked=Asked.SEARCH)
        )
    error = failed.value

    assert "Check the settings fields, filters and start_date" in str(error)


def test_oauth_error_is_read_like_the_platform_s_own(platform: ScriptedPlatform) -> None:
    platform.script(
        Answer({"error": "invalid_client", "error_description": "client not found"}, 400)
    )

    error = error_of(platform)

    assert str(error).startswith(f'GET {PATH} answered 400 invalid_client: "client not found"')
    assert error.platform_message == "client not found"


@pytest.mark.parametrize(
    "body",
    [
        "<html><h1>403 Forbidden</h1></html>",
        "",
        "[]",
        {"message": None, "code": 7},
        {"message": {"text": "No"}},
    ],
)
def test_error_without_a_readable_message_has_the_status_and_no_page(
    platform: ScriptedPlatform, body: object
) -> None:
    platform.script(Answer(body, 403))

    message = str(error_of(platform))

    assert message.startswith(f"GET {PATH} answered 403 FORBIDDEN. No missing permission is named")
    assert "<" not in message


def test_message_of_the_platform_is_cut_where_it_rambles(platform: ScriptedPlatform) -> None:
    platform.script(refusal(400, "long " * 1000))

    assert len(str(error_of(platform))) < 600


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("attribute", ["message", "code", "error_description", "error"])
def test_token_that_the_platform_echoes_is_in_no_message_and_no_log(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture, status: int, attribute: str
) -> None:
    echo = f"Bad header 'Authorization: Bearer {TOKEN}' ({TOKEN})"
    platform.script(Answer({attribute: echo}, status))

    with caplog.at_level(logging.DEBUG):
        error = error_of(platform, max_retries=1)

    assert "Bad header" in str(error)
    assert TOKEN not in f"{error} {error.fact} {error.platform_message} {error!r}"
    assert TOKEN not in caplog.text


def test_token_that_the_platform_echoes_in_a_header_is_in_no_message(
    platform: ScriptedPlatform,
) -> None:
    platform.script(refusal(400, "No", {"ININ-Correlation-Id": TOKEN}))

    assert TOKEN not in str(error_of(platform))


def test_unauthorized_error_carries_the_refused_header_but_does_not_show_it(
    platform: ScriptedPlatform,
) -> None:
    platform.script(refusal(401, "Token has expired"))

    error = error_of(platform)

    assert isinstance(error, UnauthorizedError)
    assert error.authorization == f"Bearer {TOKEN}"
    assert TOKEN not in f"{error} {error!r}"
    assert len(platform.requests) == 1


@pytest.mark.parametrize("host", [".example.com", "gateway..example.com", "x" * 70 + ".example"])
def test_address_that_can_not_be_asked_is_an_error_at_once(clock: FakeClock, host: str) -> None:
    with pytest.raises(RequestError, match="can't be sent to"):
        new_transport().send(Call("GET", f"https://{host}{PATH}", sign))

    assert clock.slept == []


@pytest.fixture
def https_platform(tmp_path: Path) -> Iterator[ScriptedPlatform]:
    """A platform with a certificate of an authority that nobody trusts, in `authority.pem`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with HTTPServer(host="localhost", ssl_context=context) as server:
        platform = ScriptedPlatform(server)
        platform.url = f"https://localhost:{server.port}"
        yield platform


def test_certificate_that_is_not_trusted_is_an_error_at_once(
    clock: FakeClock, https_platform: ScriptedPlatform
) -> None:
    error = error_of(https_platform)

    assert f"GET {PATH}: no trusted TLS connection to localhost" in str(error)
    assert "REQUESTS_CA_BUNDLE" in str(error)
    assert clock.slept == []
    assert https_platform.requests == []


def test_certificate_is_trusted_where_its_authority_is(
    https_platform: ScriptedPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))

    assert get(https_platform) == {}


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("value", ["", "0", "false"])
def test_certificates_are_checked_whatever_the_environment_says(
    https_platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)

    assert "CA_BUNDLE" in str(error_of(https_platform))
    assert https_platform.requests == []


def test_plain_http_goes_to_this_machine_and_never_through_a_proxy(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch, httpserver_ipv4: HTTPServer
) -> None:
    proxy = ScriptedPlatform(httpserver_ipv4)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    get(platform)

    assert len(platform.requests) == 1
    assert proxy.requests == []


def test_error_that_comes_as_a_success_quotes_no_token(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"message": f"No {TOKEN} today", "status": 500}))

    message = str(error_of(platform, max_retries=0))

    assert TOKEN not in message
    assert 'answered 200 with an error: "No *** today"' in message


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Index is gone"},
        {"code": "internal.server.error", "details": []},
        {"error": "Service Unavailable"},
        {"status": "error"},
        {"status": "error", "message": "Index is gone", "entities": [], "total": 0},
        {"errors": [{"message": "Index is gone"}], "conversations": [], "totalHits": 0},
        {"errors": [{"code": "internal.error"}], "entities": []},
        {"message": "Index is gone", "results": [], "total": 0, "types": ["transcripts"]},
        {"message": "Index is gone", "conversations": [], "aggregations": [{"dimension": "x"}]},
        {"message": "Index is gone", "conversations": [], "dataAvailabilityDate": "2026-01-05"},
        {"message": "Index is gone", "entities": [], "selfUri": "/api/v2/users"},
        {"error": {"message": "Index is gone"}, "entities": []},
        {"error": {"code": "internal.error"}, "results": [], "status": 200},
        {"errors": ["Index is gone"], "conversations": []},
        {"errors": "Index is gone", "conversations": []},
        {"errors": {"message": "Index is gone"}, "conversations": []},
    ],
)
def test_error_in_words_alone_is_tried_again_and_then_said(
    platform: ScriptedPlatform, body: dict[str, Any]
) -> None:
    platform.script(Answer(body))

    assert "answered 200 with an error" in str(error_of(platform, max_retries=1))
    assert len(platform.api_requests) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"total": 0, "entities": []},
        {"message": "One index is slow", "entities": [{"id": "u-1"}]},
        {"errors": [], "entities": []},
        {"error": None, "errors": [{}], "entities": [{"id": "u-1"}]},
        {"code": "ok", "entities": [{"id": "u-1"}]},
        {"status": "ok", "url": "https://example.com"},
        {"code": "", "message": None},
    ],
)
def test_answer_with_something_beside_a_word_is_no_error(
    platform: ScriptedPlatform, body: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    platform.script(Answer(body))

    assert get(platform) == body
    said = [line for line in caplog.messages if "with data and a message" in line]
    assert len(said) == ("slow" in str(body))
    assert all("One index is slow" in line for line in said)


@pytest.mark.parametrize(
    "error",
    [
        {"errors": [{"message": "One index is gone"}]},
        {"errors": ["One index is gone"]},
        {"error": "One index is gone"},
        {"error": {"message": "One index is gone", "code": "partial"}},
        {"message": "One index is gone", "code": "internal.error"},
    ],
)
@pytest.mark.parametrize("rows", ["conversations", "results", "entities"])
def test_error_beside_rows_is_tried_again_and_then_said(
    platform: ScriptedPlatform, rows: str, error: dict[str, Any]
) -> None:
    platform.script(Answer({rows: [{"id": "u-1"}], "total": 1, **error}))

    message = str(error_of(platform, max_retries=1))

    assert 'answered 200 with data and an error: "One index is gone"' in message
    assert len(platform.api_requests) == 2
