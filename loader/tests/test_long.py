"""Ten million records, half of them twice: `uv run pytest -m long`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import COMMAND, INTEGER, MOMENT, NUMBER, OBJECT, TEXT, File, line_of, schema

ROWS = 10_000_000
KEYS = 5_000_000
STATUS = Path("/proc/self/status")

PROPERTIES = {"id": TEXT, "n": INTEGER, "at": MOMENT, "name": TEXT, "score": NUMBER, "data": OBJECT}
SCHEMA = line_of(schema("t", PROPERTIES)).decode()
WRITER = f"""
import hashlib, sys
write = sys.stdout.write
write({SCHEMA!r})
for first in range(0, {ROWS}, 1000):
    lines = []
    for n in range(first, first + 1000):
        key = hashlib.md5(b"%d" % (n % {KEYS})).hexdigest()
        lines.append(
            '{{"type":"RECORD","stream":"t","record":{{"id":"%s","n":%d,"at":"2026-01-05T10:%02d:%02dZ",'
            '"name":"customer %d","score":%f,"data":{{"a":[%d],"b":"x"}}}}}}' % (
                key, n, n // 60 % 60, n % 60, n % 1000, n / 7, n))
    lines.append('{{"type":"STATE","value":%d}}' % (first + 1000))
    write("\\n".join(lines) + "\\n")
"""


def resident_megabytes(process: int) -> int:
    text = Path(f"/proc/{process}/status").read_text()
    fields = dict(line.split(":", 1) for line in text.splitlines())
    return int(fields.get("VmRSS", "0 kB").split()[0]) // 1024


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not STATUS.exists(), reason="looks for memory where Linux tells it")
def test_memory_stays_flat(tmp_path: Path) -> None:
    file = File(tmp_path / "a.duckdb")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"path": str(file.path)}))
    samples: dict[int, int] = {}
    started = time.monotonic()
    with (
        subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE) as writer,
        subprocess.Popen(
            [*COMMAND, "--config", str(config)], stdin=writer.stdout, stdout=subprocess.PIPE
        ) as process,
    ):
        assert process.stdout
        for line in process.stdout:
            samples[int(line)] = resident_megabytes(process.pid)
            print(int(line), samples[int(line)], round(time.monotonic() - started), flush=True)  # noqa: T201
    assert process.returncode == 0
    assert list(samples)[-1] == ROWS
    rows = file.query("SELECT count(*), count(DISTINCT id), min(n), max(n), sum(n) FROM t")
    last = range(ROWS - KEYS, ROWS)
    assert rows == [(KEYS, KEYS, last[0], last[-1], sum(last))]
    early = max(memory for rows, memory in samples.items() if rows <= ROWS // 4)
    assert max(samples.values()) < 2 * early
