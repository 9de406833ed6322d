"""Answers no client can take, as they come over the wire."""

from __future__ import annotations

import gzip
import json
import threading
import time
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Any, get_args

import pytest
import requests

from genesys_cloud_simulator import Fault
from genesys_cloud_simulator.faults.bodies import CHANGES, ChangedBody
from genesys_cloud_simulator.faults.kinds import HostileFaultKind

from .api_client import JOBS_PATH, QUERY_PATH, ApiClient, page_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEGABYTE = 1 << 20


def schedule(client: ApiClient, kind: Any, on: Any = "submit", **more: Any) -> None:
    client.simulator.faults.schedule(Fault(kind, on=on, **more))


def pieces(client: ApiClient, path: str = QUERY_PATH) -> Iterator[bytes]:
    """The body of an answer as it comes, without what undoes the content encoding."""
    with client.session.post(
        client.url + path, json=page_query(), stream=True, timeout=60
    ) as answer:
        yield from answer.raw.stream(MEGABYTE, decode_content=False)


def polled(client: ApiClient, kind: Any, **more: Any) -> tuple[requests.Response, Any]:
    """A poll that meets a fault, and what it would have been answered without."""
    query_id = client.submit(pageSize=5).json()["id"]
    whole = client.poll(query_id).json()
    schedule(client, kind, "poll", **more)
    return client.poll(query_id), whole


def test_an_oversized_body_is_the_answer_and_more(client: ApiClient) -> None:
    answer, whole = polled(client, "oversized_body", size_mb=3)
    document = answer.json()
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert len(document.pop("padding")) == 3 * MEGABYTE
    assert document == whole


@pytest.mark.thorough
def test_an_oversized_body_takes_no_memory_here(client: ApiClient) -> None:
    schedule(client, "oversized_body", size_mb=100)
    tracemalloc.start()
    try:
        size = sum(len(piece) for piece in pieces(client))
        assert tracemalloc.get_traced_memory()[1] < 20 * MEGABYTE
    finally:
        tracemalloc.stop()
    assert 100 * MEGABYTE < size < 101 * MEGABYTE


def test_an_oversized_body_ends_with_a_client_that_hangs_up(client: ApiClient) -> None:
    schedule(client, "oversized_body", size_mb=10_000)
    stream = pieces(client)
    assert next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert client.submit().json()["status"] == "pending"


def test_an_oversized_body_where_there_was_none(client: ApiClient) -> None:
    job_id = client.submitted_job()
    schedule(client, "oversized_body", "job_delete", size_mb=1)
    answer = client.send("DELETE", f"{JOBS_PATH}/{job_id}")
    assert answer.status_code == 200
    assert answer.json() == {"padding": "x" * MEGABYTE}
    assert client.job(job_id).status_code == 404


@pytest.mark.thorough
def test_a_gzip_bomb_is_a_thousandth_of_what_it_expands_to(client: ApiClient) -> None:
    schedule(client, "gzip_bomb", size_mb=70)
    answer = client.send("POST", QUERY_PATH, json=page_query(), stream=True)
    with answer:
        body = answer.raw.read(decode_content=False)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(body))
    assert 70 * MEGABYTE / 1100 < len(body) < 70 * MEGABYTE / 900
    document = json.loads(zlib.decompress(body, wbits=31))
    assert document.keys() == {"padding"}
    assert len(document["padding"]) == 70 * MEGABYTE


def test_stacked_gzip_is_the_answer_compressed_twice(client: ApiClient) -> None:
    schedule(client, "stacked_gzip")
    answer = client.send("POST", QUERY_PATH, json=page_query(), stream=True)
    with answer:
        body = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip, gzip"
    assert answer.headers["Content-Length"] == str(len(body))
    assert json.loads(gzip.decompress(gzip.decompress(body)))["status"] == "pending"


def test_deep_nesting_is_complete(client: ApiClient) -> None:
    schedule(client, "deep_nesting")
    answer = client.submit()
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.content == b'{"a":' * 100_000 + b"null" + b"}" * 100_000


