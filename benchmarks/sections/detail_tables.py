"""How fast the tables of conversations are written, against the least that writes the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.contestant import TAP_COMMAND, write_config
from benchmarks.conversation_platform import START
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.processes import measure
from benchmarks.running_server import PAGE_SIZE, ROOT, UNLIMITED
from benchmarks.spread import spread, time_ratios, write_number
from benchmarks.written_records import read_written
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options
    from benchmarks.processes import Run

BARE = "Bare loop (urllib3, orjson)"
TAP = "tap-genesys-search"
TAP_AND_INTERACTIONS = "… and interactions, which hold each conversation whole"

RECORDS_A_CONVERSATION = 25
"""About; the tables of a conversation have as many rows."""

CONVERSATIONS_A_DAY = 2000


def measure_tables(options: Options, folder: Path) -> Figures:
    """Compare the tap, with all tables selected, with a loop that only splits and writes."""
    days = max(1, options.many_records // (RECORDS_A_CONVERSATION * CONVERSATIONS_A_DAY))
    with running_conversations(days) as url:
        config = write_config(folder, "config", conversations_config(url, days))
        commands = {
            BARE: [sys.executable, "-m", "benchmarks.contestants.bare_tables", str(config)],
            TAP: tap_command(config, folder, "tables", {*CONVERSATION_TABLES, "search_audits"}),
            TAP_AND_INTERACTIONS: tap_command(
                config, folder, "all", {*CONVERSATION_TABLES, "search_audits", "interactions"}
            ),
        }
        written = {
            name: read_written(command, set(CONVERSATION_TABLES))
            for name, command in commands.items()
        }
        if len({*written.values()}) > 1:
            raise ValueError(f"They don't write the same rows: {written}")
        rows = written[BARE].records
        runs = interleave(
            {name: partial(measure, command) for name, command in commands.items()},
            options.rounds,
            f"{rows:,} rows of tables",
        )
    return Figures(
        f"{rows:,} rows in {len(CONVERSATION_TABLES)} tables, of "
        f"{days * CONVERSATIONS_A_DAY:,} conversations in pages of {PAGE_SIZE:,}. "
        f"{options.setting}",
        _table(runs, rows),
    )


def _table(runs: Mapping[str, Sequence[Run]], rows: int) -> Table:
    base = runs[BARE]
    return Table(
        ["", "× time", "× CPU time", "Rows of tables a second", "Peak memory, MB"],
        [
            [
                name,
                *time_ratios(measured, base),
                write_number(spread(rows / run.seconds for run in measured).median),
                write_number(spread(run.peak_megabytes for run in measured).median),
            ]
            for name, measured in runs.items()
        ],
    )


def conversations_config(url: str, days: int) -> dict[str, Any]:
    """Make the configuration that reads all days of a server of conversations."""
    return {
        "client_id": "benchmark",
        "client_secret": "not-a-secret",
        "search_api": "conversation_jobs",
        "auth_url": url,
        "api_url": url,
        "start_date": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        "end_date": f"{START + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
        "window_hours": 24,
        "page_size": PAGE_SIZE,
        "poll_interval_seconds": 0,
        "requests_per_minute": UNLIMITED,
    }


def tap_command(config: Path, folder: Path, name: str, selected: set[str]) -> list[str]:
    """Write the catalog that selects some streams, and the command that reads it."""
    discover = [TAP_COMMAND, "--config", str(config), "--discover"]
    found = subprocess.run(discover, check=True, capture_output=True, cwd=ROOT)
    catalog = json.loads(found.stdout)
    for entry in catalog["streams"]:
        (root,) = (item["metadata"] for item in entry["metadata"] if not item["breadcrumb"])
        root["selected"] = entry["stream"] in selected
    path = write_config(folder, name, catalog)
    return [TAP_COMMAND, "--config", str(config), "--catalog", str(path)]


@contextmanager
def running_conversations(days: int) -> Iterator[str]:
    """Run a server of conversations until the block ends; gives its address."""
    command = [sys.executable, "-m", "benchmarks.conversation_server", f"--days={days}"]
    command += [f"--conversations={CONVERSATIONS_A_DAY}", f"--page-size={PAGE_SIZE}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not (url := process.stdout.readline().strip()):
                raise RuntimeError("The server of conversations did not start")
            yield url
        finally:
            process.terminate()
