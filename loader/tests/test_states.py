"""When records are loaded, and when a state is confirmed."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from target_duckdb_bulk.errors import InputError, RecordError, UnknownStreamError
from tests.support import (
    INTEGER,
    TEXT,
    File,
    line_of,
    received,
    record,
    running,
    schema,
    send,
    state,
)

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = schema("t", {"id": INTEGER})


def test_states_between_loads_are_left_out(file: File) -> None:
    messages: list[Any] = [SCHEMA]
    for key in range(5):
        messages += [record("t", {"id": key}), state({"at": key})]
    assert file.load(*messages) == [{"at": 4}]


def test_state_covers_what_came_before_it(file: File) -> None:
    blocks = [
        [SCHEMA, *(record("t", {"id": 1000 * b + i}) for i in range(50_000))] for b in range(3)
    ]
    messages = [m for b, block in enumerate(blocks) for m in (*block, state(b))]
    seen = file.load(*messages, batch_size_rows=1)
    assert seen[-1] == 2
    assert sorted(seen) == seen


def test_state_stays_as_it_is_written(file: File) -> None:
    with running(file) as process:
        value = b'{"a":  1.10, "b": 12345678901234567890123, "c": "\\u00e9"}'
        output, _ = process.communicate(b'{"type": "STATE", "value": ' + value + b"}\n")
        assert output == value + b"\n"


def test_what_waits_is_loaded_while_nothing_comes(file: File) -> None:
    with running(file, batch_age_seconds=1) as process:
        send(process, SCHEMA, record("t", {"id": 1}), state(1))
        assert received(process.stdout) == 1
        send(process, record("t", {"id": 2}), state(2))
        assert received(process.stdout) == 2
        process.kill()
        process.wait()
    assert file.query("FROM t ORDER BY id") == [(1,), (2,)]


def test_half_a_line_waits_for_its_other_half(file: File) -> None:
    line = line_of(record("t", {"id": 1}))
    with running(file, batch_age_seconds=1) as process:
        send(process, SCHEMA, state(1), line[:30])
        assert received(process.stdout) == 1
        send(process, line[30:], state(2))
        assert received(process.stdout) == 2
        process.kill()
        process.wait()
    assert file.query("FROM t") == [(1,)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_input_and_loads_what_came(file: File, number: signal.Signals) -> None:
    with running(file, batch_age_seconds=3600, batch_size_rows=1) as process:
        send(process, SCHEMA, record("t", {"id": 1}), state(1))
        assert received(process.stdout) == 1  # so it listens to signals
        send(process, state(2), line_of(record("t", {"id": 2}))[:20])
        time.sleep(0.5)
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == 128 + number
    assert output in {b"", b"2\n"}  # it may not have read the rest
    assert b"Traceback" not in errors
    assert file.query("FROM t") == [(1,)]


def test_what_came_before_a_broken_line_is_loaded(file: File) -> None:
    states: list[Any] = []
    with pytest.raises(InputError, match="Line 4 of the input isn't a Singer message"):
        states += file.load(SCHEMA, record("t", {"id": 1}), state(1), "{broken")
    assert file.query("FROM t") == [(1,)]


def test_input_that_ends_within_a_line(file: File) -> None:
    lines: list[Any] = [SCHEMA, record("t", {"id": 1}), line_of(record("t", {"id": 2}))[:-20]]
    with pytest.raises(InputError):
        file.load(*lines)
    assert file.query("FROM t") == [(1,)]


def test_input_that_ends_within_a_record_of_a_known_stream(file: File) -> None:
    whole: list[Any] = [SCHEMA, *(record("t", {"id": k}) for k in range(1000)), state(1)]
    cut = line_of(record("t", {"id": 1000}))[:-4]
    with running(file) as process:
        output, errors = process.communicate(b"".join(map(line_of, [*whole, cut])))
    assert output == b"1\n"
    assert b"InputError: Line 1003 of the input isn't a Singer message" in errors
    assert errors.count(b"\n") == 1
    assert file.query("SELECT count(*) FROM t") == [(1000,)]


@pytest.mark.parametrize("kind", ["STATE", "SCHEMA", "RECORD"])
def test_message_that_is_nested_too_deeply_is_told_in_one_line(file: File, kind: str) -> None:
    depth = 1_000_000  # Python 3.14 reads some ten thousand
    deep = '{"a":' * depth + "1" + "}" * depth
    part = {"STATE": "value", "SCHEMA": "schema", "RECORD": "record"}[kind]
    half_a_pair = record("t", {"id": "\ud800"})  # lets records be read as Python does
    lines = [schema("t", {"id": TEXT}), half_a_pair]
    line = f'{{"type":"{kind}","stream":"t","{part}":{deep}}}'
    with pytest.raises((InputError, RecordError), match="nested too deeply") as raised:
        file.load(*lines, line)
    assert "\n" not in str(raised.value)


def test_last_line_without_its_end(file: File) -> None:
    file.load(SCHEMA, record("t", {"id": 1}), line_of(record("t", {"id": 2})).rstrip())
    assert file.query("FROM t ORDER BY id") == [(1,), (2,)]


def test_nothing_is_loaded_of_a_transaction_that_fails(file: File) -> None:
    states: list[Any] = []
    other = schema("u", {"id": INTEGER, "v": INTEGER})
    with pytest.raises(RecordError):
        states += file.load(
            SCHEMA, other, record("t", {"id": 1}), record("u", {"id": 1, "v": "x"}), state(1)
        )
    assert states == []
    assert file.query("SELECT count(*) FROM duckdb_tables()") == [(0,)]


def test_streams_may_alternate(file: File) -> None:
    streams = [f"s{number}" for number in range(20)]
    messages: list[Any] = [schema(name, {"id": INTEGER, "v": TEXT}) for name in streams]
    messages += [record(name, {"id": k, "v": name}) for k in range(50) for name in streams]
    file.load(*messages)
    for name in streams:
        assert file.query(f"SELECT count(*), min(v), max(v) FROM {name}") == [(50, name, name)]


@pytest.mark.parametrize(
    "line",
    [
        '{"type":"RECORD","stream":"t","record":{"id":1}}',
        '{"type": "RECORD", "stream": "t", "record": {"id": 1}, "version": 3}',
        ' { "record" : {"id":1} , "stream":"t","type":"RECORD" } ',
        '{"stream":"t","type":"RECORD","time_extracted":null,"record":{"id":1}}',
        '{"type":"RECORD","stream":"\\u0074","record":{"id":1},"record_count":5}',
        '{"type":"RECORD","record":{"id":1,"type":"SCHEMA"},"stream":"t"}\r',
    ],
)
def test_messages_in_any_order_of_their_parts(file: File, line: str) -> None:
    file.load(SCHEMA, *[line] * 3, "", "  ", line)
    assert file.query("SELECT id FROM t") == [(1,)]


def test_stream_named_like_a_message(file: File) -> None:
    name = 'a","record":{"id":7}},'
    file.load(
        SCHEMA, schema(name, {"id": INTEGER}), record(name, {"id": 1}), record(name, {"id": 2})
    )
    assert file.query("FROM t") == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[]", "Line 2 "),
        ("{}", "Line 2 "),
        ("null", "Line 2 "),
        ('{"type":"RECORD","stream":"t"}', "Line 2 of the input lacks its record"),
        ('{"type":"STATE"}', "lacks its state"),
        ('{"type":"SCHEMA","stream":"t"}', "lacks its schema"),
        ('{"type":"PRIVATE","stream":"t"}', 'unknown type "PRIVATE"'),
    ],
)
def test_line_that_is_no_message_is_refused(file: File, line: str | bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        file.load(SCHEMA, line)


def test_record_that_is_no_json_is_refused_without_being_told(file: File) -> None:
    line = line_of(record("t", {"id": "private"}))
    for broken in (line.replace(b"vat", b"\xff"), line.replace(b'"}', b"}")):
        with pytest.raises(RecordError, match='A record of stream "t" isn\'t JSON') as raised:
            file.load(SCHEMA, record("t", {"id": 1}), broken)
        assert "priv" not in str(raised.value)


@pytest.mark.parametrize("kind", ["RECORD", "ACTIVATE_VERSION", "BATCH"])
def test_stream_without_schema_is_refused(file: File, kind: str) -> None:
    with pytest.raises(UnknownStreamError, match='Stream "t" has a'):
        file.load({"type": kind, "stream": "t", "record": {}, "version": 1, "manifest": ["x"]})


def test_file_is_whole_without_a_log_beside_it(file: File) -> None:
    file.load(SCHEMA, record("t", {"id": 1}))
    assert [path.name for path in file.path.parent.iterdir()] == [file.path.name]


def test_nothing_is_left_in_the_temporary_folder(file: File, tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    file.load(SCHEMA, record("t", {"id": 1}), temp_dir=str(folder))
    with pytest.raises(RecordError):
        file.load(SCHEMA, record("t", {"id": "x"}), temp_dir=str(folder))
    assert list(folder.iterdir()) == []


def test_file_that_another_process_has_open(file: File) -> None:
    file.load(SCHEMA)
    with duckdb.connect(str(file.path)), running(file) as process:
        _, errors = process.communicate(b"")
    assert process.returncode == 1
    assert errors.decode() == (
        f"ERROR target-duckdb-bulk: DatabaseError: DuckDB file {file.path} is open in "
        f"PID {os.getpid()}: close it there and run again\n"
    )
