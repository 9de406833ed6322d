"""Runs of all tables, lookups and aggregates under faults: no row is lost, and none is invented."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import TapGenesysSearchError
from tap_genesys_search.simulator import Org
from tap_genesys_search.simulator.faults import OPERATIONS, random_schedule
from tap_genesys_search.tap import TapGenesysSearch
from tests.reliability.faulty_run import run_schedule
from tests.running_simulator import running_simulator
from tests.singer_run import run_tap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.simulator import Fault
    from tests.reliability.conftest import Figures
    from tests.singer_run import SingerRun

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

SCHEDULES = 100
ORG = Org(seed=31, days=2, interactions=60)
STRUCK = {*OPERATIONS} - {"any", "submit", "poll", "query", "transcripts"}
"""What a run by conversation jobs asks for."""

# They change what the rows are, or how many there are, and an API without a total can't tell; or
# they are tens of megabytes, which the schedules of searches have.
CHANGING = {
    "duplicate_ids",
    "gzip_bomb",
    "hostile_values",
    "late_record",
    "missing_id",
    "missing_timestamp",
    "overlapping_page",
    "oversized_body",
    "shifting_total",
    "short_page",
}
TITLE = "Fault schedules with all tables"

Rows = dict[tuple[str, ...], dict[str, Any]]


def test_rows_of_a_faulty_run_and_the_next_one_are_those_of_a_calm_one(figures: Figures) -> None:
    tally: Counter[str] = Counter()
    with running_simulator(ORG) as running:
        config = {
            **running.config,
            "search_api": "conversation_jobs",
            "aggregate_granularity": "P1D",
            "request_timeout_seconds": 1,
            "poll_timeout_seconds": 1,
            "max_retries": 2,
        }
        calm = run_tap(config, select=all_streams(config))
        assert calm.error is None
        expected = rows(calm)
        assert len({stream for stream, *_ in expected}) > 24
        for seed in range(SCHEDULES):
            outcome = run_schedule(running, config, faults(seed), select=all_streams(config))
            first, second = outcome.first, outcome.second
            place = f"schedule {seed}: {faults(seed)}"
            assert first.error is None or isinstance(first.error, TapGenesysSearchError), place
            assert second.error is None, place
            found = rows(first) | rows(second)
            assert found == expected, place
            tally["Schedules run"] += 1
            tally["Runs complete in spite of them"] += first.error is None
            tally["Runs stopped by a clear error"] += first.error is not None
            tally["Faults that struck"] += len(outcome.struck)
            tally["Rows compared"] += len(found)
    for name, number in tally.items():
        figures(TITLE, name, number)
    figures(TITLE, "… missing or different", 0)


def all_streams(config: dict[str, Any]) -> list[str]:
    return [name for name in TapGenesysSearch(config=config).streams if name != "transcripts"]


def faults(seed: int) -> Sequence[Fault]:
    """Make up faults that a later run can make good."""
    rng = random.Random(f"tables:{seed}")  # noqa: S311 - not for security
    return [
        replace(fault, retry_after_seconds=0, seconds=min(fault.seconds, 0.002))
        for fault in random_schedule(rng.randrange(10**9), STRUCK)
        if fault.kind not in CHANGING
    ]


def rows(run: SingerRun) -> Rows:
    """Take the last row of each key, as a target that upserts does."""
    keys = {
        message["stream"]: message["key_properties"]
        for message in run.messages
        if message["type"] == "SCHEMA" and message["stream"] != "search_audits"
    }
    return {
        (stream, *(str(record[name]) for name in names)): record
        for stream, names in keys.items()
        for record in run.records(stream)
    }
