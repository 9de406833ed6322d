"""Nightly runs at default settings, and what the warehouse then holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from tap_genesys_search.timestamps import parse_timestamp
from tests.reliability.nights import moment_of, run_nights
from tests.reliability.other_connectors import CONNECTORS, Platform
from tests.support.running_simulator import running_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from tests.reliability.conftest import Figures
    from tests.reliability.nights import Nights
    from tests.reliability.other_connectors import Document
    from tests.support.warehouse import Warehouse

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(3600)]

HOUR = timedelta(hours=1)
SCHEDULES: dict[str, tuple[Org, range]] = {
    "Fourteen nights": (Org(seed=5, days=16, interactions=1600), range(1, 15)),
    "Two nights two days apart": (Org(seed=6, days=9, interactions=7000), range(6, 9, 2)),
}
TABLES = ("interactions", "conversations", "conversation_segments", "conversation_metrics")
CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "interaction_search": ("interaction_search", ("interactions", "interaction_facets")),
    "conversation_jobs": ("conversation_jobs", TABLES),
    "conversation_query": ("conversation_query", TABLES),
    "transcript_search": ("transcript_search", ("interactions", "transcripts")),
    # With the interactions, by whose late changes facets and audits may differ.
    "aggregates": (
        "conversation_query",
        ("interactions", "conversation_aggregates", "user_status_aggregates"),
    ),
}
"""What is read: the search API, and the streams selected."""

LATE_HOURS = {"conversation_jobs": 9, "transcript_search": 9}
"""How long a media type is unknown, where a search sees interactions hours late."""

TRANSCRIPT_FACETS = {
    "mediaType": "media_type",
    "language": "language",
    "divisionId": "division_id",
}
"""The facets that transcript searches bring, and the columns that they count."""


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("case", CASES)
def test_nightly_runs_end_with_what_the_platform_holds(
    case: str, schedule: str, figures: Figures
) -> None:
    api, streams = CASES[case]
    org, nights = SCHEDULES[schedule]
    with running_simulator(org) as running:
        # In each night some facets have a bucket that is gone in the next one.
        running.simulator.unknown_media_hours = LATE_HOURS.get(api, 3)
        ran = run_nights(running, nights, streams, search_api=api, facets=["mediaType"])
    again = _began_again(ran) if api == "conversation_query" else set()
    different = _different(ran, streams)
    changed = len({_interaction(row) for row in different})
    note = _noted_in(figures, f"{schedule}, {case}")
    note("Rows that the platform holds at the end", _count(ran.once, streams))
    missing = _missing(ran, streams)
    lost = {key for key in missing if again.isdisjoint(key)}
    note("… missing in the database", len(lost))
    if api == "conversation_query":
        note(
            "Rows of conversations that began again, which it does not find",
            len(missing) - len(lost),
        )
    note("Conversations that have ended and are open", _left_open(ran))
    note("Rows that changed later than the lookback", len(different))
    note("… of so many interactions", changed)
    note("Requests of the nights", ran.nightly_requests)
    note("… of one run over all days", ran.requests_at_once)
    note("Rows written in the nights", ran.nightly.rows_written)
    note("… in one run over all days", ran.once.rows_written)
    late = _late(ran)
    assert _count(ran.once, streams)
    assert _gone(ran.nightly) or case == "aggregates"
    assert _facets_missed(ran, late) <= changed
    assert _audits_missed(ran, late) <= changed
    assert lost == set()
    assert _left_open(ran) == 0


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("connector", CONNECTORS)
def test_other_connectors_are_measured_in_the_same_nights(
    connector: str, schedule: str, figures: Figures
) -> None:
    org, nights = SCHEDULES[schedule]
    loaded: dict[str, Document] = {}
    rows = 0
    with running_simulator(org) as running:
        simulator = running.simulator
        cursor = now = org.start
        for night in nights:
            simulator.now = now = moment_of(org, night)
            read, cursor = CONNECTORS[connector](Platform(running), cursor, now)
            loaded |= _by_id(read)
            rows += len(read)
        requests = len(simulator.requests)
        once, _ = CONNECTORS[connector](Platform(running), org.start, now)
    both = [(loaded[key], one) for key, one in _by_id(once).items() if key in loaded]
    note = _noted_in(figures, f"{schedule}, {connector}")
    note("Conversations that the platform holds at the end", len(once))
    note("… that were not read", len(once) - len(both))
    note(
        "Conversations that have ended and were left open",
        sum("conversationEnd" in one and "conversationEnd" not in read for read, one in both),
    )
    note("Conversations that differ", sum(read != one for read, one in both))
    note("Requests of the nights", requests)
    note("… of one run over all days", len(simulator.requests) - requests)
    note("Conversations written in the nights", rows)
    assert both


def _by_id(documents: list[Document]) -> dict[str, Document]:
    return {one["conversationId"]: one for one in documents}


def _noted_in(figures: Figures, section: str) -> Callable[[str, object], None]:
    return lambda name, value: figures(section, name, value)


def _count(warehouse: Warehouse, streams: Iterable[str]) -> int:
    return sum(len(warehouse.rows(stream)) for stream in streams)


def _missing(ran: Nights, streams: Iterable[str]) -> set[tuple[Any, ...]]:
    late = {row["transcript_id"] for row in _late(ran)}
    return {
        (stream, *key)
        for stream in streams
        for key in ran.once.rows(stream)
        if key not in ran.nightly.rows(stream) and late.isdisjoint(key)
    }


def _began_again(ran: Nights) -> set[str]:
    """Name the conversations that had ended, and began again (docs/reference/known-limits.md)."""
    loaded = ran.nightly.rows("conversations")
    return {
        row["conversation_id"]
        for key, row in ran.once.rows("conversations").items()
        if (ended := loaded.get(key, {}).get("conversation_end")) is not None
        and ((end := row.get("conversation_end")) is None or end > ended)
    }


def _late(ran: Nights) -> list[dict[str, Any]]:
    """List the transcripts that came when their conversations ended, after the lookback."""
    return [
        row
        for key, row in ran.once.rows("transcripts").items()
        if key not in ran.nightly.rows("transcripts")
        and _moment(row, "end_time") - _moment(row, "conversation_start_time") > 72 * HOUR
    ]


def _gone(warehouse: Warehouse) -> int:
    return sum(not row["bucket_count"] for row in warehouse.rows("interaction_facets").values())


def _facet_sums(warehouse: Warehouse) -> Counter[tuple[str, str]]:
    """Sum up all rows of the table."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in warehouse.rows("interaction_facets").values():
        sums[row["facet"], row["bucket_key"]] += row["bucket_count"]
    return +sums