def test_wrong_types_keep_the_names(client: ApiClient) -> None:
    answer, whole = polled(client, "wrong_types")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": len("completed"),
        "results": {str(position): one for position, one in enumerate(whole["results"])},
        "facets": list(whole["facets"].values()),
        "totalMatchingRecords": "2000",
    }
    schedule(client, "wrong_types", "token")
    token = client.ask_token().json()
    assert token["expires_in"] == "86400"
    assert isinstance(token["access_token"], int)


@pytest.mark.parametrize(("kind", "body"), [("null_body", b"null"), ("empty_body", b"")])
def test_a_body_without_anything(client: ApiClient, kind: str, body: bytes) -> None:
    schedule(client, kind)
    answer = client.submit()
    assert answer.status_code == 200
    assert answer.content == body
    assert answer.headers["Content-Length"] == str(len(body))


@pytest.mark.parametrize("more", [{}, {"location": "http://elsewhere.invalid:1/x?y=z"}])
def test_a_redirect_to_another_host(client: ApiClient, more: dict[str, str]) -> None:
    schedule(client, "redirect", **more)
    answer = client.send("POST", QUERY_PATH, json=page_query(), allow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["Location"] == more.get("location", "https://redirected.invalid/")
    assert answer.content == b""


def test_a_dripping_body_comes_byte_by_byte(client: ApiClient) -> None:
    schedule(client, "dripping_body", seconds=0.002)
    began = time.monotonic()
    whole = b"".join(pieces(client))
    assert time.monotonic() - began >= 0.002 * len(whole)
    assert json.loads(whole)["status"] == "pending"


def test_a_dripping_body_ends_with_the_client(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def endless(_: bytes, fault: Fault) -> ChangedBody:
        def drops() -> Iterator[bytes]:
            try:
                while True:
                    yield b"x"
            finally:
                ended.set()

        return ChangedBody(MEGABYTE, drops(), pause=fault.seconds)

    monkeypatch.setitem(CHANGES, "dripping_body", endless)
    schedule(client, "dripping_body", seconds=60)
    with pytest.raises(requests.ConnectionError, match="timed out"):
        client.session.post(client.url + QUERY_PATH, json=page_query(), timeout=0.5)
    assert ended.wait(5)


def test_a_dripping_body_ends_with_the_simulator(start: Callable[..., ApiClient]) -> None:
    client = start()
    schedule(client, "dripping_body", seconds=60)
    stream = client.session.post(
        client.url + QUERY_PATH, json=page_query(), stream=True, timeout=60
    )
    began = time.monotonic()
    threading.Timer(0.1, lambda: setattr(client.simulator, "stopping", True)).start()
    assert stream.json()["status"] == "pending"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("kind", get_args(HostileFaultKind))
@pytest.mark.parametrize("operation", ["token", "submit", "job_delete", "queues"])
def test_strikes_any_operation_and_is_logged(client: ApiClient, kind: Any, operation: str) -> None:
    job_id = client.submitted_job()
    method, path = {
        "token": ("POST", "/oauth/token"),
        "submit": ("POST", QUERY_PATH),
        "job_delete": ("DELETE", f"{JOBS_PATH}/{job_id}"),
        "queues": ("GET", "/api/v2/routing/queues"),
    }[operation]
    schedule(client, kind, operation, size_mb=1, seconds=0)
    with client.session.request(
        method, client.url + path, stream=True, allow_redirects=False, timeout=60
    ) as answer:
        assert len(answer.raw.read(decode_content=False)) == int(
            answer.headers.get("Content-Length", 0)
        )
    assert client.simulator.requests[-1].fault == kind
    assert client.simulator.requests[-1].operation == operation
    assert client.simulator.requests[-1].status == answer.status_code
    assert client.simulator.faults.pending == []
    assert client.submit().status_code == 200


@pytest.mark.parametrize("how", ["seconds", "date", "none"])
def test_a_rate_limit_may_ask_for_days(client: ApiClient, how: Any) -> None:
    schedule(client, "rate_limited", retry_after=how, retry_after_seconds=999_999)
    answer = client.submit()
    assert answer.status_code == 429
    assert answer.headers["inin-ratelimit-reset"] == "999999"
    assert "[999999] seconds" in answer.json()["message"]
    assert ("Retry-After" in answer.headers) == (how != "none")
