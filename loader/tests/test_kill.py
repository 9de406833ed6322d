"""A target that is killed at any moment leaves a file that opens, with all that it confirmed."""

from __future__ import annotations

import json
import random
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.support import COMMAND, INTEGER, TEXT, File, line_of, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

ROWS_A_STATE = 50
STATES = 400


def lines_from(first: int) -> list[bytes]:
    """Write two streams; state n says that all records up to n are written."""
    lines = [line_of(schema(name, {"id": INTEGER, "v": TEXT})) for name in ("a", "b")]
    for number in range(first, STATES):
        for key in range(number * ROWS_A_STATE, (number + 1) * ROWS_A_STATE):
            lines += [line_of(record(name, {"id": key, "v": "x" * 200})) for name in ("a", "b")]
        lines.append(line_of(state(number + 1)))
    return lines


def kill_while_loading(config: Path, first: int, seconds: float) -> int:
    """Load from a state on, kill the target, and return the last state that it confirmed."""
    with subprocess.Popen(
        [*COMMAND, "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin
        assert process.stdout
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        with suppress(BrokenPipeError):
            for line in lines_from(first):
                process.stdin.write(line)
        with suppress(BrokenPipeError):
            process.stdin.close()
        confirmed = [json.loads(line) for line in process.stdout.read().splitlines()]
        process.wait()
        timer.cancel()
    return max([first, *map(int, confirmed)])


@pytest.mark.parametrize("seed", range(4))
def test_nothing_confirmed_is_missing(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same moments each time, as far as there are any
    file = File(tmp_path / "a.duckdb")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"path": str(file.path), "batch_size_rows": 500}))
    reached = 0
    end = time.monotonic() + 15
    while reached < STATES and time.monotonic() < end:
        reached = kill_while_loading(config, reached, rng.uniform(0.4, 2.5))
        if not file.path.exists():
            continue
        assert_loaded(file, reached * ROWS_A_STATE)


def assert_loaded(file: File, confirmed: int) -> None:
    """Check that what is loaded is a beginning of what was written, and holds what is confirmed."""
    tables = [row[0] for row in file.query("SELECT table_name FROM duckdb_tables()")]
    counts = [
        file.query(f"SELECT count(*), count(DISTINCT id), coalesce(max(id) + 1, 0) FROM {name}")[0]
        for name in sorted(tables)
    ]
    assert all(len(set(count)) == 1 for count in counts)
    rows = [count[0] for count in counts] or [0, 0]
    assert rows[0] - rows[1] in {0, 1}  # it may have ended between two streams
    assert rows[1] >= confirmed
