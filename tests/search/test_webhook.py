"""The webhook: told of each completed search, and never in the way."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from werkzeug import Response
from werkzeug.serving import WSGIRequestHandler

from genesys_cloud_simulator import Fault, Simulator
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import SearchFailedError, SettingError
from tap_genesys_search.platform.http import retries
from tap_genesys_search.search.listeners.webhook import (
    ATTEMPTS,
    FIRST_WAIT_SECONDS,
    LONGEST_RETRY_SECONDS,
    Webhook,
)
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.settings.private_texts import read_secret
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.raw_server import dripping, raw_server, whole
from tests.support.singer_run import run_tap
from tests.support.stopped_run import wait_until

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from genesys_cloud_simulator.faults.kinds import FaultKind
    from tap_genesys_search.clock import Clock
    from tests.support.scripted_platform import FakeClock

HOW_TO = (Path(__file__).parents[2] / "docs" / "how-to" / "get-callbacks.md").read_text()
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.thorough
def test_it_gets_the_audit_and_facets_of_each_completed_search(
    config: dict[str, Any], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data("")
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook")})
    posted = [request.get_json() for request, _ in httpserver.log]
    assert [post["audit"] for post in posted] == run.records("search_audits")
    assert [facet for post in posted for facet in post["facets"]] == run.records(
        "interaction_facets"
    )


def test_it_hears_of_searches_whose_window_is_closed_alone(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    webhook = Webhook(httpserver.url_for("/hook"))
    for status in ("split", "completed", "failed", "incomplete"):
        audit = {"search_id": "a", "started_at": "2026-01-05", "status": status}
        webhook.search_done(audit, lambda: iter([{"facet": "queueId"}]))
    webhook.finish(5)
    posted = [request.get_json() for request, _ in httpserver.log]
    assert [one["audit"]["status"] for one in posted] == ["completed", "incomplete"]
    assert [one["facets"] for one in posted] == [[{"facet": "queueId"}]] * 2
    headers = [request.headers for request, _ in httpserver.log]
    assert {one["Content-Type"] for one in headers} == {"application/json"}
    # A receiver tells a search that comes again by its id and start.
    assert {one["webhook-id"] for one in headers} == {"msg_bd45cdec137b86c87cfe8d43457c900e"}
    assert all("webhook-signature" not in one for one in headers)


@pytest.mark.parametrize("error", [SearchFailedError("POST /query failed"), RecursionError("deep")])
def test_facets_that_can_not_be_read_are_null_and_one_warning(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def unread() -> list[dict[str, Any]]:
        raise error

    httpserver.expect_request("/hook").respond_with_data("")
    webhook = Webhook(httpserver.url_for("/hook"))
    for _ in range(2):
        webhook.search_done({"status": "completed"}, unread)
    webhook.finish(5)
    assert [request.get_json()["facets"] for request, _ in httpserver.log] == [None, None]
    (warning,) = [one for one in caplog.messages if one.startswith("webhook_url")]
    assert warning == (
        "webhook_url: localhost gets 2 searches without their facets (facets: null), which could "
        f"not be read: {error}"
    )


def test_what_was_not_heard_is_said_with_each_reason_once(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    for status in (200, 404, 404, 400):
        refusal = Response(status=status)
        httpserver.expect_ordered_request("/hook").respond_with_response(refusal)
    webhook = Webhook(httpserver.url_for("/hook"))
    for number in range(4):
        webhook.announce({"search_id": number}, [])
    webhook.announce({"search_id": float("nan")}, [])
    webhook.finish(5)
    (warning,) = [one for one in caplog.messages if one.startswith("webhook_url")]
    assert warning == (
        "webhook_url: localhost has not heard of 4 of 5 searches (a search that is not JSON "
        "(ValueError); answered 400; answered 404). Their audits and facets are in the streams"
    )


def test_it_hears_nothing_of_split_and_failed_searches(
    config: dict[str, Any], simulator: Simulator, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    simulator.faults.schedule(Fault("failed_query", on="poll", nth=4, times=None))
    run_tap(
        {
            **config,
            "webhook_url": httpserver.url_for("/hook"),
            "max_records_per_search": 200,
            "max_concurrent_searches": 1,
        }
    )
    posted = {request.get_json()["audit"]["status"] for request, _ in httpserver.log}
    assert posted == {"completed"}


def facets_of(posted: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [
        (facet["facet"], facet["bucket_key"], facet["bucket_count"])
        for post in posted
        for facet in post["facets"]
    ]


@pytest.mark.thorough
@pytest.mark.parametrize("api", SEARCH_APIS)
@pytest.mark.parametrize(
    "deselected",
    [
        ("interaction_facets",),
        ("interaction_facets", "search_audits"),
        ("interaction_facets", "interactions"),
    ],
)
def test_it_gets_facets_whose_stream_is_not_selected(
    config: dict[str, Any], httpserver: HTTPServer, api: str, deselected: tuple[str, ...]
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    config = {**config, "search_api": api, "facets": ["mediaType"]}
    stream = run_tap(config).records("interaction_facets")
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook")}, deselect=deselected)
    assert run.error is None
    posted = [request.get_json() for request, _ in httpserver.log]
    assert facets_of(posted) == facets_of([{"facets": stream}])
    assert stream


@pytest.mark.thorough
@pytest.mark.parametrize("api", SEARCH_APIS)
def test_it_gets_none_where_none_are_asked_for_or_those_that_come_unasked(
    config: dict[str, Any], httpserver: HTTPServer, api: str
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    config = {**config, "search_api": api, "webhook_url": httpserver.url_for("/hook")}
    run = run_tap(config, deselect=("interaction_facets",))
    assert run.error is None
    facets = {facet["facet"] for request, _ in httpserver.log for facet in request.json["facets"]}
    assert bool(facets) == (api in {"interaction_search", "transcript_search"})


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["server_error", "wrong_types", "null_body", "request_timeout"])
@pytest.mark.parametrize("hours", [24, 12])
def test_facets_that_it_alone_wants_fail_no_run(
    config: dict[str, Any],
    simulator: Simulator,
    httpserver: HTTPServer,
    caplog: pytest.LogCaptureFixture,
    kind: FaultKind,
    hours: int,
) -> None:
    """Those of jobs are asked of another API, after the state has moved past their window."""
    httpserver.expect_request("/hook").respond_with_data("")
    simulator.faults.schedule(Fault(kind, on="query", times=None))
    run = run_tap(
        {
            **config,
            "search_api": "conversation_jobs",
            "facets": ["mediaType"],
            "window_hours": hours,
            "max_retries": 0,
            "webhook_url": httpserver.url_for("/hook"),
        },
        deselect=("interaction_facets",),
    )
    assert run.error is None
    posted = [request.get_json() for request, _ in httpserver.log]
    assert [post["audit"] for post in posted] == run.records("search_audits")
    assert {json.dumps(post["facets"]) for post in posted} == {"null"}
    (warning,) = [one for one in caplog.messages if one.startswith("webhook_url")]
    assert f"gets {len(posted)} searches without their facets (facets: null)" in warning
    assert "/api/v2/analytics/conversations/details/query" in warning


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again without waiting."""
    monkeypatch.setattr("tap_genesys_search.search.listeners.webhook.FIRST_WAIT_SECONDS", 0.001)


