"""Answers that no client should have to take: each ends in a bounded time, and in one line."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING, Any, get_args

import pytest
import requests

from genesys_cloud_simulator import Fault, Org, Simulator
from genesys_cloud_simulator.faults.kinds import HostileFaultKind
from tap_genesys_search.errors import TapGenesysSearchError
from tap_genesys_search.platform.http.bodies import LARGEST_ANSWER
from tap_genesys_search.platform.http.responses import read_json
from tap_genesys_search.platform.http.retries import Retries
from tap_genesys_search.platform.http.transport import Call, Transport
from tap_genesys_search.platform.rate_limit import RequestBudget
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from tests.support.running_simulator import RunningSimulator
    from tests.support.scripted_platform import ScriptedPlatform

SUBMISSIONS = {
    "interaction_search": "submit",
    "conversation_jobs": "job_results",
    "transcript_search": "transcripts",
    "conversation_query": "query",
}


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=13, days=2, interactions=100)


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "max_retries": 1}


@pytest.fixture(scope="module")
def clean(running: RunningSimulator) -> dict[str, set[str]]:
    """What each API finds as long as the answers are not hostile."""
    runs = {api: run_tap({**running.config, "search_api": api}) for api in SUBMISSIONS}
    assert [run.error for run in runs.values()] == [None] * 4
    return {api: set(run.ids()) for api, run in runs.items()}


@pytest.mark.thorough
@pytest.mark.parametrize("api", SUBMISSIONS)
@pytest.mark.parametrize("kind", get_args(HostileFaultKind))
def test_hostile_answer_ends_the_run_in_one_line_and_the_next_run_completes_it(
    config: dict[str, Any],
    simulator: Simulator,
    clean: dict[str, set[str]],
    monkeypatch: pytest.MonkeyPatch,
    api: str,
    kind: Any,
) -> None:
    # What is too large is the same for each API, and the bombs below are as large as can be.
    monkeypatch.setattr("tap_genesys_search.platform.http.bodies.LARGEST_ANSWER", 2**20)
    config = {**config, "search_api": api}
    simulator.faults.schedule(
        Fault(kind, on=SUBMISSIONS[api], nth=2, times=None, size_mb=2, seconds=0.05)
    )
    # Only what drips on and on is to be waited for in vain.
    timeout_seconds = 0.15 if kind == "dripping_body" else 10
    run = run_tap({**config, "request_timeout_seconds": timeout_seconds})
    assert isinstance(run.error, TapGenesysSearchError)
    assert "\n" not in str(run.error)
    simulator.faults.clear()
    rest = run_tap(config, state=run.states()[-1])
    assert rest.error is None
    assert {*run.ids(), *rest.ids()} == clean[api]


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["oversized_body", "gzip_bomb"])
def test_bomb_is_not_unpacked_further_than_an_answer_may_be_large(
    config: dict[str, Any], simulator: Simulator, kind: Any
) -> None:
    simulator.faults.schedule(Fault(kind, on="submit", size_mb=300, times=None))
    tracemalloc.start()
    try:
        run = run_tap({**config, "search_api": "interaction_search", "request_timeout_seconds": 30})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "answered more than 16 MB" in str(run.error)
    assert "with page_size 1, too" in str(run.error)
    assert peak < 3 * LARGEST_ANSWER


def test_answer_that_drips_on_and_on_is_given_up(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.faults.schedule(Fault("dripping_body", on="poll", seconds=0.05, times=None))
    # Ten times what passes between two drips: a busy machine makes them late.
    impatient = {"request_timeout_seconds": 0.5, "max_retries": 0}
    run = run_tap({**config, "search_api": "interaction_search", **impatient})
    assert "was still answering after 0.5 s" in str(run.error)


def test_only_gzip_is_asked_for(config: dict[str, Any], simulator: Simulator) -> None:
    run_tap(config)
    assert {one.headers["accept-encoding"] for one in simulator.requests} == {"gzip"}


def test_connections_are_used_again(platform: ScriptedPlatform) -> None:
    transport = Transport(RequestBudget(100), timeout_seconds=5, retries=Retries(0, 0))
    connections: list[Any] = []
    connect = requests.adapters.HTTPAdapter.get_connection_with_tls_context

    def note(*args: Any, **options: Any) -> Any:
        pool = connect(*args, **options)
        connections.append(pool)
        return pool

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.adapters.HTTPAdapter, "get_connection_with_tls_context", note)
        for _ in range(5):
            transport.send(Call("GET", f"{platform.url}/things", lambda request: request))
    (pool,) = set(connections)
    assert pool.num_requests == 5


@pytest.mark.parametrize(
    ("wire", "read"),
    [
        (r'{"a": "x\u0000y"}', {"a": r"x\u0000y"}),
        (r'{"a": "\ud800"}', {"a": r"\ud800"}),
        (r'{"\udc00": ["\u0000"]}', {r"\udc00": [r"\u0000"]}),
        (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
        ('{"a": "😀"}', {"a": "😀"}),
        (r'{"a": "\uD83D\uDE00\uDE00"}', {"a": r"😀\ude00"}),
        (r'{"a": "\ud83d\ud83d\ude00"}', {"a": r"\ud83d😀"}),
        (r'{"a": "\\ud83d\ude00"}', {"a": r"\ud83d\ude00"}),
        (r'{"a": "\ud83dx\ude00"}', {"a": r"\ud83dx\ude00"}),
        ('{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        ('{"a": 1e999, "b": -1e999}', {"a": "1e999", "b": "-1e999"}),
        ('{"a": 9223372036854775807}', {"a": 2**63 - 1}),
        ('{"a": 9223372036854775808}', {"a": "9223372036854775808"}),
        ('{"a": -9223372036854775808}', {"a": -(2**63)}),
        ('{"a": -9223372036854775809}', {"a": "-9223372036854775809"}),
        ('{"a": ' + "9" * 5000 + "}", {"a": "9" * 5000}),
        ('{"a": 0.1, "b": 7, "c": -0}', {"a": 0.1, "b": 7, "c": 0}),
        ('\ufeff{"a": 1}', {"a": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_no_warehouse_stores_is_written_out(wire: str, read: object) -> None:
    assert read_json(wire.encode()) == read


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"{",
        b'{"a": 1}}',
        b'{"a": "\x00"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_what_is_no_json_is_none(wire: bytes) -> None:
    assert read_json(wire) is None


@pytest.mark.parametrize("api", SUBMISSIONS)
def test_hostile_values_are_written_as_valid_json_that_any_target_reads(
    config: dict[str, Any], simulator: Simulator, clean: dict[str, set[str]], api: str
) -> None:
    simulator.faults.schedule(Fault("hostile_values", times=None))
    run = run_tap({**config, "search_api": api})
    assert run.error is None
    assert len(run.ids()) == len(set(run.ids())) == len(clean[api])
    for record in run.records("interactions"):
        text = json.dumps(record, ensure_ascii=False, allow_nan=False)
        assert "\\u0000" not in text.replace("\\\\u0000", "")
        text.encode()
        assert 0 <= record["relevance_score"] <= 1
