"""Facets of windows that are read again: what the table sums up to stays true."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.duckdb_tables import load_into_duckdb
from tests.support.singer_run import SingerRun, run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "read-a-date-range-again.md"
MEDIA = {
    "interaction_search": "media.type",
    "conversation_jobs": "mediaType",
    "conversation_query": "mediaType",
    "transcript_search": "mediaType",
}
EVERY_API = pytest.mark.parametrize("api", MEDIA)
UNKNOWN_HOURS = 3
LATEST_HOURS = 120
"""Later than that no conversation of the week changes."""


@pytest.fixture
def nightly(config: dict[str, Any], simulator: Simulator) -> dict[str, Any]:
    """Settings of nightly runs; the facets do not know the medium of what began lately."""
    simulator.unknown_media_hours = UNKNOWN_HOURS
    simulator.availability_lag_hours = 0
    return {**config, "facets": ["mediaType"]}


def run_at(
    config: dict[str, Any], simulator: Simulator, day: int, hour: float = 3, **more: Any
) -> SingerRun:
    """Run the tap up to an hour of a day after the org's start."""
    simulator.now = simulator.org.start + timedelta(days=day, hours=hour)
    run = run_tap({**config, "end_date": simulator.now.isoformat()}, **more)
    assert run.error is None
    return run


def sums(*runs: SingerRun) -> Counter[tuple[str, str]]:
    """What a user sums up, over all rows of the table."""
    warehouse = Warehouse()
    for run in runs:
        warehouse.load(run.messages)
    found: Counter[tuple[str, str]] = Counter()
    for row in warehouse.rows("interaction_facets").values():
        found[row["facet"], row["bucket_key"]] += row["bucket_count"]
    return +found


def extracted(*runs: SingerRun) -> int:
    """Sum up the audits, without those that later ones have put out of date."""
    audits = [audit for run in runs for audit in run.records("search_audits")]
    latest = {audit["search_id"]: audit for audit in audits}.values()
    completed = [audit for audit in latest if audit["status"] == "completed"]
    return sum(
        one["extracted_records"]
        for one in completed
        if not any(
            later["started_at"] > one["started_at"]
            and later["window_start"] <= one["window_start"]
            and one["window_end"] <= later["window_end"]
            for later in completed
        )
    )


def zeros(run: SingerRun) -> list[dict[str, Any]]:
    return [row for row in run.records("interaction_facets") if not row["bucket_count"]]


def kept(run: SingerRun) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.states()[-1]["bookmarks"]["interaction_facets"].get(
        "counted", []
    )
    return found


@pytest.mark.parametrize(
    ("api", "lookback_hours"), [("interaction_search", 0), *((api, LATEST_HOURS) for api in MEDIA)]
)
def test_buckets_that_are_gone_when_a_window_is_read_again_count_nothing(
    nightly: dict[str, Any], simulator: Simulator, api: str, lookback_hours: int
) -> None:
    config = {**nightly, "search_api": api, "lookback_hours": lookback_hours}
    first = run_at(config, simulator, 2, 9)
    assert sums(first)[MEDIA[api], "unknown"]
    second = run_at(config, simulator, 3, 12, state=first.states()[-1])
    once = run_at(config, simulator, 3, 12)
    assert sums(first, second) == sums(once)
    gone = zeros(second)
    assert gone
    assert {row["bucket_key"] for row in gone} == {"unknown"}
    assert [(row["position"], row["bucket"]) for row in gone] == [(None, None)] * len(gone)


