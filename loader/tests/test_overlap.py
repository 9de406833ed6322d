"""The input is read while records are loaded."""

from __future__ import annotations

import os
import select
import shutil
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from target_duckdb_bulk.loader import SHARE_WHILE_IDLE
from tests.support import INTEGER, TEXT, File, received, record, running, schema, send, state

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

SCHEMA = schema("t", {"id": INTEGER, "v": TEXT})
SLOW = schema("slow", {"id": TEXT})
WITHOUT_KEY = '{"private": "a"}'
BATCH_ROWS = 1000
"""How many records let a load begin while no other one runs."""

MOST_ROWS = SHARE_WHILE_IDLE * BATCH_ROWS
"""How many records wait at most."""

READ_AHEAD_BYTES = 40_000_000
"""More than waits in the pipe, and in memory before it is looked at."""

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")


class SlowFile:
    """A file of a batch that is read until it is let go."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        os.mkfifo(path)

    def message(self) -> dict[str, Any]:
        return {
            "type": "BATCH",
            "stream": "slow",
            "encoding": {"format": "jsonl", "compression": "none"},
            "manifest": [self._path.as_uri()],
        }

    def wait_until_read(self) -> None:
        while self._descriptor is None:
            with suppress(OSError):  # nobody reads it yet
                self._descriptor = os.open(self._path, os.O_WRONLY | os.O_NONBLOCK)
            time.sleep(0.01)

    def finish(self, line: str = '{"id": "a"}') -> None:
        """Let it end with a line."""
        assert self._descriptor is not None
        os.write(self._descriptor, f"{line}\n".encode())
        self.close()

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = None


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[SlowFile]:
    slow = SlowFile(tmp_path / "slow.jsonl")
    yield slow
    slow.close()


def rows(first: int, count: int, text: str = "") -> list[Any]:
    return [record("t", {"id": key, "v": text}) for key in range(first, first + count)]


def begin(process: subprocess.Popen[bytes], slow: SlowFile) -> None:
    """Let a load begin that takes until the slow file ends, and let state 1 wait for it."""
    *others, last = rows(0, BATCH_ROWS)
    send(process, SCHEMA, SLOW, slow.message(), *others, state(1), last)
    slow.wait_until_read()


def sending(process: subprocess.Popen[bytes], *messages: Any) -> threading.Thread:
    """Write messages, which may be more than the target takes."""

    def write() -> None:
        with suppress(BrokenPipeError, ValueError):
            send(process, *messages)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    return thread


def is_taken(process: subprocess.Popen[bytes], *messages: Any) -> bool:
    """Write messages, and tell whether the target takes them within a time that is ample."""
    thread = sending(process, *messages)
    thread.join(20)
    return not thread.is_alive()


def is_silent(process: subprocess.Popen[bytes], seconds: float = 1) -> bool:
    assert process.stdout
    return not select.select([process.stdout], [], [], seconds)[0]


def rest_of(process: subprocess.Popen[bytes]) -> tuple[list[int], str]:
    """Read the states and what is said until the process ends."""
    assert process.stdout
    assert process.stderr
    states = [int(line) for line in process.stdout]
    said = process.stderr.read().decode()
    process.wait(60)
    return states, said


def loaded(file: File) -> list[int]:
    return [key for (key,) in file.query("SELECT id FROM t ORDER BY id")]


def loaded_while_open(file: File, folder: Path) -> list[int]:
    """Read what is committed in a file that the target still has open."""
    copy = File(folder / "copy.duckdb")
    for ending in ("", ".wal"):
        if (written := file.path.with_name(file.path.name + ending)).exists():
            shutil.copy(written, copy.path.with_name(copy.path.name + ending))
    copy.execute("CHECKPOINT")
    return loaded(copy)


def test_input_is_read_while_records_are_loaded(file: File, tmp_path: Path, slow: SlowFile) -> None:
    long = rows(BATCH_ROWS, BATCH_ROWS // 2, "x" * (READ_AHEAD_BYTES // (BATCH_ROWS // 2)))
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        assert is_taken(process, *long, state(2))
        assert is_silent(process)
        slow.finish()
        assert received(process.stdout) == 1
        assert loaded_while_open(file, tmp_path)[:BATCH_ROWS] == list(range(BATCH_ROWS))
        assert process.stdin
        process.stdin.close()
        assert rest_of(process)[0] == [2]
    assert process.returncode == 0
    assert loaded(file) == list(range(BATCH_ROWS + BATCH_ROWS // 2))


def test_files_of_parquet_are_looked_at_while_records_are_loaded(
    file: File, tmp_path: Path, slow: SlowFile
) -> None:
    path = tmp_path / "part.parquet"
    parquet.write_table(pa.Table.from_pylist([{"id": -1, "v": "a"}]), path)
    batch = {"type": "BATCH", "stream": "t", "encoding": {"format": "parquet"}}
    batch["manifest"] = [path.as_uri()]
    long = rows(BATCH_ROWS, 100, "x" * (READ_AHEAD_BYTES // 100))
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        assert is_taken(process, batch, *long, state(2))
        slow.finish()
        assert process.stdin
        process.stdin.close()
        assert rest_of(process)[0] == [1, 2]
    assert loaded(file) == list(range(-1, BATCH_ROWS + 100))


def test_one_batch_waits_while_another_is_loaded(file: File, slow: SlowFile) -> None:
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        more = rows(BATCH_ROWS, MOST_ROWS, "x" * (READ_AHEAD_BYTES // MOST_ROWS))
        assert is_taken(process, *more)
        sending(process, *more, state(2))
        assert is_silent(process)
        slow.finish()
        assert received(process.stdout) == 1
    assert process.returncode


def test_what_waits_long_does_not_stop_the_reading(file: File, slow: SlowFile) -> None:
    long = rows(BATCH_ROWS, 100, "x" * (READ_AHEAD_BYTES // 100))
    with running(file, batch_size_rows=MOST_ROWS, batch_age_seconds=1) as process:
        begin(process, slow)
        send(process, *rows(-1, 1), state(2))
        assert is_silent(process, 2.5)
        assert is_taken(process, *long, state(3))
        slow.finish()
        states = [received(process.stdout)]
        while states[-1] < 3:  # without a further message
            states.append(received(process.stdout))
        process.kill()
        process.wait()
    assert states in ([1, 3], [1, 2, 3])
    assert loaded(file) == list(range(-1, BATCH_ROWS + 100))


def test_fewer_records_do_while_nothing_is_loaded(file: File, slow: SlowFile) -> None:
    with running(file, batch_size_rows=MOST_ROWS, batch_age_seconds=3600) as process:
        begin(process, slow)
        send(process, *rows(BATCH_ROWS, BATCH_ROWS - 1), state(2))
        slow.finish()
        assert received(process.stdout) == 1
        assert is_silent(process)
        send(process, *rows(-1, 1))
        assert received(process.stdout) == 2
        process.kill()
        process.wait()
    assert loaded(file) == list(range(-1, 2 * BATCH_ROWS - 1))


def test_load_that_fails_confirms_nothing_and_lets_nothing_follow(
    file: File, slow: SlowFile
) -> None:
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        sending(process, *rows(0, MOST_ROWS), state(2))
        assert is_silent(process)
        slow.finish(WITHOUT_KEY)
        states, said = rest_of(process)  # though its input has not ended
    assert states == []
    assert process.returncode == 1
    assert said.startswith(
        'ERROR target-duckdb-bulk: MissingKeyError: A record of stream "slow" has no "id"'
    )
    assert said.count("\n") == 1
    assert "private" not in said
    assert file.query("SELECT count(*) FROM duckdb_tables()") == [(0,)]


def test_load_that_fails_ends_the_run_while_nothing_comes(file: File, slow: SlowFile) -> None:
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        assert is_silent(process)
        slow.finish(WITHOUT_KEY)
        states, said = rest_of(process)
    assert (states, process.returncode) == ([], 1)
    assert "MissingKeyError" in said


@pytest.mark.parametrize("line", ['{"broken', '{"type": "BATCH", "stream": "t", "manifest": "x"}'])
def test_earlier_load_that_fails_is_what_is_told(file: File, slow: SlowFile, line: str) -> None:
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        send(process, *rows(BATCH_ROWS, 10), state(2), line)
        assert is_silent(process)
        slow.finish(WITHOUT_KEY)
        states, said = rest_of(process)
    assert (states, process.returncode) == ([], 1)
    assert "MissingKeyError" in said
    assert said.count("\n") == 1


def test_load_is_finished_where_a_batch_cannot_be_read(file: File, slow: SlowFile) -> None:
    missing = {"type": "BATCH", "stream": "t", "encoding": {"format": "jsonl"}}
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        send(process, *rows(BATCH_ROWS, 10), state(2), {**missing, "manifest": ["missing"]})
        assert is_silent(process)
        slow.finish()
        states, said = rest_of(process)
    assert (states, process.returncode) == ([1], 1)
    assert "BatchError" in said
    assert loaded(file) == list(range(BATCH_ROWS))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_in_a_load_loads_what_came(
    file: File, slow: SlowFile, number: signal.Signals
) -> None:
    with running(file, batch_size_rows=MOST_ROWS) as process:
        begin(process, slow)
        send(process, *rows(BATCH_ROWS, 10), state(2))
        assert is_silent(process)
        process.send_signal(number)
        assert is_silent(process)
        process.send_signal(number)
        slow.finish()
        states, said = rest_of(process)
    assert process.returncode == 128 + number
    assert states == [1, 2]
    assert "Traceback" not in said
    assert loaded(file) == list(range(BATCH_ROWS + 10))
    assert not file.path.with_name(file.path.name + ".wal").exists()
