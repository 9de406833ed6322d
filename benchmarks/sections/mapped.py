"""What it costs to have the tap do more with a record: stream maps, flattening, batches."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.contestant import BARE_LOOP, TAP, write_config
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.processes import Run, measure
from benchmarks.running_server import Load, running_server
from benchmarks.spread import spread, time_ratios, write_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options

LOAD = Load(records=5000)
PLAIN = "The tap, with nothing to do beside"
HASHED = {
    "stream_maps": {"interactions": {"customer_name": "sha256(config['pepper'] + customer_name)"}},
    "stream_map_config": {"pepper": "a long text that nobody guesses"},
}
DROPPED = {"stream_maps": {"interactions": {"customer_name": "__NULL__"}}}
FILTERED = {"stream_maps": {"interactions": {"__filter__": "media_type != 'email'"}}}
FLATTENED = {"flattening_enabled": True, "flattening_max_depth": 1}


def measure_maps(options: Options, folder: Path) -> Figures:
    """Compare the tap with itself, when there is more to do."""
    batches = folder / "batches"
    variants: dict[str, dict[str, Any]] = {
        PLAIN: {},
        "`customer_name` hashed": HASHED,
        "`customer_name` left out": DROPPED,
        "Emails left out by `__filter__`": FILTERED,
        "Flattened": FLATTENED,
        "Flattened and hashed": {**HASHED, **FLATTENED},
        "Batches: JSON lines, gzip": batch_config(batches, format="jsonl", compression="gzip"),
        "Batches: Parquet": parquet_config(batches),
        "Batches: Parquet, hashed": parquet_config(batches, HASHED),
    }
    windows = options.records // LOAD.records
    with running_server(LOAD) as server:
        config = server.config(windows, poll_interval_seconds=0)
        server.warm(windows)
        plain = write_config(folder, "plain", config)
        commands = {BARE_LOOP.name: BARE_LOOP.command(plain)}
        for number, (name, settings) in enumerate(variants.items()):
            commands[name] = TAP.command(write_config(folder, f"{number}", {**config, **settings}))
        runs = interleave(
            {name: partial(_measure, command, batches) for name, command in commands.items()},
            options.rounds,
            "Mapped",
        )
    return Figures(
        f"{windows * LOAD.records:,} records, pages of 1,000. {options.setting}", _table(runs)
    )


def batch_config(folder: Path, **encoding: str) -> dict[str, Any]:
    """Write the setting that has the tap write files."""
    return {"batch_config": {"encoding": encoding, "storage": {"root": folder.as_uri()}}}


def parquet_config(folder: Path, beside: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Write the settings for Parquet, where an object has to become a text."""
    beside = beside or {}
    maps = beside.get("stream_maps", {}).get("interactions", {})
    text = {"metadata": "str(json.dumps(metadata))"}
    return {
        **beside,
        **batch_config(folder, format="parquet"),
        "stream_maps": {"interactions": {**maps, **text}},
    }


def _measure(command: Sequence[str], batches: Path) -> Run:
    shutil.rmtree(batches, ignore_errors=True)
    batches.mkdir()
    return measure(command)


def _table(runs: Mapping[str, Sequence[Run]]) -> Table:
    base = runs[PLAIN]
    return Table(
        ["", "× time", "× CPU time", "Seconds", "Peak memory, MB"],
        [
            [
                name,
                *time_ratios(measured, base),
                write_number(spread(run.seconds for run in measured).median),
                write_number(spread(run.peak_megabytes for run in measured).median),
            ]
            for name, measured in runs.items()
        ],
    )
