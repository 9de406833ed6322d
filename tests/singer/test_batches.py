"""Batches hold what records would, before the state that covers it."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.batched import batched, batches_below, records_of
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from genesys_cloud_simulator import Simulator

AGGREGATES = ("conversation_aggregates", "user_status_aggregates")
ALONE = {"search_audits", "interaction_facets", *AGGREGATES}
"""Streams that are written record by record."""


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=5, days=2, interactions=700)


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "conversation_jobs", "aggregate_granularity": "P1D"}


def rows_of(run: SingerRun, stream: str) -> list[dict[str, Any]]:
    assert run.error is None
    return [
        record
        for message in run.messages
        if message.get("stream") == stream
        for record in records_of(message)
    ]


def test_batches_hold_what_records_would(config: dict[str, Any], tmp_path: Path) -> None:
    streams = ("interactions", *CONVERSATION_TABLES, *AGGREGATES, *LOOKUPS)
    config["end_date"] = "2026-01-06"  # a day is enough to fill each stream
    catalog = catalog_of("search_audits", *streams, **config)
    expected = run_tap(config, catalog=catalog)
    run = run_tap({**config, **batches_below(tmp_path)}, catalog=catalog)
    for stream in streams:
        rows = expected.records(stream)
        assert rows
        if stream not in ALONE:
            assert not run.records(stream)
            # Columns without a value may be left out, or null.
            assert [without_nulls(row) for row in rows_of(run, stream)] == [
                without_nulls(row) for row in rows
            ]
        else:
            assert run.records(stream) == rows
    assert run.bookmarks() == expected.bookmarks()


def without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_no_state_comes_before_what_it_covers(config: dict[str, Any], tmp_path: Path) -> None:
    catalog = catalog_of("search_audits", "interactions", "conversation_sessions")
    run = run_tap({**config, **batches_below(tmp_path, batch_size=100)}, catalog=catalog)
    assert run.error is None
    found: list[str] = []
    states = 0
    for message in run.messages:
        if message.get("stream") == "interactions":
            found += [record["timestamp"] for record in records_of(message)]
        if message["type"] == "STATE":
            bookmarks = message["value"]["bookmarks"]
            covered = bookmarks.get("interactions", {}).get("replication_key_value", "")
            assert sum(time < covered for time in found) == sum(
                record["timestamp"] < covered for record in rows_of(run, "interactions")
            )
            states += 1
    assert states > 2


def test_files_are_as_large_as_they_may_be(config: dict[str, Any], tmp_path: Path) -> None:
    config = {**config, "page_size": 40, **batches_below(tmp_path, batch_size=1_000)}
    run = run_tap(config, select=("conversation_sessions", "conversation_segments"))
    sizes = {
        stream: [len(batch) for batch in batched(run.messages, stream)]
        for stream in ("interactions", "conversation_sessions", "conversation_segments")
    }
    assert max(map(max, sizes.values())) <= 1_000
    # In each window the largest table fills its files, but for the last one.
    assert sum(size > 700 for size in sizes["conversation_segments"]) >= 2
    assert sum(size <= 700 for size in sizes["conversation_segments"]) <= 2
    assert sum(sizes["interactions"]) == 700


def test_one_stream_alone_fills_its_files(config: dict[str, Any], tmp_path: Path) -> None:
    config = {**config, "page_size": 50, **batches_below(tmp_path, batch_size=100)}
    run = run_tap(config, deselect=("interaction_facets",))
    sizes = [len(batch) for batch in batched(run.messages, "interactions")]
    assert sum(sizes) == 700
    # Each window ends with a smaller one.
    assert len(sizes) <= 10
    assert 75 < max(sizes) <= 100


@pytest.mark.parametrize("select", [(), ("conversations",)])
def test_a_window_accepted_short_is_written_as_far_as_it_was_read(
    config: dict[str, Any], simulator: Simulator, tmp_path: Path, select: tuple[str, ...]
) -> None:
    config |= {"search_api": "conversation_query", "allow_incomplete": True}
    simulator.faults.schedule(Fault("shifting_total", times=None, shift=500))
    run = run_tap({**config, **batches_below(tmp_path)}, select=select)
    audits = run.records("search_audits")
    assert {audit["status"] for audit in audits} == {"incomplete"}
    extracted = sum(audit["extracted_records"] for audit in audits)
    for stream in ("interactions", *select):
        key = "id" if stream == "interactions" else "conversation_id"
        assert len({row[key] for row in rows_of(run, stream)}) == extracted > 0


def test_what_a_stream_map_hashes_is_hashed_in_batches_too(
    config: dict[str, Any], tmp_path: Path
) -> None:
    maps = {
        "stream_maps": {
            "interactions": {"customer_name": "md5(customer_name)"},
            "users": {"email": "__NULL__", "__filter__": "state != 'deleted'"},
            "groups": None,
        }
    }
    plain = run_tap(config, select=("users", "groups"))
    run = run_tap({**config, **batches_below(tmp_path), **maps}, select=("users", "groups"))
    names = [row["customer_name"] for row in plain.records("interactions")]
    assert [row["customer_name"] for row in rows_of(run, "interactions")] == [
        md5(name.encode()).hexdigest()  # noqa: S324 - as the map has it
        for name in names
    ]
    users = rows_of(run, "users")
    assert not any("email" in row for row in users)
    assert [row["id"] for row in users] == [
        row["id"] for row in plain.records("users") if row["state"] != "deleted"
    ]
    assert not any(message.get("stream") == "groups" for message in run.messages)


def test_a_stream_that_a_map_copies_is_written_record_by_record(
    config: dict[str, Any], tmp_path: Path
) -> None:
    copy = {"__source__": "interactions", "id": "id", "__else__": "__NULL__"}
    maps = {"stream_maps": {"media": {**copy, "media_type": "media_type"}}}
    run = run_tap({**config, **batches_below(tmp_path), **maps})
    assert run.error is None
    assert len(run.records("interactions")) == len(run.records("media")) == 700


def test_deselected_columns_are_in_no_file(config: dict[str, Any], tmp_path: Path) -> None:
    catalog = catalog_of("users", "search_audits", **config)
    for entry in catalog["streams"]:
        for one in entry["metadata"]:
            if [*one["breadcrumb"]] == ["properties", "email"]:
                one["metadata"]["selected"] = False
    run = run_tap({**config, **batches_below(tmp_path)}, catalog=catalog)
    assert rows_of(run, "users")
    assert not any("email" in row for row in rows_of(run, "users"))
