"""A page written at once is written as the SDK writes its records, and only where that may be."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES
from tap_genesys_search.singer import fast_path as paged_stream
from tap_genesys_search.singer import writer as singer_writer
from tap_genesys_search.singer.pages.row_maps import RowMaps
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import TapGenesysSearch
from tests.support.singer_run import catalog_of as catalog_of_streams
from tests.support.singer_run import catalog_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

pytestmark = pytest.mark.thorough


Catalog = dict[str, Any]

# What differs between any two runs; so do the states written while one waits for an open job.
PASSING = re.compile(
    rb'"(time_extracted|started_at|completed_at)":"[^"]*"|"latency_ms":\d+|"query_ids":"?\[[^]]*\]"?'
)
RECORD = b'{"type":"RECORD","stream":"interactions",'
FIELDS = {
    "interaction_search": ["queue.name"],
    "conversation_jobs": ["originatingDirection"],
    "conversation_query": ["originatingDirection"],
    "transcript_search": [],
}


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=9, days=1, interactions=40)


@pytest.fixture(autouse=True)
def simulator(simulator: Simulator) -> Simulator:
    simulator.now = simulator.org.end + timedelta(days=30)  # when all have been evaluated
    return simulator


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records were written at once, page by page."""
    written: list[int] = []
    encode = singer_writer.record_lines

    def note(stream: str, records: Sequence[Any], version: int | None) -> bytes:
        written.append(len(records))
        return encode(stream, records, version)

    monkeypatch.setattr(singer_writer, "record_lines", note)
    return written


def written_by(
    config: dict[str, Any], catalog: Catalog | None = None, select: Iterable[str] = ()
) -> list[bytes]:
    """Run the tap and read its lines, without what differs between any two runs."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(output):
        tap = TapGenesysSearch(
            config=deepcopy(config), catalog=catalog_with(config, select) if select else catalog
        )
        tap.sync_all()
    output.flush()
    lines = output.buffer.getvalue().splitlines(keepends=True)
    return list(without_waits(PASSING.sub(rb"\1", line) for line in lines))


def without_waits(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out states that are written only because a search is waited for."""
    last = b""
    for line in lines:
        if b'"open_jobs"' in line or line == last:
            continue
        if line.startswith(b'{"type":"STATE"'):
            last = line
        yield line


def written_by_the_sdk(
    config: dict[str, Any], catalog: Catalog | None = None, select: Iterable[str] = ()
) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(paged_stream, "may_be_written_by_the_page", lambda _: False)
        return written_by(config, catalog, select)


def catalog_of(config: dict[str, Any]) -> Catalog:
    catalog: Catalog = json.loads(TapGenesysSearch(config=config).catalog_json_text)
    return catalog


def entry_of_interactions(catalog: Catalog) -> dict[str, Any]:
    (entry,) = (entry for entry in catalog["streams"] if entry["stream"] == "interactions")
    return entry  # type: ignore[no-any-return]


@pytest.mark.parametrize("faults", [(), (Fault("hostile_values", times=None),)])
@pytest.mark.parametrize("api", FIELDS)
def test_a_page_is_written_at_once_just_as_the_sdk_writes_its_records(
    config: dict[str, Any],
    simulator: Simulator,
    pages: list[int],
    api: str,
    faults: tuple[Fault, ...],
) -> None:
    config.update(search_api=api, page_size=15, fields=["id", "customer.name", *FIELDS[api]])
    simulator.faults.schedule(*faults)
    by_the_sdk = written_by_the_sdk(config)
    assert not pages
    by_the_page = written_by(config)

    records = [line for line in by_the_page if line.startswith(RECORD)]
    assert sum(pages) == len(records) > len(pages)
    assert by_the_page == by_the_sdk


@pytest.mark.parametrize("faults", [(), (Fault("hostile_values", times=None),)])
@pytest.mark.parametrize("select", [(*CONVERSATION_TABLES,), ("conversation_metrics",)])
def test_tables_of_conversations_are_written_at_once_just_as_the_sdk_writes_their_records(
    config: dict[str, Any],
    simulator: Simulator,
    pages: list[int],
    faults: tuple[Fault, ...],
    select: tuple[str, ...],
) -> None:
    config.update(search_api="conversation_jobs", page_size=15)
    simulator.faults.schedule(*faults)
    by_the_sdk = written_by_the_sdk(config, select=select)
    assert not pages
    by_the_page = written_by(config, select=select)

    assert sum(pages) == sum(
        line.startswith(b'{"type":"RECORD"') and b'"search_audits"' not in line
        for line in by_the_page
    )
    for stream in ("interactions", *select):
        start = f'{{"type":"RECORD","stream":"{stream}",'.encode()
        assert any(line.startswith(start) for line in by_the_page)
    assert by_the_page == by_the_sdk


