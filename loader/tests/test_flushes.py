"""What makes records be loaded before the input ends: rows, bytes and age."""

from __future__ import annotations

import json
import signal
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from target_duckdb_bulk.reading import BLOCK_BYTES
from tests.support import (
    INTEGER,
    TEXT,
    File,
    received,
    record,
    running,
    schema,
    send,
    state,
)

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SCHEMA = schema("t", {"id": INTEGER, "v": TEXT})
NEVER = 3600
BLOCKS = 4


def blocks(letter: str) -> list[Any]:
    """Write blocks of records that are longer than one read, and a state after each."""
    text = letter * (BLOCK_BYTES // 50)
    messages: list[Any] = []
    for number in range(BLOCKS):
        messages += [record("t", {"id": 100 * number + k, "v": text}) for k in range(100)]
        messages.append(state(number))
    return messages


def test_records_are_loaded_by_their_bytes(file: File) -> None:
    states = file.load(SCHEMA, *blocks("x"), batch_size_bytes=BLOCK_BYTES)
    assert states[-1] == BLOCKS - 1
    assert len(states) > 1
    assert file.load(SCHEMA, *blocks("y")) == [BLOCKS - 1]


def test_batches_are_loaded_by_their_bytes(file: File, tmp_path: Path) -> None:
    part = tmp_path / "part.jsonl"
    part.write_text(json.dumps({"id": 1, "v": "x" * 1000}) + "\n")
    batch = {"type": "BATCH", "stream": "t", "encoding": {"format": "jsonl"}}
    batch["manifest"] = [part.as_uri()]
    messages = [SCHEMA, batch, state(0), *blocks("x")]
    assert len(file.load(*messages, batch_size_bytes=1000)) > len(
        file.load(*messages, batch_size_bytes=10**9)
    )


class Trickle:
    """Writes a record and a state every tenth of a second, until it is stopped."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.written = 0
        self._process = process
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self) -> None:
        with suppress(BrokenPipeError, ValueError):
            while not self._stopped.wait(0.1):
                number = self.written + 1
                send(self._process, record("t", {"id": number}), state(number))
                self.written = number

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


def test_trickle_is_loaded_by_its_age(file: File) -> None:
    with running(file, batch_age_seconds=1) as process:
        send(process, SCHEMA)
        trickle = Trickle(process)
        confirmed = [received(process.stdout) for _ in range(3)]
        process.kill()
        trickle.stop()
        process.wait()
    assert sorted(set(confirmed)) == confirmed
    ids = [row[0] for row in file.query("SELECT id FROM t ORDER BY id")]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= confirmed[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_loses_nothing_that_was_read(file: File, number: signal.Signals) -> None:
    with running(file, batch_age_seconds=NEVER, batch_size_rows=20) as process:
        send(process, SCHEMA)
        trickle = Trickle(process)
        first = received(process.stdout)  # so it listens to signals, and more comes
        while trickle.written < first + 5:
            time.sleep(0.1)
        process.send_signal(number)
        rest = [int(line) for line in process.stdout or ()]
        trickle.stop()
        assert process.wait() == 128 + number
    loaded = [row[0] for row in file.query("SELECT id FROM t ORDER BY id")]
    assert loaded == list(range(1, len(loaded) + 1))
    assert [first, *rest][-1] in {len(loaded), len(loaded) - 1}
    assert len(loaded) >= first
