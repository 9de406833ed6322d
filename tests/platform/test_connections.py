"""Answers that never end, and addresses that must not be logged."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from tap_genesys_search.errors import RequestError
from tap_genesys_search.platform.http.connections import BoundedSession
from tap_genesys_search.platform.http.retries import Retries
from tap_genesys_search.platform.http.transport import Call, Transport
from tap_genesys_search.platform.rate_limit import RequestBudget
from tests.support.raw_server import dripping, raw_server, whole

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer

PATH = "/api/v2/things"
NEVER_ENDING_HEADS = {
    "status line": (b"", b"H"),
    "header": (b"HTTP/1.1 200 OK\r\nX-A: ", b"x"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


def ask(url: str, timeout_seconds: float = 0.3, max_retries: int = 0) -> Any:
    transport = Transport(
        RequestBudget(100_000), timeout_seconds=timeout_seconds, retries=Retries(max_retries, 0)
    )
    return transport.send(Call("GET", f"{url}{PATH}", lambda request: request))


@pytest.mark.parametrize("head", NEVER_ENDING_HEADS)
def test_head_that_never_ends_is_waited_for_as_long_as_one_that_never_begins(head: str) -> None:
    first, drop = NEVER_ENDING_HEADS[head]
    started = time.monotonic()
    with (
        raw_server(lambda _: dripping(first, drop)) as server,
        pytest.raises(RequestError, match=f"GET {PATH}: no answer within 0.3 s"),
    ):
        ask(server.url)
    assert time.monotonic() - started < 20  # and not for ever


def test_head_that_never_ends_is_asked_for_again() -> None:
    answers = iter([dripping(*NEVER_ENDING_HEADS["header"]), iter([whole(b'{"fine": true}')])])
    with raw_server(lambda _: next(answers)) as server:
        assert ask(server.url, 2, max_retries=1) == {"fine": True}
    assert len(server.connections) == 2


def test_body_that_never_comes_to_its_next_chunk_is_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"
    with (
        raw_server(lambda _: dripping(head, b"x")) as server,
        pytest.raises(RequestError, match=f"GET {PATH}: no answer within 0.05 s"),
    ):
        ask(server.url, 0.05)


def test_body_that_never_ends_is_given_up() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
    with (
        raw_server(lambda _: dripping(head, b"x")) as server,
        pytest.raises(RequestError, match=r"was still answering after 0.1 s"),
    ):
        ask(server.url, 0.1)


def test_cookies_are_not_kept(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("", headers={"Set-Cookie": "a=b"})
    with BoundedSession() as session:
        for _ in range(2):
            session.get(httpserver.url_for("/"), timeout=5)
    assert ["Cookie" in request.headers for request, _ in httpserver.log] == [False, False]


def test_redirect_is_not_read() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 1000000\r\n\r\n"
    with raw_server(lambda _: dripping(head, b"x")) as server, BoundedSession() as session:
        started = time.monotonic()
        with session.get(server.url, timeout=9, stream=True, allow_redirects=False) as answer:
            assert answer.status_code == 302
        assert time.monotonic() - started < 20  # read, it would take 99 s


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server needs that the tap trusts as `localhost`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def test_head_that_never_ends_is_given_up_over_tls(tls: ssl.SSLContext) -> None:
    with (
        raw_server(lambda _: dripping(*NEVER_ENDING_HEADS["header"]), tls) as server,
        pytest.raises(RequestError, match=r"no answer within 0\.3 s"),
    ):
        ask(server.url)


@pytest.mark.parametrize("over_tls", [False, True])
def test_connection_is_used_again_and_each_answer_has_its_own_time(
    tls: ssl.SSLContext, *, over_tls: bool
) -> None:
    transport = Transport(RequestBudget(100_000), timeout_seconds=0.4, retries=Retries(0, 0))
    with raw_server(lambda _: [whole()], tls if over_tls else None) as server:
        for _ in range(4):
            call = Call("GET", f"{server.url}{PATH}", lambda request: request)
            assert transport.send(call) == {}
            time.sleep(0.15)
    assert server.requests == [f"GET {PATH} HTTP/1.1"] * 4
    assert len(server.connections) == 1 + over_tls  # wrapped, it counts twice


@pytest.mark.parametrize("over_tls", [False, True])
def test_this_machine_is_not_reached_through_a_proxy(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, *, over_tls: bool
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with raw_server(lambda _: [whole()], tls if over_tls else None) as server:
        assert ask(server.url) == {}


def test_proxy_that_never_ends_its_head_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with raw_server(lambda _: dripping(*NEVER_ENDING_HEADS["header"])) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(RequestError, match=r"no answer within 0\.3 s"):
            ask("https://api.example.com")
    (asked,) = proxy.requests
    assert asked.startswith("CONNECT api.example.com:443 HTTP/1.")


def test_plain_request_goes_through_a_proxy(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data("proxied")
    with BoundedSession() as session:
        proxies = {"http": httpserver.url_for("/")}
        assert session.get("http://example.com/", proxies=proxies, timeout=5).text == "proxied"
        assert session.get("http://example.com/", proxies=proxies, timeout=5).text == "proxied"


def test_malformed_header_does_not_put_the_address_into_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    malformed = whole(head="X-Ok: 1\r\nthis is no header\r\nX-More: 2\r\n")
    with raw_server(lambda _: [malformed, b""]) as server:
        assert ask(f"{server.url}/things?cursor=Max+Mustermann&path=") == {}
    assert "Mustermann" not in caplog.text
    assert "Traceback" not in caplog.text
