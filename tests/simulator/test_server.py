from __future__ import annotations

import ast
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

import genesys_cloud_simulator
from genesys_cloud_simulator import Fault, Org, Simulator

from .api_client import QUERY_PATH, ApiClient, ManualClock

if TYPE_CHECKING:
    from collections.abc import Callable

PACKAGE = Path(genesys_cloud_simulator.__file__).parent


# Start and end.


def test_serves_on_loopback_until_the_end() -> None:
    threads = threading.active_count()
    simulator = Simulator(Org(interactions=10))
    with simulator.running() as url:
        host, port = url.removeprefix("http://").split(":")
        assert host == "127.0.0.1"
        assert requests.get(f"{url}/simulator/summary", timeout=5).status_code == 200
        assert simulator.stopping is False
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    assert threading.active_count() == threads


def test_serves_again_on_the_same_port() -> None:
    simulator = Simulator(Org(interactions=10))
    with simulator.running() as url:
        port = int(url.rpartition(":")[2])
        assert requests.get(f"{url}/simulator/summary", timeout=5).status_code == 200
    with simulator.running(port) as again:
        assert again == url
        assert requests.get(f"{url}/simulator/summary", timeout=5).status_code == 200


def test_two_simulators_serve_side_by_side() -> None:
    with Simulator().running() as first, Simulator().running() as second:
        assert first != second


def test_a_taken_port_is_an_error() -> None:
    with Simulator().running() as url, pytest.raises(OSError, match="in use"):
        Simulator().running(int(url.rpartition(":")[2])).__enter__()


def test_ends_though_a_client_keeps_its_connection_and_another_waits() -> None:
    simulator = Simulator(Org(interactions=10))
    simulator.faults.schedule(Fault("slow_answer", on="submit", seconds=600))
    statuses: list[int] = []
    with requests.Session() as idle, ThreadPoolExecutor() as executor:
        with simulator.running() as url:
            client = ApiClient(url, simulator)
            idle.get(f"{url}/simulator/summary", timeout=5)
            client.sign_in()
            waiting = executor.submit(client.submit)
            while not simulator.faults.struck:
                time.sleep(0.005)
        statuses.append(waiting.result().status_code)
        client.session.close()
    assert statuses == [200]


def test_the_end_comes_after_an_error_too() -> None:
    def fail() -> None:
        with Simulator().running() as url:
            urls.append(url)
            raise LookupError

    urls: list[str] = []
    with pytest.raises(LookupError):
        fail()
    with pytest.raises(requests.ConnectionError):
        requests.get(urls[0], timeout=5)


def test_its_representation_has_no_secret() -> None:
    simulator = Simulator(client_secret="hush", other_clients={"other": "hush"})
    assert "hush" not in repr(simulator)


def test_begins_anew_after_a_reset(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("server_error", on="poll"))
    query_id = client.submit().json()["id"]
    client.simulator.reset()
    assert client.simulator.requests == []
    assert client.simulator.open_searches.most == 0
    assert client.submit().status_code == 401
    client.sign_in()
    assert client.poll(query_id).status_code == 200


# Requests.


def test_logs_requests_without_credentials(client: ApiClient) -> None:
    token = client.sign_in(
        data={"grant_type": "client_credentials", "scope": "", "client_secret": "in the form"}
    )
    client.submit(pageSize=7)
    client.send("GET", "/api/v2/unknown?x=1")
    signed_in, submitted, unknown = client.simulator.requests[-3:]
    assert (signed_in.operation, signed_in.method, signed_in.path) == (
        "token", "POST", "/oauth/token",
    )  # fmt: skip
    assert signed_in.body == {"grant_type": "client_credentials", "scope": ""}
    assert signed_in.token is None
    assert (submitted.operation, submitted.path, submitted.status) == ("submit", QUERY_PATH, 200)
    assert isinstance(submitted.body, dict)
    assert submitted.body["query"]["pageSize"] == 7
    assert submitted.headers["content-type"] == "application/json"
    assert submitted.token is not None
    assert (unknown.operation, unknown.query, unknown.status) == ("other", "x=1", 404)
    assert unknown.body is None
    assert unknown.token == submitted.token
    assert signed_in.time <= submitted.time <= unknown.time
    everything = repr(client.simulator.requests)
    assert token not in everything
    assert "authorization" not in everything.lower()
    assert client.simulator.client_secret not in everything
    assert "in the form" not in everything