def test_how_to_deletes_the_facets_of_the_days_that_are_read_again(
    nightly: dict[str, Any], tmp_path: Path
) -> None:
    (delete,) = re.findall(r"```sql\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    connection = load_into_duckdb(run_tap(nightly), tmp_path)
    days = "select distinct window_start::date::text from interaction_facets order by 1"
    before = connection.execute(days).fetchall()
    connection.execute(delete.replace("genesys.", ""))
    assert [("2026-01-05",), *connection.execute(days).fetchall()] == before


@EVERY_API
def test_many_nights_add_up_to_what_one_run_finds(
    nightly: dict[str, Any], simulator: Simulator, api: str
) -> None:
    config = {**nightly, "search_api": api, "lookback_hours": LATEST_HOURS}
    runs: list[SingerRun] = []
    for day in range(1, 7):
        state = runs[-1].states()[-1] if runs else None
        runs.append(run_at(config, simulator, day, state=state))
    assert sums(*runs) == sums(run_at(config, simulator, 6))


def test_bucket_that_comes_back_counts_again(nightly: dict[str, Any], simulator: Simulator) -> None:
    config = {**nightly, "start_date": "2026-01-07"}
    first = run_at(config, simulator, 2)
    simulator.unknown_media_hours = 0
    second = run_at(config, simulator, 2, 6, state=first.states()[-1])
    simulator.unknown_media_hours = UNKNOWN_HOURS
    third = run_at(config, simulator, 2, 9, state=second.states()[-1])
    assert not sums(first, second)["media.type", "unknown"]
    assert sums(first, second, third)["media.type", "unknown"]
    assert sums(first, second, third) == sums(run_at(config, simulator, 2, 9))


@pytest.mark.parametrize("facets_of_night", [(200, 40), (40, 200)])
def test_windows_that_are_cut_another_way_count_once(
    nightly: dict[str, Any], simulator: Simulator, facets_of_night: tuple[int, int]
) -> None:
    """A night that halves its days, and one that does not."""
    one, other = facets_of_night
    config = {**nightly, "lookback_hours": 48}
    first = run_at({**config, "max_records_per_search": one}, simulator, 3)
    second = run_at(
        {**config, "max_records_per_search": other}, simulator, 4, state=first.states()[-1]
    )
    assert zeros(second)
    once = run_at(config, simulator, 4)
    assert sums(first, second) == sums(once)
    assert extracted(first, second) == extracted(once)


@pytest.mark.parametrize("api", ["conversation_jobs", "conversation_query"])
def test_windows_that_are_shorter_than_the_day_that_their_facets_count_count_it_once(
    nightly: dict[str, Any], simulator: Simulator, api: str
) -> None:
    config = {**nightly, "search_api": api, "window_hours": 6, "lookback_hours": LATEST_HOURS}
    first = run_at(config, simulator, 2, 8)
    second = run_at(config, simulator, 4, state=first.states()[-1])
    whole = run_at({**config, "window_hours": 24}, simulator, 4)
    assert sums(first, second) == sums(whole)


def test_days_that_are_read_again_behind_the_lookback_count_once(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    config = {**nightly, "search_api": "conversation_query", "window_hours": 6}
    first = run_at(config, simulator, 6)
    state = first.states()[-1]
    again = run_tap({**config, "lookback_hours": 96, "end_date": "2026-01-08"}, state=state)
    assert again.records("interaction_facets")
    assert sums(first, again) == sums(first)


def test_first_day_that_is_begun_later_counts_once_when_history_is_loaded(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    later = {**nightly, "start_date": "2026-01-07T06:00:00Z"}
    simulator.unknown_media_hours = 36
    first = run_at(later, simulator, 3, 12)
    second = run_at(nightly, simulator, 4, 12, state=first.states()[-1])
    assert {row["window_start"][:10] for row in zeros(second)} == {"2026-01-07"}
    assert sums(first, second) == sums(run_at(nightly, simulator, 4, 12))


def test_state_keeps_the_keys_of_what_is_read_again_and_no_others(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    first = run_at({**nightly, "lookback_hours": 30}, simulator, 4)
    windows = {
        row["search_id"]: row["window_start"][:10] for row in first.records("interaction_facets")
    }
    days = [windows[one["search_id"]] for one in kept(first)]
    assert days == ["2026-01-07", "2026-01-08", "2026-01-09"]
    ended = run_at(nightly, simulator, 5, 0, state=first.states()[-1])
    assert kept(ended) == []


def test_stream_that_is_not_selected_keeps_nothing(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    run = run_at(nightly, simulator, 2, deselect=("interaction_facets",))
    assert "interaction_facets" not in run.states()[-1]["bookmarks"]