def post_search(url: str, audit: dict[str, Any], clock: Clock = SYSTEM_CLOCK) -> None:
    webhook = Webhook(url, clock=clock)
    webhook.announce(audit, [])
    webhook.finish(5)


@pytest.mark.thorough
@pytest.mark.usefixtures("at_once")
def test_a_webhook_that_fails_is_tried_again_and_then_one_warning_without_its_address(
    config: dict[str, Any], httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hook/secret-path").respond_with_response(Response(status=500))
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook/secret-path")})
    assert run.error is None
    assert len(run.records("search_audits")) == 7
    assert len(httpserver.log) == 7 * ATTEMPTS
    (warning,) = [one.message for one in caplog.records if "webhook" in one.message]
    assert "has not heard of 7 of 7 searches (answered 500)" in warning
    from_tap = [record.message for record in caplog.records if record.name != "werkzeug"]
    assert not any("secret-path" in message for message in from_tap)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_what_may_pass_is_tried_again_with_the_same_id(
    httpserver: HTTPServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        refusal = Response(status=status, headers={"Retry-After": "0"})
        httpserver.expect_ordered_request("/hook").respond_with_response(refusal)
    httpserver.expect_ordered_request("/hook").respond_with_data("")
    post_search(httpserver.url_for("/hook"), {"search_id": "a"})
    assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == 1
    assert [answer.status_code for _, answer in httpserver.log] == [status, status, 200]
    assert "webhook_url" not in caplog.text


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410])
def test_what_will_not_pass_is_not(
    httpserver: HTTPServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = Response(status=status, headers={"Location": httpserver.url_for("/elsewhere")})
    httpserver.expect_request("/hook").respond_with_response(elsewhere)
    post_search(httpserver.url_for("/hook"), {})
    assert [request.path for request, _ in httpserver.log] == ["/hook"]
    assert f"answered {status}" in caplog.text


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("7", 7),
        ("2.5", 2.5),
        ("Mon, 05 Jan 2026 09:00:07 GMT", 7),
        ("9000000000", LONGEST_RETRY_SECONDS),
    ],
)
def test_it_waits_as_long_as_it_is_asked_to(
    httpserver: HTTPServer,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    retry_after: str,
    wait: float,
) -> None:
    server_date = "Mon, 05 Jan 2026 09:00:00 GMT"
    monkeypatch.setattr(WSGIRequestHandler, "date_time_string", lambda _: server_date)
    refusal = Response(status=429, headers={"Retry-After": retry_after})
    httpserver.expect_ordered_request("/hook").respond_with_response(refusal)
    httpserver.expect_ordered_request("/hook").respond_with_data("")
    post_search(httpserver.url_for("/hook"), {}, clock)
    assert clock.slept == [wait]


