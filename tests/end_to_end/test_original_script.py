"""The steps of the tutorial's script, over plain HTTP: they find the records that the tap finds.

The script asks for its token by query string, with Basic credentials and no form; it submits a
search, polls it until it is completed, and asks for the next page by offset.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.running_simulator import RunningSimulator

PATH = "/api/v2/analytics/conversations/details/query"
START, END = "2026-01-06T00:00:00.000Z", "2026-01-08T00:00:00.000Z"
FIELDS = ["id", "type", "timestamp", "media.type", "customer.name", "relevanceScore"]
PAGE_SIZE = 40


@pytest.mark.thorough
def test_original_script_finds_the_records_of_the_tap(running: RunningSimulator) -> None:
    found = list(search(running.url, token(running)))
    config = {**running.config, "search_api": "interaction_search"}
    tap = run_tap({**config, "start_date": START, "end_date": END, "lookback_hours": 0})

    assert tap.error is None
    records = {one["id"]: one for one in tap.records("interactions")}
    assert len(found) == len(records) > 2 * PAGE_SIZE
    for one in found:
        record = records[one["id"]]
        assert record["timestamp"] == one["timestamp"]
        assert {name: record[name] for name in DEFAULTS} == documented(one)
        assert record["metadata"] == (one.get("metadata") or {})


def test_original_script_s_token_is_asked_for_without_a_body(running: RunningSimulator) -> None:
    with running.begun_anew() as simulator:
        token(running)
        (request,) = simulator.requests
    assert (request.query, request.status) == ("grant_type=client_credentials", 200)
    assert request.headers.get("content-length", "0") == "0"
    assert "content-type" not in request.headers


def test_original_script_s_credentials_must_be_right(running: RunningSimulator) -> None:
    answer = ask_token(running, "wrong")
    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == "invalid_client"


def ask_token(running: RunningSimulator, secret: str) -> requests.Response:
    return requests.post(
        f"{running.url}/oauth/token?grant_type=client_credentials",
        auth=(running.simulator.client_id, secret),
        timeout=10,
    )


def token(running: RunningSimulator) -> str:
    answer = ask_token(running, running.simulator.client_secret)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def search(url: str, access_token: str) -> Iterator[dict[str, Any]]:
    """Submit, poll, and page by offset until there are as many as there are matches."""
    headers = {"Authorization": f"Bearer {access_token}"}
    offset, total = 0, 1
    while offset < total:
        body = {"query": query(offset)}
        submitted = requests.post(url + PATH, json=body, headers=headers, timeout=10)
        submitted.raise_for_status()
        page = completed(f"{url}{PATH}/{submitted.json()['id']}", headers)
        total = page["totalMatchingRecords"]
        assert page["results"]
        offset += len(page["results"])
        yield from page["results"]


def query(offset: int) -> dict[str, Any]:
    period = {"start": START, "end": END}
    return {
        "filter": {"type": "range", "field": "timestamp", "range": period},
        "fields": FIELDS,
        "pageSize": PAGE_SIZE,
        "offset": offset,
    }


def completed(address: str, headers: dict[str, str]) -> dict[str, Any]:
    while True:
        answer = requests.get(address, headers=headers, timeout=10)
        answer.raise_for_status()
        page: dict[str, Any] = answer.json()
        if page["status"] != "pending":
            assert page["status"] == "completed"
            return page


DEFAULTS = {
    "type": "conversation",
    "media_type": "voice",
    "customer_name": "anonymous",
    "relevance_score": 0,
}


def documented(found: dict[str, Any]) -> dict[str, Any]:
    """Make of a found record what the tap's documentation promises of it.

    Any attribute may be null or absent.
    """
    score = found.get("relevanceScore")
    values = {
        "type": found.get("type"),
        "media_type": (found.get("media") or {}).get("type"),
        "customer_name": (found.get("customer") or {}).get("name"),
        "relevance_score": None if score is None else round(min(max(score, 0), 1), 4),
    }
    return {name: DEFAULTS[name] if value is None else value for name, value in values.items()}
