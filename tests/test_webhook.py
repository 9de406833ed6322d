"""The webhook: told of each completed search, and never in the way."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

from tap_genesys_search.simulator import Fault, Simulator
from tap_genesys_search.webhook import post_search
from tests.raw_server import dripping, raw_server, whole
from tests.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


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


def test_a_webhook_that_fails_is_a_warning_without_its_address(
    config: dict[str, Any], httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    httpserver.expect_request("/hook/secret-path").respond_with_response(Response(status=500))
    run = run_tap({**config, "webhook_url": httpserver.url_for("/hook/secret-path")})
    assert run.error is None
    assert len(run.records("search_audits")) == 7
    assert "answered 500" in caplog.text
    from_tap = [record.message for record in caplog.records if record.name != "werkzeug"]
    assert not any("secret-path" in message for message in from_tap)


def test_a_webhook_that_is_not_there_is_a_warning(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    run = run_tap({**config, "webhook_url": "http://127.0.0.1:9/hook"})
    assert run.error is None
    assert "webhook_url: no answer from 127.0.0.1" in caplog.text


@pytest.mark.parametrize("status", ["200 OK", "302 Found\r\nLocation: /elsewhere"])
def test_what_the_webhook_answers_is_not_read(status: str) -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: 1000000\r\n\r\n".encode()
    started = time.monotonic()
    with raw_server(lambda _: dripping(head, b"x")) as server:
        post_search(f"{server.url}/hook", {}, [])
        assert time.monotonic() - started < 5
        assert server.requests == ["POST /hook HTTP/1.1"]


def test_a_webhook_that_never_comes_to_its_point_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tap_genesys_search.webhook.TIMEOUT_SECONDS", 0.2)
    with raw_server(lambda _: dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x")) as server:
        post_search(f"{server.url}/hook", {}, [])
    assert "webhook_url: no answer from localhost (ReadTimeout)" in caplog.text


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
    post_search(httpserver.url_for("/hook"), {"value": value}, [])
    assert "webhook_url: no answer from localhost" in caplog.text
    assert httpserver.log == []


def test_a_malformed_header_does_not_put_the_address_of_the_webhook_into_the_log() -> None:
    malformed = whole(head="X-Ok: 1\r\nthis is no header\r\nX-More: 2\r\n")
    with raw_server(lambda _: [malformed, b""]) as server:
        url = f"{server.url}/hook?token=secret"
        script = (
            "import logging; logging.basicConfig()\n"
            "from tap_genesys_search.webhook import post_search\n"
            f"post_search({url!r}, {{}}, [])"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
    assert (done.stdout, done.stderr) == ("", "")
    assert len(server.requests) == 1