def test_it_waits_longer_each_time_where_it_is_not_asked_to(
    httpserver: HTTPServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries.JITTER, "uniform", lambda _, longest: longest)
    httpserver.expect_request("/hook").respond_with_response(Response(status=500))
    post_search(httpserver.url_for("/hook"), {}, clock)
    assert clock.slept == [FIRST_WAIT_SECONDS * 2**retry for retry in range(ATTEMPTS - 1)]


def test_a_webhook_on_this_machine_is_not_reached_through_a_proxy(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with raw_server(lambda _: [whole()]) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        post_search(httpserver.url_for("/hook"), {})
    assert proxy.requests == []
    assert len(httpserver.log) == 1


def test_a_password_of_the_user_is_not_sent(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    httpserver.expect_request("/hook").respond_with_data("")
    post_search(httpserver.url_for("/hook"), {})
    ((request, _),) = httpserver.log
    assert "Authorization" not in request.headers


def test_cookies_are_not_kept(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("", headers={"Set-Cookie": "a=b"})
    webhook = Webhook(httpserver.url_for("/hook"))
    for number in range(2):
        webhook.announce({"search_id": number}, [])
    webhook.finish(5)
    assert ["Cookie" in request.headers for request, _ in httpserver.log] == [False, False]


@pytest.mark.thorough
@pytest.mark.usefixtures("at_once")
def test_a_webhook_that_is_not_there_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run = run_tap({**config, "webhook_url": "http://127.0.0.1:9/hook"})
    assert run.error is None
    assert "127.0.0.1 has not heard of 7 of 7 searches (no answer" in caplog.text


@pytest.mark.thorough
def test_a_webhook_that_hangs_holds_up_no_search(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tap_genesys_search.search.listeners.webhook.LAST_SECONDS", 0.1)
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        run = run_tap({**config, "webhook_url": f"{server.url}/hook"})
        assert len(server.requests) == 1
    assert run.error is None
    assert run.bookmarks()["interactions"] == "2026-01-12T00:00:00.000Z"
    assert "has not heard of 7 of 7 searches (no time left)" in caplog.text


def test_more_than_it_can_hear_are_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tap_genesys_search.search.listeners.webhook.MOST_WAITING", 2)
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        webhook = Webhook(f"{server.url}/hook")
        for number in range(9):
            webhook.announce({"search_id": number}, [])
        webhook.finish(0.1)
    assert "more than 2 searches waiting" in caplog.text
    assert "of 9 searches" in caplog.text


@pytest.mark.thorough
def test_more_than_its_memory_holds_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    facets = [{"bucket_key": "x" * 2**20}]
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        webhook = Webhook(f"{server.url}/hook")
        for number in range(20):
            webhook.announce({"search_id": number}, facets)
        webhook.finish(0.1)
    assert "more than 8 MB waiting" in caplog.text
    assert "has not heard of 20 of 20 searches" in caplog.text


def has_heard(server: HTTPServer, times: int) -> bool:
    return len(server.log) >= times


@pytest.mark.thorough
def test_what_is_delivered_makes_room(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    webhook = Webhook(httpserver.url_for("/hook"))
    facets = [{"bucket_key": "x" * 3 * 2**20}]
    for number in range(6):
        webhook.announce({"search_id": number}, facets)
        wait_until(partial(has_heard, httpserver, number + 1))
    webhook.finish(5)
    assert len(httpserver.log) == 6


@pytest.mark.thorough
def test_what_it_gets_is_signed_as_any_receiver_can_verify(
    config: dict[str, Any], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    settings = {"webhook_url": httpserver.url_for("/hook"), "webhook_secret": SECRET}
    run = run_tap({**config, **settings})
    heard = [
        Verifier(SECRET).verify(request.get_data(), dict(request.headers.items()))["audit"]
        for request, _ in httpserver.log
    ]
    assert heard == run.records("search_audits")
    assert len({request.headers["webhook-id"] for request, _ in httpserver.log}) == len(heard) == 7
    request, _ = httpserver.log[0]
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(request.get_data() + b" ", dict(request.headers.items()))


def test_the_page_tells_how_to_verify(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    webhook = Webhook(httpserver.url_for("/hook"), read_secret(SECRET))
    webhook.announce({"search_id": "a"}, [])
    webhook.finish(5)
    ((request, _),) = httpserver.log
    (example,) = re.findall(r"```python\n(def verified.*?)```", HOW_TO, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - our own documentation
    assert names["verified"](request.headers, request.get_data(), SECRET)
    assert not names["verified"](request.headers, b"{}", SECRET)


@pytest.mark.parametrize("secret", ["short", "whsec_!!!", "whsec_" + "A" * 28, "A" * 200])
def test_a_secret_that_is_none_is_a_bad_setting(config: dict[str, Any], secret: str) -> None:
    with pytest.raises(SettingError, match="webhook_secret must be whsec_ and base64") as raised:
        TapGenesysSearch(config={**config, "webhook_secret": secret})
    assert secret not in str(raised.value)


@pytest.mark.parametrize("status", ["200 OK", "302 Found\r\nLocation: /elsewhere"])
def test_what_the_webhook_answers_is_not_read(status: str) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: 1000000\r\n\r\n".encode()
    started = time.monotonic()
    with raw_server(lambda _: dripping(head, b"x")) as server:
        post_search(f"{server.url}/hook", {})
        assert time.monotonic() - started < 5
        assert server.requests == ["POST /hook HTTP/1.1"]


@pytest.mark.usefixtures("at_once")
def test_a_webhook_that_never_comes_to_its_point_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tap_genesys_search.search.listeners.webhook.TIMEOUT_SECONDS", 0.05)
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        post_search(f"{server.url}/hook", {})
    assert "localhost has not heard of 1 of 1 searches (no answer: ReadTimeout)" in caplog.text


@pytest.mark.thorough
def test_a_webhook_that_hangs_does_not_keep_a_stopped_run_from_ending(
    config: dict[str, Any], simulator: Simulator, tmp_path: Path
) -> None:
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        simulator.query_seconds = 0.5
        (tmp_path / "config.json").write_text(
            json.dumps(
                {**config, "webhook_url": f"{server.url}/hook", "max_concurrent_searches": 1}
            )
        )
        tap = subprocess.Popen(
            [sys.executable, "-m", "tap_genesys_search", "--config", tmp_path / "config.json"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        while not server.requests:
            time.sleep(0.01)
        tap.send_signal(signal.SIGTERM)
        _, said = tap.communicate(timeout=30)
    assert tap.returncode == 128 + signal.SIGTERM
    assert b"has not heard of" in said
    assert b"Traceback" not in said


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="not a number"),
        pytest.param(nested(200_000), id="nested"),
    ],
)
def test_what_can_not_be_posted_is_a_warning(
    value: object, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    post_search(httpserver.url_for("/hook"), {"value": value})
    assert "localhost has not heard of 1 of 1 searches (a search that is not JSON" in caplog.text
    assert httpserver.log == []


@pytest.mark.thorough
def test_a_malformed_header_does_not_put_the_address_of_the_webhook_into_the_log() -> None:
    malformed = whole(head="X-Ok: 1\r\nthis is no header\r\nX-More: 2\r\n")
    with raw_server(lambda _: [malformed, b""]) as server:
        url = f"{server.url}/hook?token=secret"
        script = (
            "import logging; logging.basicConfig()\n"
            "from tap_genesys_search.search.listeners.webhook import Webhook\n"
            f"webhook = Webhook({url!r}); webhook.announce({{}}, []); webhook.finish(5)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
    assert (done.stdout, done.stderr) == ("", "")
    assert len(server.requests) == 1