def test_lookups_and_aggregates_are_written_at_once_just_as_the_sdk_writes_their_records(
    config: dict[str, Any], pages: list[int]
) -> None:
    config.update(search_api="conversation_query", aggregate_granularity="P1D")
    streams = ("conversation_aggregates", "user_status_aggregates", *LOOKUPS)
    catalog = catalog_of_streams(*streams, **config)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if [*item["breadcrumb"]] in (["properties", "email"], ["properties", "sum"]):
                item["metadata"]["selected"] = False
    by_the_sdk = written_by_the_sdk(config, catalog)
    assert not pages
    by_the_page = written_by(config, catalog)

    assert sum(pages) == sum(line.startswith(b'{"type":"RECORD"') for line in by_the_page)
    for stream in streams:
        start = f'{{"type":"RECORD","stream":"{stream}",'.encode()
        assert any(line.startswith(start) for line in by_the_page)
    users = [line for line in by_the_page if line.startswith(b'{"type":"RECORD","stream":"users",')]
    assert not any(b'"email":' in line for line in users)
    assert by_the_page == by_the_sdk


def test_deselected_columns_of_a_table_are_left_out_as_the_sdk_leaves_them_out(
    config: dict[str, Any], pages: list[int]
) -> None:
    config["search_api"] = "conversation_jobs"
    catalog = catalog_of(config)
    for entry in catalog["streams"]:
        if entry["stream"] in {"conversation_segments", "conversation_sessions"}:
            for item in entry["metadata"]:
                item["metadata"]["selected"] = item["breadcrumb"] != ["properties", "segment_end"]
                if item["breadcrumb"] in (["properties", "flow"], ["properties", "extra"]):
                    item["metadata"]["selected"] = False
    by_the_page = written_by(config, catalog)
    assert pages
    assert any(b'"flow_id"' in line for line in by_the_page)
    assert not any(
        b'"segment_end"' in line or b'"flow":' in line for line in records_in(by_the_page)
    )
    assert by_the_page == written_by_the_sdk(config, catalog)


def records_in(lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b'"stream":"conversation_s' in line and b"RECORD" in line]


def test_a_discovered_catalog_and_a_full_refresh_leave_records_as_they_are(
    config: dict[str, Any], pages: list[int]
) -> None:
    catalog = catalog_of(config)
    entry_of_interactions(catalog)["replication_method"] = "FULL_TABLE"
    config["emit_activate_version_messages"] = True

    by_the_page = written_by(config, catalog)
    assert pages
    version = re.compile(rb'"version":\d+')
    assert all(version.search(line) for line in by_the_page if line.startswith(RECORD))
    by_the_sdk = written_by_the_sdk(config, catalog)
    assert [version.sub(b"", line) for line in by_the_page] == [
        version.sub(b"", line) for line in by_the_sdk
    ]


def deselect_a_column(catalog: Catalog) -> None:
    (column,) = (
        item
        for item in entry_of_interactions(catalog)["metadata"]
        if item["breadcrumb"] == ["properties", "customer_name"]
    )
    column["metadata"]["selected"] = False


def test_deselected_columns_are_left_out_as_the_sdk_leaves_them_out(
    config: dict[str, Any], pages: list[int]
) -> None:
    catalog = catalog_of(config)
    deselect_a_column(catalog)
    by_the_page = written_by(config, catalog)
    assert pages
    assert not any(b"customer_name" in line for line in by_the_page if line.startswith(RECORD))
    assert by_the_page == written_by_the_sdk(config, catalog)


def deselect_a_part_of_a_column(catalog: Catalog) -> None:
    entry_of_interactions(catalog)["metadata"].append(
        {
            "breadcrumb": ["properties", "metadata", "properties", "wrapUp"],
            "metadata": {"inclusion": "available", "selected": False},
        }
    )


