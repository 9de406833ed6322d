"""Batches hold what records would, before the state that covers it."""

from __future__ import annotations

import json
from hashlib import md5
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

from genesys_cloud_simulator import Fault, Org
from tap_genesys_search.errors import BatchError
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.singer.pages.arrow_tables import arrow_table
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tests.support.batched import batched, batches_below, records_of
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from genesys_cloud_simulator import Simulator

pytestmark = pytest.mark.thorough

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


def test_parquet_files_hold_what_records_would(config: dict[str, Any], tmp_path: Path) -> None:
    streams = ("interactions", *CONVERSATION_TABLES, *LOOKUPS)
    config["end_date"] = "2026-01-06"
    catalog = catalog_of("search_audits", *streams, **config)
    for entry in catalog["streams"]:
        for name, column in entry["schema"]["properties"].items():
            for one in entry["metadata"]:
                holds_objects = '"object"' in json.dumps(column)
                if holds_objects and [*one["breadcrumb"]] == ["properties", name]:
                    one["metadata"]["selected"] = False
    expected = run_tap(config, catalog=catalog)
    encoding = {"format": "parquet"}
    run = run_tap({**config, **batches_below(tmp_path, encoding=encoding)}, catalog=catalog)
    for stream in streams:
        rows = expected.records(stream)
        assert rows
        assert [without_nulls(row) for row in rows_of(run, stream)] == [
            without_nulls(row) for row in rows
        ]
    assert run.bookmarks() == expected.bookmarks()


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_parquet_files_of_a_stream_have_the_same_columns(
    config: dict[str, Any], tmp_path: Path, compression: str
) -> None:
    encoding = {"format": "parquet", "compression": compression}
    config = {
        **config,
        "page_size": 20,
        "stream_maps": {"interactions": {"metadata": "str(json.dumps(metadata))"}},
        **batches_below(tmp_path, encoding=encoding, batch_size=50),
    }
    run = run_tap(config)
    assert len(rows_of(run, "interactions")) == 700
    schemas = {parquet.read_schema(file).to_string() for file in tmp_path.iterdir()}
    assert len(schemas) == 1
    assert "null" not in schemas.pop().split()


def test_a_column_that_parquet_cant_hold_is_named(config: dict[str, Any], tmp_path: Path) -> None:
    maps = {"interactions": {"metadata": "[1, 'a']"}}
    batches = batches_below(tmp_path, encoding={"format": "parquet"})
    run = run_tap({**config, **batches, "stream_maps": maps})
    assert isinstance(run.error, BatchError)
    assert "Column metadata can't be written as Parquet" in str(run.error)
    assert not run.bookmarks()


@pytest.mark.parametrize("format_", ["jsonl", "parquet"])
@pytest.mark.parametrize("writer", ["tap", "sdk"])
def test_a_folder_that_takes_no_files_is_named_as_the_cause(
    config: dict[str, Any], tmp_path: Path, format_: str, writer: str
) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    batches = batches_below(no_folder, encoding={"format": format_})
    catalog = catalog_of("interactions")
    if writer == "sdk":
        (entry,) = (one for one in catalog["streams"] if one["stream"] == "interactions")
        entry["schema"]["properties"]["customer_name"]["type"] = ["boolean", "null"]
    run = run_tap({**config, **batches}, catalog=catalog)
    assert isinstance(run.error, BatchError)
    assert str(run.error).startswith("A batch's file can't be written (FileExistsError). Check ")
    assert str(tmp_path) not in str(run.error)
    assert not run.bookmarks()


@pytest.mark.parametrize("values", [[{}], [[{}]], [{"a": {}}], [{"a": 1}, {"a": "b"}], [2**80]])
def test_what_parquet_cant_hold_is_an_error(values: list[Any]) -> None:
    with pytest.raises(BatchError):
        arrow_table([{"part": value} for value in values], {"part": {"type": "object"}})


def test_a_column_has_its_type_whichever_values_a_file_has() -> None:
    properties: dict[str, dict[str, Any]] = {
        "text": {"type": ["string", "null"]},
        "share": {"type": ["number", "null"]},
        "texts": {"type": ["array", "null"], "items": {"type": "string"}},
        "shares": {"type": ["array", "null"], "items": {"type": "number"}},
        "count": {"type": ["integer", "null"]},
    }
    vague: list[dict[str, Any]] = [{"share": 1, "texts": [], "shares": [1]}, {"count": None}]
    clear: list[dict[str, Any]] = [
        {"text": "a", "share": 0.5, "texts": ["a"], "shares": [0.5, None], "count": 1}
    ]
    assert arrow_table(vague, properties).schema == arrow_table(clear, properties).schema
    # What does not fit the schema is written as it is.
    large = arrow_table([{"share": 2**60 + 1}, {"text": 1}], properties)
    assert large.to_pylist()[0]["share"] == 2**60 + 1
    assert large.to_pylist()[1]["text"] == 1


def test_files_may_be_left_uncompressed(config: dict[str, Any], tmp_path: Path) -> None:
    encoding = {"format": "jsonl", "compression": "none"}
    run = run_tap({**config, **batches_below(tmp_path, encoding=encoding)})
    assert len(rows_of(run, "interactions")) == 700
    assert {file.suffix for file in tmp_path.iterdir()} == {".json"}


def test_message_names_the_compression_of_its_files_also_where_none_is_set(
    config: dict[str, Any], tmp_path: Path
) -> None:
    run = run_tap({**config, **batches_below(tmp_path, encoding={"format": "jsonl"})})
    found = [one["encoding"] for one in run.messages if one["type"] == "BATCH"]
    assert found
    assert all(one == {"format": "jsonl", "compression": "gzip"} for one in found)
    assert {file.suffix for file in tmp_path.iterdir()} == {".gz"}


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


def test_a_catalog_that_changes_records_changes_those_in_files_too(
    config: dict[str, Any], tmp_path: Path
) -> None:
    catalog = catalog_of("users", "search_audits", **config)
    (users,) = (entry for entry in catalog["streams"] if entry["stream"] == "users")
    users["schema"]["properties"]["name"]["type"] = ["boolean", "null"]
    expected = run_tap(config, catalog=catalog).records("users")
    assert {row["name"] for row in expected} == {True}
    run = run_tap({**config, **batches_below(tmp_path)}, catalog=catalog)
    assert rows_of(run, "users") == expected
