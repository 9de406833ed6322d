from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from genesys_cloud_simulator import FAULT_KINDS, Fault
from genesys_cloud_simulator.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator import FaultKind

    from .api_client import ApiClient


def tool(client: ApiClient, path: str, **arguments: Any) -> requests.Response:
    """Ask without a token."""
    return requests.get(f"{client.url}/simulator/{path}", timeout=10, **arguments)


def post_faults(client: ApiClient, **arguments: Any) -> requests.Response:
    return requests.post(f"{client.url}/simulator/faults", timeout=10, **arguments)


def test_summary(shared: ApiClient) -> None:
    summary = tool(shared, "summary").json()
    assert summary["interactions"] == 3000
    assert summary["start"] == "2026-01-05T00:00:00.000Z"
    assert summary["end"] == "2026-02-02T00:00:00.000Z"
    assert len(summary["by_day"]) == 28
    assert sum(summary["by_day"].values()) == 3000
    assert summary["by_day"]["2026-01-05"] > 0
    assert summary["search_apis"] == [
        "conversation_jobs", "conversation_query", "interaction_search", "transcript_search",
    ]  # fmt: skip
    assert summary["now"] == "2026-02-03T00:00:00.000Z"
    assert summary["data_availability"] == "2026-02-02T18:00:00.000Z"
    assert requests.get(summary["ids_url"], timeout=10).text.count("\n") == 3000


def test_ids(shared: ApiClient) -> None:
    org = shared.simulator.org
    answer = tool(shared, "ids")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.splitlines() == list(org.ids_between(org.start, org.end))


def test_ids_of_a_range(shared: ApiClient) -> None:
    params = {"start": "2026-01-06T08:00:00Z", "end": "2026-01-06T12:30:00.500Z"}
    expected = list(
        shared.simulator.org.ids_between(*(parse_timestamp(text) for text in params.values()))
    )
    assert tool(shared, "ids", params=params).text.splitlines() == expected
    assert expected


def test_ids_of_a_bad_range(shared: ApiClient) -> None:
    answer = tool(shared, "ids", params={"start": "yesterday"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid.date"


def test_moves_now(start: Callable[..., ApiClient]) -> None:
    client = start()
    before = tool(client, "summary").json()["data_availability"]
    answer = requests.put(
        f"{client.url}/simulator/now", json={"now": "2026-01-20T12:00:00Z"}, timeout=10
    )
    assert answer.json() == {"now": "2026-01-20T12:00:00.000Z"}
    assert client.simulator.now == parse_timestamp("2026-01-20T12:00:00Z")
    after = tool(client, "summary").json()
    assert after["data_availability"] == "2026-01-20T06:00:00.000Z" != before


@pytest.mark.parametrize("body", ["", "{}", '{"now": "soon"}', '{"now": 7}', "[]", '"now"'])
def test_refuses_a_bad_now(shared: ApiClient, body: str) -> None:
    answer = requests.put(f"{shared.url}/simulator/now", data=body, timeout=10)
    assert answer.status_code == 400
    assert shared.simulator.now is None


def test_schedules_one_fault(client: ApiClient) -> None:
    answer = post_faults(
        client,
        json={
            "kind": "failed_query",
            "nth": 2,
            "times": None,
            "touching": "2026-01-07T00:00:00.000Z",
        },
    )
    assert answer.status_code == 201
    assert answer.json() == {"scheduled": 1}
    assert client.simulator.faults.pending == [
        Fault("failed_query", nth=2, times=None, touching=parse_timestamp("2026-01-07T00:00:00Z"))
    ]


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_schedules_every_kind(client: ApiClient, kind: FaultKind) -> None:
    fault = {"kind": kind, "nth": 4, "shift": 2, "size_mb": 70, "location": "http://127.0.0.1:9/"}
    assert post_faults(client, json=fault).status_code == 201
    assert client.simulator.faults.pending == [
        Fault(kind, nth=4, shift=2, size_mb=70, location="http://127.0.0.1:9/")
    ]


def test_schedules_several_faults(client: ApiClient) -> None:
    faults = [{"kind": "server_error", "on": "submit", "status": 500}, {"kind": "rate_limited"}]
    assert post_faults(client, json=faults).json() == {"scheduled": 2}
    assert [client.submit().status_code for _ in range(3)] == [500, 429, 200]


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "earthquake"},
        {"kind": "server_error", "strength": 9},
        {"kind": "server_error", "nth": "two"},
        {"kind": "gzip_bomb", "size_mb": "large"},
        {"kind": "redirect", "location": 7},
        {"kind": "failed_query", "touching": "yesterday"},
        {"kind": "failed_query", "touching": 7},
        "server_error",
        [{"kind": "server_error"}, {"kind": "earthquake"}],
    ],
    ids=[
        "empty",
        "kind",
        "field",
        "nth",
        "size",
        "location",
        "touching",
        "number",
        "string",
        "second",
    ],
)
def test_refuses_a_bad_fault(client: ApiClient, fault: object) -> None:
    answer = post_faults(client, json=fault)
    assert answer.status_code == 400
    assert answer.json()["message"]
    assert client.simulator.faults.pending == []


def test_refuses_faults_that_are_not_json(client: ApiClient) -> None:
    answer = post_faults(client, data="server_error")
    assert answer.status_code == 400


def test_counts_requests(client: ApiClient) -> None:
    client.simulator.faults.schedule(
        Fault("server_error", on="submit"), Fault("dropped_connection", on="submit", nth=2)
    )
    client.submit()
    with pytest.raises(requests.ConnectionError):
        client.submit()
    client.page()
    assert tool(client, "requests").json() == {
        "total": 5,
        "by_operation": {"token": 1, "submit": 3, "poll": 1},
        "by_status": {"200": 3, "503": 1, "dropped": 1},
        "by_fault": {"server_error": 1, "dropped_connection": 1},
        "most_open_searches": 1,
    }


def test_tools_meet_no_faults_and_are_not_logged(client: ApiClient) -> None:
    client.simulator.faults.schedule(Fault("server_error"))
    assert tool(client, "summary").status_code == 200
    assert tool(client, "unknown").status_code == 404
    assert len(client.simulator.requests) == 1
    assert len(client.simulator.faults.pending) == 1
