"""What other programs read in a run's log."""

from __future__ import annotations

import json
import logging
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.faults.fault import Fault
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

RUN_LOG = Path(__file__).parents[2] / "orchestration" / "genesys_backfill" / "run_log.py"


def metrics(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [
        json.loads(line.removeprefix("METRIC: "))
        for line in caplog.messages
        if line.startswith("METRIC: ")
    ]


def test_a_metric_counts_all_requests(
    simulator: Simulator, config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.schedule(
        Fault("server_error", on="submit", times=3),
        Fault("expired_token", on="poll"),
        Fault("rate_limited", on="queues"),
    )
    with caplog.at_level(logging.INFO):
        run_tap(config, select=["queues"])

    assert not simulator.faults.pending
    (counted,) = (one for one in metrics(caplog) if one["metric"] == "http_request_count")
    assert counted["value"] == len(simulator.log.requests) > 7


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_what_the_sdk_says_of_each_stream_is_for_debugging(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, level: int
) -> None:
    with caplog.at_level(level, "tap-genesys-search"):
        run_tap(config)
    chatter = [
        line
        for line in caplog.messages
        if line.startswith(("Skipping deselected", "Skipping parse")) or "as child stream" in line
    ]
    assert bool(chatter) == (level == logging.DEBUG)
    assert any(line.startswith("Window 7 of 7") for line in caplog.messages)


@pytest.mark.parametrize("search_api", ["interaction_search", "conversation_jobs"])
def test_an_engine_reads_what_was_searched(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, search_api: str
) -> None:
    with caplog.at_level(logging.INFO):
        run = run_tap({**config, "search_api": search_api, "window_hours": 72})

    engine = runpy.run_path(str(RUN_LOG))
    report = engine["RunReport"]()
    for line in caplog.messages:
        report.add(engine["LogLine"]("info", "tap-genesys-search", line))
    assert report.searched_until == "2026-01-12T00:00:00.000Z"
    assert report.extracted == len(run.ids()) > 0
    assert report.hit_rate == 100.0
