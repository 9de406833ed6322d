"""What other programs read in a run's log."""

from __future__ import annotations

import json
import logging
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.logging import StructuredFormatter

from genesys_cloud_simulator.faults.fault import Fault
from tests.support.batched import batches_below, records_of
from tests.support.singer_run import catalog_of, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

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


def test_the_last_line_says_what_the_run_did(
    simulator: Simulator, config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        first = run_tap(config, select=["users"])
        sent, last = len(simulator.requests), caplog.messages[-1]
        run_tap(config, state=first.states()[-1])
    records = sum(message["type"] == "RECORD" for message in first.messages)
    interactions = len(first.ids())
    found = (
        rf"Done: {interactions} of {interactions} interactions found in 7 windows, {records:,} "
        rf"records of 4 streams written, {sent} requests in \d+\.\d s, "
    )
    assert re.fullmatch(found + "complete until 2026-01-12T00:00:00.000Z", last)
    again = (
        r"Done: 0 interactions found in 0 windows, 0 records of 0 streams written, \d requests in "
        r"\d+\.\d s, complete until 2026-01-12T"
    )
    assert re.match(again, caplog.messages[-1])


def test_the_last_line_of_a_run_without_searches_names_its_requests(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        run_tap(config, catalog=catalog_of("users"))
    written = r"Done: 236 records of 1 stream written, \d+ requests in \d+\.\d s"
    assert re.fullmatch(written, caplog.messages[-1])


def test_the_last_line_counts_what_is_written_not_what_is_found(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    maps = {"interactions": {"__filter__": "media_type == 'voice'"}, "search_audits": None}
    config = {**config, "stream_maps": maps, "end_date": "2026-01-06"}
    for settings in (config, {**config, **batches_below(tmp_path)}):
        with caplog.at_level(logging.INFO):
            run = run_tap(settings, deselect=["interaction_facets"])
        kept = [row for one in run.messages for row in records_of(one)]
        assert 0 < len(kept) < 155
        assert f"in 1 window, {len(kept)} records of 1 stream written, " in caplog.messages[-1]


def test_windows_that_are_accepted_though_incomplete_are_in_the_last_line(
    simulator: Simulator, config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.schedule(Fault("short_page", on="poll", times=None))
    with caplog.at_level(logging.INFO):
        run_tap({**config, "end_date": "2026-01-06", "allow_incomplete": True})
    assert "in 1 window (1 of them incomplete, see search_audits)" in caplog.messages[-1]


def test_metrics_name_their_stream_in_the_view_of_meltano(
    config: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        run_tap(config, select=["queues"])
    records = [record for record in caplog.records if record.name == "singer_sdk.metrics"]
    # Importing Meltano takes a second.
    from meltano.core.logging.parsers import get_parser_factory  # noqa: PLC0415

    parser = get_parser_factory().get_parser("singer-sdk")
    assert parser
    read = [parser.parse(StructuredFormatter().format(record)) for record in records]
    assert {"queues", "interactions"} <= {
        json.loads(one.message.removeprefix("METRIC: "))["tags"].get("stream")
        for one in read
        if one
    }
    # As the SDK's own structured lines have it.
    assert all(one and one.extra["metric_info"]["metric"] for one in read)


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
    assert any(line.startswith("Window 7 of 7") for line in caplog.messages) == bool(chatter)


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
