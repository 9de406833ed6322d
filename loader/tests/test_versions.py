"""ACTIVATE_VERSION, the columns `_sdc_…`, and deleted records."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from target_duckdb_bulk.errors import InputError
from tests.support import INTEGER, MOMENT, record, schema

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import File

SCHEMA = schema("t", {"id": INTEGER})


def full(version: int, *ids: int) -> list[Any]:
    """Write what a tap writes of a table that it reads in full."""
    activation = {"type": "ACTIVATE_VERSION", "stream": "t", "version": version}
    return [SCHEMA, *(record("t", {"id": i}, version=version) for i in ids), activation]


def live(file: File) -> list[int]:
    rows = file.query("SELECT id FROM t WHERE _sdc_deleted_at IS NULL ORDER BY id")
    return [row[0] for row in rows]


@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("runs", [1, 3])
def test_records_of_older_versions_are_marked(file: File, *, metadata: bool, runs: int) -> None:
    parts = [full(1, 1, 2, 3), full(2, 2, 3), full(3, 1, 3)]
    for messages in parts if runs == len(parts) else [[each for part in parts for each in part]]:
        file.load(*messages, add_record_metadata=metadata)
    assert live(file) == [1, 3]
    assert file.query("SELECT count(*) FROM t") == [(3,)]


def test_records_of_older_versions_are_removed_if_wanted(file: File) -> None:
    for messages in (full(1, 1, 2), full(2, 2)):
        file.load(*messages, hard_delete=True)
    assert file.query("SELECT id FROM t") == [(2,)]


def test_versions_can_be_ignored(file: File) -> None:
    for messages in (full(1, 1, 2), full(2, 2)):
        file.load(*messages, process_activate_version_messages=False)
    assert file.query("FROM t ORDER BY id") == [(1,), (2,)]


def test_records_loaded_without_version_are_older(file: File) -> None:
    file.load(SCHEMA, record("t", {"id": 1}))
    file.load(*full(5, 2))
    assert live(file) == [2]


def test_records_of_the_active_version_that_come_after_it_stay(file: File) -> None:
    file.load(*full(1, 1, 2), *full(1, 3))
    assert live(file) == [1, 2, 3]


def test_active_version_of_an_empty_stream(file: File) -> None:
    file.load(*full(1))
    file.load(*full(2, 1))
    file.load(*full(3))
    assert live(file) == []


def without_versions(folder: Path, kind: str, *ids: int) -> list[Any]:
    """Write what a tap writes whose messages of records have no versions."""
    if kind == "RECORD":
        return [record("t", {"id": i}) for i in ids]
    path = folder / "batch.jsonl"
    path.write_text("".join(f'{{"id": {i}}}\n' for i in ids))
    encoding = {"format": "jsonl", "compression": "none"}
    return [{"type": "BATCH", "stream": "t", "encoding": encoding, "manifest": [path.as_uri()]}]


@pytest.mark.parametrize("kind", ["RECORD", "BATCH"])
@pytest.mark.parametrize("rows", [1, 1000], ids=["many loads", "one load"])
@pytest.mark.parametrize(
    "settings", [{}, {"hard_delete": True}, {"add_record_metadata": True}], ids=str
)
def test_records_without_version_that_were_just_loaded_stay(
    file: File, tmp_path: Path, kind: str, rows: int, settings: dict[str, Any]
) -> None:
    beginning, *others, activation = full(5, 3)
    plain = without_versions(tmp_path, kind, 1, 2)
    file.load(beginning, *plain, *others, activation, batch_size_rows=rows, **settings)
    assert file.query("SELECT id FROM t ORDER BY id") == [(1,), (2,), (3,)]
    if not settings.get("hard_delete"):
        assert file.query("SELECT count(_sdc_deleted_at) FROM t") == [(0,)]


@pytest.mark.parametrize("kind", ["RECORD", "BATCH"])
@pytest.mark.parametrize("metadata", [True, False])
@pytest.mark.parametrize("keys", [["id"], []], ids=["keys", "no keys"])
def test_older_records_go_when_those_of_a_version_do_not_name_it(
    file: File, tmp_path: Path, kind: str, *, metadata: bool, keys: list[str]
) -> None:
    settings = {"hard_delete": True, "add_record_metadata": metadata}
    beginning = schema("t", {"id": INTEGER}, keys)
    file.load(beginning, *full(5, 1, 2, 3)[1:], **settings)
    for version, ids in ((6, [1, 2]), (7, [2])):
        plain = without_versions(tmp_path, kind, *ids)
        file.load(beginning, *plain, full(version)[-1], **settings)
        assert file.query("SELECT id FROM t ORDER BY id") == [(i,) for i in ids]


def test_record_that_comes_again_without_a_version_is_not_deleted(file: File) -> None:
    file.load(*full(1, 1, 2), *full(2, 2))
    file.load(SCHEMA, record("t", {"id": 1}))
    assert live(file) == [1, 2]


def test_version_that_the_tap_declares_as_a_property_is_its_own(file: File) -> None:
    beginning = schema("t", {"id": INTEGER, "_sdc_table_version": INTEGER})
    for _ in range(2):
        file.load(beginning, record("t", {"id": 1, "_sdc_table_version": 7}, version=3))
    assert file.query("FROM t") == [(1, 7)]


def test_version_that_is_none_is_refused(file: File) -> None:
    with pytest.raises(InputError, match='version of stream "t"'):
        file.load(SCHEMA, {"type": "ACTIVATE_VERSION", "stream": "t", "version": "x"})


def test_metadata_say_when(file: File) -> None:
    before = datetime.now(timezone.utc)
    file.load(
        SCHEMA,
        record("t", {"id": 1}, version=7, time_extracted="2026-01-05T10:00:00+01:00"),
        record("t", {"id": 2}),
        add_record_metadata=True,
    )
    after = datetime.now(timezone.utc)
    assert file.types("t") == {
        "id": "BIGINT",
        "_sdc_deleted_at": "TIMESTAMP WITH TIME ZONE",
        "_sdc_extracted_at": "TIMESTAMP WITH TIME ZONE",
        "_sdc_received_at": "TIMESTAMP WITH TIME ZONE",
        "_sdc_batched_at": "TIMESTAMP WITH TIME ZONE",
        "_sdc_sequence": "BIGINT",
        "_sdc_table_version": "BIGINT",
        "_sdc_sync_started_at": "BIGINT",
    }
    (first, second) = file.query(
        "SELECT _sdc_extracted_at, _sdc_batched_at, _sdc_sequence, _sdc_table_version, "
        "_sdc_sync_started_at FROM t ORDER BY id"
    )
    extracted, batched, sequence, version, started = first
    assert extracted == datetime(2026, 1, 5, 9, tzinfo=timezone.utc)
    assert before <= batched <= after
    assert started <= sequence <= round(after.timestamp() * 1000)
    assert version == 7
    assert second[0] is None
    assert second[3] is None


def test_metadata_of_the_tap_are_left_to_the_target(file: File) -> None:
    properties = {"id": INTEGER, "_sdc_batched_at": MOMENT, "_sdc_deleted_at": MOMENT}
    gone = "2020-01-01T00:00:00Z"
    file.load(
        schema("t", properties),
        record("t", {"id": 1, "_sdc_batched_at": gone, "_sdc_deleted_at": gone}),
        add_record_metadata=True,
    )
    ((batched, deleted),) = file.query("SELECT _sdc_batched_at, _sdc_deleted_at FROM t")
    assert batched - deleted > timedelta(days=1)


@pytest.mark.parametrize("declares", [True, False])
def test_records_that_are_deleted_are_removed_if_wanted(file: File, *, declares: bool) -> None:
    properties = {"id": INTEGER, **({"_sdc_deleted_at": MOMENT} if declares else {})}
    messages = [schema("t", properties), record("t", {"id": 1}), record("t", {"id": 2})]
    file.load(*messages, hard_delete=True)
    gone = {"id": 1, "_sdc_deleted_at": "2026-01-05T10:00:00Z"}
    file.load(messages[0], record("t", gone), hard_delete=True)
    assert file.query("SELECT id FROM t") == [(2,)]


def test_record_that_comes_again_is_not_deleted(file: File) -> None:
    file.load(*full(1, 1, 2), *full(2, 2), *full(3, 1, 2))
    assert live(file) == [1, 2]
