"""Fourteen nightly runs at default settings, and what the warehouse then holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.timestamps import parse_timestamp
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from datetime import datetime

    from tests.reliability.conftest import Figures

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

NIGHTS = 14
HOUR = timedelta(hours=1)
TRANSCRIPT_FACETS = {
    "mediaType": "media_type",
    "language": "language",
    "divisionId": "division_id",
}
DEFAULTS = ("lookback_hours", "conversation_matching", "max_concurrent_searches")
TABLES = ("interactions", "conversations", "conversation_segments", "conversation_metrics")
STREAMS: dict[str, tuple[str, ...]] = {
    "interaction_search": ("interactions", "interaction_facets"),
    "conversation_jobs": TABLES,
    "conversation_query": TABLES,
    "transcript_search": ("interactions", "transcripts"),
}


@pytest.mark.parametrize("api", STREAMS)
def test_nightly_runs_end_with_what_the_platform_holds(api: str, figures: Figures) -> None:
    org = Org(seed=5, days=NIGHTS + 2, interactions=1600)
    with running_simulator(org) as running:
        simulator = running.simulator
        config: dict[str, Any] = {
            **{name: value for name, value in running.config.items() if name not in DEFAULTS},
            "search_api": api,
            "facets": ["mediaType"],
        }
        # In each night some facets have a bucket that is gone in the next one. Jobs are hours late.
        simulator.unknown_media_hours = 9 if api == "conversation_jobs" else 3
        warehouse, state = Warehouse(), None
        for night in range(1, NIGHTS + 1):
            simulator.now = org.start + timedelta(days=night, hours=3, minutes=20)
            moment = simulator.now.isoformat()
            run = run_tap({**config, "end_date": moment}, state=state, select=STREAMS[api])
            assert run.error is None
            warehouse.load(run.messages)
            state = run.states()[-1]
        nightly = len(simulator.requests)
        simulator.log.requests.clear()
        once = Warehouse.of(run_tap({**config, "end_date": moment}, select=STREAMS[api]))
        at_once = len(simulator.requests)
    section = f"Fourteen nights, {api}"
    figures(section, "Rows that the platform holds at the end", _count(once, STREAMS[api]))
    figures(section, "… missing in the database", _missing(warehouse, once, STREAMS[api]))
    figures(section, "Conversations that have ended and are open", _left_open(warehouse, once))
    figures(
        section,
        "Rows that changed later than the lookback",
        _different(warehouse, once, STREAMS[api]),
    )
    figures(section, "Requests of the nights", nightly)
    figures(section, "… of one run over all days", at_once)
    figures(section, "Rows written in the nights", warehouse.rows_written)
    figures(section, "… in one run over all days", once.rows_written)
    late = _late(warehouse, once)
    assert _gone(warehouse)
    assert _facet_sums(warehouse) + _facets_of(late) == _facet_sums(once)
    assert [one + len(late) for one in _audit_sums(warehouse)] == _audit_sums(once)
    assert _missing(warehouse, once, STREAMS[api]) == 0
    assert _left_open(warehouse, once) == 0


def _gone(warehouse: Warehouse) -> int:
    return sum(not row["bucket_count"] for row in warehouse.rows("interaction_facets").values())


def _facet_sums(warehouse: Warehouse) -> Counter[tuple[str, str]]:
    """Sum up all rows of the table."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in warehouse.rows("interaction_facets").values():
        sums[row["facet"], row["bucket_key"]] += row["bucket_count"]
    return +sums


def _facets_of(transcripts: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter(
        (facet, row[column]) for row in transcripts for facet, column in TRANSCRIPT_FACETS.items()
    )


def _audit_sums(warehouse: Warehouse) -> list[int]:
    """Sum up what was extracted and what matched, by the latest audit of each search."""
    audits = sorted(warehouse.rows("search_audits").values(), key=lambda one: one["started_at"])
    latest = {one["search_id"]: one for one in audits}.values()
    return [
        sum(one[column] for one in latest)
        for column in ("extracted_records", "total_matching_records")
    ]


def _count(warehouse: Warehouse, streams: tuple[str, ...]) -> int:
    return sum(len(warehouse.rows(stream)) for stream in streams)


def _missing(nightly: Warehouse, once: Warehouse, streams: tuple[str, ...]) -> int:
    late = {row["transcript_id"] for row in _late(nightly, once)}
    return sum(
        key not in nightly.rows(stream) and late.isdisjoint(key)
        for stream in streams
        for key in once.rows(stream)
    )


def _late(nightly: Warehouse, once: Warehouse) -> list[dict[str, Any]]:
    """List the transcripts that came when their conversations ended, after the lookback."""
    return [
        row
        for key, row in once.rows("transcripts").items()
        if key not in nightly.rows("transcripts")
        and _moment(row, "end_time") - _moment(row, "conversation_start_time") > 72 * HOUR
    ]


def _moment(row: dict[str, Any], column: str) -> datetime:
    return parse_timestamp(row[column])


def _left_open(nightly: Warehouse, once: Warehouse) -> int:
    """Count conversations without an end whose end the platform knows."""
    rows = nightly.rows("conversations")
    return sum(
        row.get("conversation_end") is not None and rows[key].get("conversation_end") is None
        for key, row in once.rows("conversations").items()
        if key in rows
    )


def _different(nightly: Warehouse, once: Warehouse, streams: tuple[str, ...]) -> int:
    return sum(
        _without_search(row) != _without_search(nightly.rows(stream)[key])
        for stream in streams
        for key, row in once.rows(stream).items()
        if key in nightly.rows(stream)
    )


def _without_search(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "search_id"}
