"""BATCH messages."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from target_duckdb_bulk.errors import BatchError, MissingKeyError, RecordError
from tests.support import INTEGER, MOMENT, NUMBER, OBJECT, TEXT, record, schema, state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support import File

PROPERTIES = {"id": INTEGER, "v": TEXT, "n": NUMBER, "o": OBJECT, "at": MOMENT}
SCHEMA = schema("t", PROPERTIES)
MOMENT_TEXT = "2026-01-05T10:00:00+02:00"
SAME_MOMENT = datetime(2026, 1, 5, 8, tzinfo=timezone.utc)


# Too various to be compressed into a block, so that what is left ends within a line.
CUT = gzip.compress(
    b"".join(b'{"id":%d,"v":"%d"}\n' % (key, pow(3, key, 10**80 + 7)) for key in range(1000, 9000))
)[:-9999]


WHOLE = gzip.compress(b'{"id": 1}\n')


def row(key: int, text: str | None) -> dict[str, Any]:
    return {"id": key, "v": text, "n": 1.5, "o": {"a": [1]}, "at": MOMENT_TEXT}


def jsonl(path: Path, records: Iterable[Any], *, compressed: bool = True) -> Path:
    lines = "".join(f"{json.dumps(each)}\n" for each in records).encode()
    path.write_bytes(gzip.compress(lines) if compressed else lines)
    return path


def batch(*paths: Path, form: str = "jsonl", compression: str | None = "gzip") -> dict[str, Any]:
    encoding = {"format": form, "compression": compression}
    manifest = [path.as_uri() for path in paths]
    return {"type": "BATCH", "stream": "t", "encoding": encoding, "manifest": manifest}


def test_json_lines(file: File, tmp_path: Path) -> None:
    first = jsonl(tmp_path / "a 'b' [*]?.json.gz", [row(1, "a"), row(2, ""), row(1, "b")])
    second = jsonl(tmp_path / "b.json.gz", [row(2, "c"), row(3, None)])
    assert file.load(SCHEMA, batch(first, second), state(1)) == [1]
    assert file.query("FROM t ORDER BY id") == [
        (1, "b", 1.5, '{"a":[1]}', SAME_MOMENT),
        (2, "c", 1.5, '{"a":[1]}', SAME_MOMENT),
        (3, None, 1.5, '{"a":[1]}', SAME_MOMENT),
    ]


@pytest.mark.parametrize("compression", ["none", None])
def test_json_lines_as_they_are(file: File, tmp_path: Path, compression: str | None) -> None:
    path = jsonl(tmp_path / "a.json", [row(1, "a")], compressed=False)
    file.load(SCHEMA, batch(path, compression=compression))
    assert file.query("SELECT id FROM t") == [(1,)]


def test_parquet(file: File, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.Table.from_pylist([row(1, "a"), row(2, ""), row(1, "b")]), path)
    other = tmp_path / "b.parquet"
    parquet.write_table(
        pa.Table.from_pylist([{"id": 3, "o": '{"a": 1}'}, {"id": 4, "o": "x"}]), other
    )
    for source in (path, other):
        file.load(SCHEMA, batch(source, form="parquet"))
    assert file.query("FROM t ORDER BY id") == [
        (1, "b", 1.5, '{"a":[1]}', SAME_MOMENT),
        (2, "", 1.5, '{"a":[1]}', SAME_MOMENT),
        (3, None, None, '{"a": 1}', None),
        (4, None, None, '"x"', None),
    ]


def test_batches_and_records_are_loaded_in_their_order(file: File, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.gz", [row(1, "batch"), row(2, "batch")])
    file.load(SCHEMA, record("t", row(1, "before")), batch(path), record("t", row(2, "after")))
    assert file.query("SELECT id, v FROM t ORDER BY id") == [(1, "batch"), (2, "after")]


def test_names_that_differ_in_case_only(file: File, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.gz", [{"id": 1, "ID": 2}])
    file.load(schema("t", {"id": INTEGER, "ID": INTEGER}), batch(path))
    assert file.query("FROM t") == [(1, 2)]


def test_long_line(file: File, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.gz", [row(1, "x" * 20_000_000)])
    file.load(SCHEMA, batch(path))
    assert file.query("SELECT length(v) FROM t") == [(20_000_000,)]


def test_empty_batch(file: File, tmp_path: Path) -> None:
    file.load(SCHEMA, batch(jsonl(tmp_path / "a.gz", [])), batch())
    assert file.query("FROM t") == []


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"manifest": ["file:///nowhere/a.gz"]}, "No such file"),
        ({"manifest": ["s3://bucket/a.gz"]}, "only files of this machine"),
        ({"encoding": {"format": "avro"}}, "neither JSON lines nor Parquet"),
        ({"encoding": {"format": "jsonl", "compression": "zip"}}, "neither JSON lines nor Parquet"),
        ({"encoding": None}, "neither JSON lines nor Parquet"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    file: File, message: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BatchError, match=problem):
        file.load(SCHEMA, {**batch(Path(__file__)), **message})


@pytest.mark.parametrize(
    "content",
    [
        b"no gzip",
        gzip.compress(b"[1]\n"),
        gzip.compress(b"{\n"),
        CUT,
        b"",
        WHOLE[:-8],
        WHOLE[:-8] + bytes(4) + WHOLE[-4:],
    ],
    ids=["plain", "array", "broken", "cut", "empty", "without checksum", "other checksum"],
)
def test_files_that_hold_something_else_are_refused(
    file: File, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises((BatchError, RecordError)):
        file.load(SCHEMA, batch(path), state(1))


def test_broken_parquet_is_refused(file: File, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"no parquet")
    with pytest.raises(BatchError, match="can't be read"):
        file.load(SCHEMA, batch(path, form="parquet"))


def test_record_without_key_is_refused(file: File, tmp_path: Path) -> None:
    with pytest.raises(MissingKeyError, match='no "id"'):
        file.load(SCHEMA, batch(jsonl(tmp_path / "a.gz", [{"v": "x"}])))


def test_metadata(file: File, tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.gz", [row(1, "a")])
    file.load(SCHEMA, batch(path), add_record_metadata=True)
    assert file.query("SELECT _sdc_batched_at IS NOT NULL, _sdc_extracted_at FROM t") == [
        (True, None)
    ]


@pytest.mark.parametrize("compressed", [True, False])
def test_boolean_is_no_number_in_json_lines(
    file: File, tmp_path: Path, *, compressed: bool
) -> None:
    path = jsonl(tmp_path / "a", [{"id": 1, "n": 1}, {"id": 2, "n": True}], compressed=compressed)
    with pytest.raises(RecordError, match='"n" of stream "t" is DOUBLE'):
        file.load(SCHEMA, batch(path, compression="gzip" if compressed else "none"))


def test_boolean_is_no_number_in_parquet(file: File, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": [1], "n": [True]}), path)
    with pytest.raises(RecordError, match='"n" of stream "t" is DOUBLE'):
        file.load(SCHEMA, batch(path, form="parquet"))