def drop_a_column(catalog: Catalog) -> None:
    del entry_of_interactions(catalog)["schema"]["properties"]["media_type"]


def change_a_type(catalog: Catalog) -> None:
    column = entry_of_interactions(catalog)["schema"]["properties"]["relevance_score"]
    column["type"] = ["boolean", "null"]


@pytest.mark.parametrize("change", [deselect_a_part_of_a_column, drop_a_column, change_a_type])
def test_a_catalog_that_changes_records_is_left_to_the_sdk(
    config: dict[str, Any], pages: list[int], change: Callable[[Catalog], None]
) -> None:
    unchanged = written_by(config, catalog_of(config))
    assert pages
    pages.clear()
    catalog = catalog_of(config)
    change(catalog)
    changed = written_by(config, catalog)
    assert not pages
    assert len(changed) == len(unchanged)
    assert changed != unchanged


def refuse(*_: Any) -> None:
    pytest.fail("a record is mapped by the SDK")


def written_by_the_page(
    config: dict[str, Any], catalog: Catalog | None = None, select: Iterable[str] = ()
) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RowMaps, "_by_the_sdk", refuse)
        patched.setattr(paged_stream.RowStream, "_generate_record_messages", refuse)
        return written_by(config, catalog, select)


PEPPERED = "sha256(config['pepper'] + customer_name)"


@pytest.mark.parametrize("faults", [(), (Fault("hostile_values", times=None),)])
@pytest.mark.parametrize(
    "stream_map",
    [
        {"customer_name": "md5(customer_name)"},
        {"customer_name": PEPPERED, "metadata": "__NULL__"},
        {"customer_name": None},
        {"name": "customer_name", "customer_name": "__NULL__"},
        {"name": "record['customer_name']", "type": "_['type']", "metadata": "str(metadata)"},
        {"metadata": "str(json.dumps(metadata))", "relevance_score": "__NULL__"},
        {"customer_name": "self[0] if self else None", "self": "media_type"},
        {"__else__": None, "media": "media_type", "id": "id"},
        {"__filter__": "media_type == 'voice'", "type": "'x'"},
        {"__filter__": "media_type in ['voice', 'chat'] and not customer_name < 'M'"},
        {"__filter__": "media_type is None"},
        {"__alias__": "calls", "from": "__original_stream_name__", "into": "__stream_name__"},
        {"__key_properties__": ["id", "type"], "id": "type + id"},
        {"__key_properties__": None, "id": None},
        {"large": "int('9' * 30)", "half": r"'\ud83d'"},
    ],
)
def test_what_maps_do_to_records_is_done_to_pages(
    config: dict[str, Any], simulator: Simulator, stream_map: object, faults: tuple[Fault, ...]
) -> None:
    simulator.faults.schedule(*faults)
    config["stream_maps"] = {"interactions": stream_map}
    config["stream_map_config"] = {"pepper": "pepper"}
    changed = written_by_the_page(config)
    assert changed == written_by_the_sdk(config)
    assert changed != written_by({**config, "stream_maps": {}})


@pytest.mark.parametrize(
    "settings",
    [
        {"stream_maps": {"interactions": None}},
        {"stream_maps": {"interactions*": {"__filter__": "type == 'none'"}}},
        {"stream_maps": {"__else__": None, "search_audits": {"status": "status"}}},
        {"flattening_enabled": True, "flattening_max_depth": 1},
        {"flattening_enabled": True, "flattening_max_depth": 9, "flattening_separator": "."},
        {"flattening_enabled": True, "flattening_max_depth": 2, "flattening_max_key_length": 48},
        {
            "flattening_enabled": True,
            "flattening_max_depth": 1,
            "stream_maps": {"interactions": {"type": "metadata", "copy": "metadata"}},
        },
    ],
)
def test_streams_are_flattened_and_left_out_a_page_at_a_time(
    config: dict[str, Any], simulator: Simulator, settings: dict[str, Any]
) -> None:
    simulator.faults.schedule(Fault("hostile_values", times=None))
    config.update(settings)
    assert written_by_the_page(config) == written_by_the_sdk(config)


