"""Whatever a server answers, the tap takes less than 600 MB, by the kernel's own count."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.hostile_server import SEARCH_APIS, HostileServer, record
from tests.support.singer_run import catalog_of

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

pytestmark = [pytest.mark.reliability, pytest.mark.timeout(600)]

MOST_MEGABYTES = 600
SECONDS = 90
"""How long a run goes on that only has a lot to write."""

STREAMS = ("interactions", "search_audits", "conversation_segments", "transcripts")

LARGEST = {
    "values": ",".join(["{}"] * 190_000),
    "small objects": ",".join(['{"a":1}'] * 95_000),
    "nested objects": ",".join(['{"a":{"a":{"a":{}}}}'] * 38_000),
    "a text": f'"{"x" * 7_000_000}\U0001f600"',
    "texts": ",".join(['"\U0001f600"'] * 380_000),
}
"""What makes a page as large as may be."""


def peak_of(folder: Path, config: dict[str, Any]) -> float:
    """Run the tap, for some time at most, and measure its largest resident set in megabytes."""
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "catalog.json").write_text(json.dumps(catalog_of(*STREAMS)))
    command = (sys.executable, "-m", "tap_genesys_search", "--config", folder / "config.json")
    with (
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(
            [*command, "--catalog", folder / "catalog.json"],
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        ) as tap,
    ):
        killer = threading.Timer(SECONDS, tap.kill)
        killer.start()
        peak = 0.0
        while tap.poll() is None:
            # Not `getrusage`, which counts what the parent had before it forked.
            status = Path(f"/proc/{tap.pid}/status").read_text()
            if found := re.search(r"VmHWM:\s+(\d+)", status):
                peak = max(peak, int(found[1]) / 1024)
            time.sleep(0.02)
        killer.cancel()
    return peak


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("what", LARGEST)
@pytest.mark.parametrize("api", SEARCH_APIS)
def test_pages_as_large_as_may_be_fit_into_memory(
    httpserver: HTTPServer, tmp_path: Path, api: str, what: str
) -> None:
    server = HostileServer(
        httpserver,
        api,
        lambda number, _size: record(f"c-{number}", LARGEST[what]),
        lambda _: 20,
    )
    peak = peak_of(tmp_path, server.config(end_date="2026-01-12T00:00:00.000Z"))
    assert server.asked > 2
    assert 0 < peak < MOST_MEGABYTES