def _facets_missed(ran: Nights, late: list[dict[str, Any]]) -> int:
    """Count by how much sums over facets differ; what changed after the lookback may move them."""
    nightly, once = _facet_sums(ran.nightly) + _facets_of(late), _facet_sums(ran.once)
    return max((abs(nightly[one] - once[one]) for one in nightly | once), default=0)


def _facets_of(transcripts: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter(
        (facet, row[column]) for row in transcripts for facet, column in TRANSCRIPT_FACETS.items()
    )


def _audits_missed(ran: Nights, late: list[dict[str, Any]]) -> int:
    """Count by how much sums over audits differ; conversations that began again move them."""
    sums = zip(_audit_sums(ran.nightly), _audit_sums(ran.once), strict=True)
    return max(abs(nightly + len(late) - once) for nightly, once in sums)


def _audit_sums(warehouse: Warehouse) -> list[int]:
    """Sum up what was extracted and what matched, by the latest audit of each search."""
    audits = sorted(warehouse.rows("search_audits").values(), key=lambda one: one["started_at"])
    latest = {one["search_id"]: one for one in audits}.values()
    return [
        sum(one[column] for one in latest)
        for column in ("extracted_records", "total_matching_records")
    ]


def _moment(row: dict[str, Any], column: str) -> datetime:
    return parse_timestamp(row[column])


def _left_open(ran: Nights) -> int:
    """Count conversations without an end whose end the platform knows."""
    rows = ran.nightly.rows("conversations")
    return sum(
        row.get("conversation_end") is not None and rows[key].get("conversation_end") is None
        for key, row in ran.once.rows("conversations").items()
        if key in rows
    )


def _different(ran: Nights, streams: Iterable[str]) -> list[dict[str, Any]]:
    return [
        row
        for stream in streams
        for key, row in ran.once.rows(stream).items()
        if key in ran.nightly.rows(stream)
        and _without_search(row) != _without_search(ran.nightly.rows(stream)[key])
    ]


def _interaction(row: dict[str, Any]) -> object:
    return row.get("conversation_id") or row.get("id")


def _without_search(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "search_id"}