@pytest.mark.parametrize("expression", ["customer_name.upper()", "f'{type}!'", "1 < 2 < 3"])
def test_what_is_not_compiled_is_evaluated_by_the_sdk(
    config: dict[str, Any], expression: str
) -> None:
    config["stream_maps"] = {"interactions": {"customer_name": expression, "type": "media_type"}}
    assert written_by(config) == written_by_the_sdk(config)


@pytest.mark.parametrize("expression", ["md5(relevance_score)", "unknown", "rand(", "int(type)"])
def test_a_map_that_fails_fails_as_in_the_sdk(config: dict[str, Any], expression: str) -> None:
    config["stream_maps"] = {"interactions": {"customer_name": expression}}
    with pytest.raises(Exception) as by_the_sdk:  # noqa: PT011 - whichever it is
        written_by_the_sdk(config)
    with pytest.raises(by_the_sdk.type):
        written_by(config)


def column_maps(entry: dict[str, Any], key: str, others: list[str]) -> dict[str, Any]:
    """Hash, copy, drop, filter and rename, for a stream that has a key and other columns."""
    return {
        entry["stream"]: {
            "__alias__": f"{entry['stream']}_mapped",
            "__filter__": f"str({key}) > '3'",
            "hashed": f"sha256(config['pepper'] + str({key}))",
            "copied": key,
            **dict.fromkeys(others[::2], "__NULL__"),
        }
    }


def copied_streams(entry: dict[str, Any], key: str, others: list[str]) -> dict[str, Any]:
    """Copy a stream, a few columns of it."""
    few = {"kept": f"str({key})", "fixed": f"'{others[0]}'", "__key_properties__": ["kept"]}
    few["__else__"] = "__NULL__"
    return {f"copy_of_{entry['stream']}": {"__source__": entry["stream"], **few}}


ALL_STREAMS = (
    "interactions",
    "conversation_aggregates",
    "user_status_aggregates",
    *CONVERSATION_TABLES,
    *LOOKUPS,
)


@pytest.mark.parametrize(
    ("maps_of", "settings"),
    [
        (column_maps, {}),
        (copied_streams, {"flattening_enabled": True, "flattening_max_depth": 2}),
    ],
)
def test_all_streams_are_mapped_a_page_at_a_time(
    config: dict[str, Any],
    maps_of: Callable[[dict[str, Any], str, list[str]], dict[str, Any]],
    settings: dict[str, Any],
) -> None:
    config.update(search_api="conversation_jobs", aggregate_granularity="P1D", **settings)
    catalog = catalog_of_streams("search_audits", *ALL_STREAMS, **config)
    config["stream_map_config"] = {"pepper": "pepper"}
    config["stream_maps"] = {}
    for entry in catalog["streams"]:
        if entry["stream"] in ALL_STREAMS:
            keys = entry["key_properties"]
            others = [one for one in entry["schema"]["properties"] if one not in keys]
            config["stream_maps"] |= maps_of(entry, keys[0], others)
    by_the_page = written_by_the_page(config, catalog)
    by_the_sdk = written_by_the_sdk(config, catalog)
    for stream in ALL_STREAMS:
        assert of_stream(by_the_page, stream)
        assert of_stream(by_the_page, stream) == of_stream(by_the_sdk, stream)
    assert sorted(by_the_page) == sorted(by_the_sdk)


def of_stream(lines: list[bytes], stream: str) -> list[bytes]:
    """Pick the records of a stream, whatever it is called; a copy's come a page at a time."""
    names = (stream, f"{stream}_mapped", f"copy_of_{stream}")
    starts = tuple(f'{{"type":"RECORD","stream":"{name}",'.encode() for name in names)
    return sorted((line for line in lines if line.startswith(starts)), key=lambda line: line[:60])


def test_a_map_of_another_stream_leaves_interactions_as_they_are(
    config: dict[str, Any], pages: list[int]
) -> None:
    written_by({**config, "stream_maps": {"search_audits": {"error": "md5(str(error))"}}})
    assert pages


def test_a_connection_test_reads_no_more_than_it_may(
    config: dict[str, Any], pages: list[int]
) -> None:
    with redirect_stdout(io.StringIO()) as output:
        TapGenesysSearch(config=config).run_connection_test()
    assert not pages
    lines = output.getvalue().splitlines()
    assert sum(line.startswith(RECORD.decode()) for line in lines) == 1