def test_a_request_is_in_the_log_once_it_is_answered(client: ApiClient) -> None:
    for count in range(2, 30):
        answer = client.submit()
        assert len(client.simulator.requests) == count
        logged = client.simulator.requests[-1]
        assert logged.correlation_id == answer.headers["ININ-Correlation-Id"]


def test_every_answer_has_a_correlation_id_of_its_own(client: ApiClient) -> None:
    answers = [
        client.submit(),
        client.poll("unknown"),
        client.ask_token(),
        client.send("GET", "/nowhere"),
        client.send("GET", "/api/v2/nowhere"),
        client.submit(body={"bad": 1}),
    ]
    assert len({answer.headers["ININ-Correlation-Id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize("path", ["/", "/api/v2/nowhere", QUERY_PATH + "/", QUERY_PATH + "/a/b"])
def test_unknown_routes_are_not_found(shared: ApiClient, path: str) -> None:
    answer = shared.send("GET", path, allow_redirects=False)
    assert answer.status_code == answer.json()["status"] == 404
    assert answer.json()["code"] == "not.simulated"


def test_unknown_api_routes_need_a_token(start: Callable[..., ApiClient]) -> None:
    client = start(sign_in=False)
    assert client.send("GET", "/api/v2/groups").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", QUERY_PATH, "POST"),
        ("PUT", QUERY_PATH, "POST"),
        ("POST", QUERY_PATH + "/some-id", "GET"),
        ("DELETE", QUERY_PATH + "/some-id", "GET"),
    ],
)
def test_wrong_methods_are_not_allowed(
    shared: ApiClient, method: str, path: str, allowed: str
) -> None:
    answer = shared.send(method, path)
    assert answer.status_code == answer.json()["status"] == 405
    assert answer.json()["code"] == "method.not.allowed"
    assert allowed in answer.headers["Allow"]


def test_counts_the_searches_under_way(start: Callable[..., ApiClient], clock: ManualClock) -> None:
    client = start(query_seconds=10, clock=clock)
    first, second, _ = [client.submit().json()["id"] for _ in range(3)]
    client.poll(first)
    assert client.simulator.open_searches.most == 3
    clock.advance(15)
    client.poll(first)
    client.poll(second)
    client.poll(second)
    client.submit()
    assert client.simulator.open_searches.most == 3
    client.submit()
    client.submit()
    assert client.simulator.open_searches.most == 4


@pytest.mark.thorough
def test_answers_many_clients_at_once(client: ApiClient) -> None:
    expected = client.page(pageSize=100)
    with ThreadPoolExecutor(8) as executor:
        pages = list(executor.map(lambda _: client.page(pageSize=100), range(40)))
    assert all(page == expected for page in pages)


# The package.


@pytest.mark.thorough
def test_shares_no_code_with_the_tap() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path.name
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            assert not [name for name in names if name.startswith("tap_genesys_search")], path


def test_org_and_faults_need_no_web_framework() -> None:
    code = (
        "import sys\n"
        "sys.modules.update(starlette=None, uvicorn=None)\n"
        "from genesys_cloud_simulator import Fault, Org\n"
        "import genesys_cloud_simulator.org\n"
        "print(Org(interactions=3).interactions, Fault('server_error').kind)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "3 server_error\n"


def test_the_package_has_what_it_says() -> None:
    for name in genesys_cloud_simulator.__all__:
        assert getattr(genesys_cloud_simulator, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = genesys_cloud_simulator.no_such_name
