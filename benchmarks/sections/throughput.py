"""How fast records are read and written, against other ways to do it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import (
    BARE_LOOP,
    DLT_EXTRACTION,
    DLT_PIPELINE,
    SDK_TAP,
    SEQUENTIAL_LOOP,
    SERVER,
    SINGER_PYTHON_TAP,
    TAP,
    UNCOMPRESSED_LOOP,
    Contestant,
    write_config,
)
from benchmarks.figures import Bar, Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.processes import Run, measure
from benchmarks.running_server import Load, running_server
from benchmarks.spread import ratios, spread, time_ratios, write_number
from benchmarks.written_records import Written, read_written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.options import Options

LOAD = Load(records=5000)
ALL = (
    SERVER,
    UNCOMPRESSED_LOOP,
    BARE_LOOP,
    TAP,
    SEQUENTIAL_LOOP,
    DLT_EXTRACTION,
    SINGER_PYTHON_TAP,
    SDK_TAP,
    DLT_PIPELINE,
)
FASTEST = (SERVER, BARE_LOOP, TAP)


def measure_all(options: Options, folder: Path) -> Figures:
    """Compare all contestants."""
    return _compare(ALL, options.records, options, folder)


def measure_long(options: Options, folder: Path) -> Figures:
    """Compare the fastest contestants over a longer run, where starting up counts for less."""
    return _compare(FASTEST, options.many_records, options, folder)


def _compare(
    contestants: Sequence[Contestant], records: int, options: Options, folder: Path
) -> Figures:
    windows = records // LOAD.records
    with running_server(LOAD) as server:
        # The interval only matters to a client that waits for what is there already.
        config = write_config(folder, "config", server.config(windows, poll_interval_seconds=0))
        commands = {contestant.name: contestant.command(config) for contestant in contestants}
        server.warm(windows)
        if UNCOMPRESSED_LOOP in contestants:
            server.warm(windows, gzipped=False)
        print("Checking that all write the same", file=sys.stderr, flush=True)
        check_equal(contestants, commands, windows * LOAD.records)
        runs = interleave(
            {name: partial(measure, command) for name, command in commands.items()},
            options.rounds,
            f"{records:,} records",
        )
    return Figures(
        f"{windows * LOAD.records:,} records, pages of 1,000. {options.setting}",
        _table(runs, records),
        _bars(runs),
    )


def check_equal(
    contestants: Sequence[Contestant], commands: Mapping[str, Sequence[str]], expected: int
) -> None:
    """Let each contestant run once, and check that all write the same records.

    Raises:
        ValueError: One doesn't.
    """
    written = {
        each.name: read_written(commands[each.name]) for each in contestants if each.writes_records
    }
    for name, found in written.items():
        if found != Written(expected, written[TAP.name].digest):
            raise ValueError(f"{name} wrote {found.records} records of {expected}, or others")
    if DLT_PIPELINE in contestants:
        loaded = read_written(commands[DLT_PIPELINE.name]).records
        if loaded != expected:
            raise ValueError(f"{DLT_PIPELINE.name} loaded {loaded} records of {expected}")


def _table(runs: Mapping[str, Sequence[Run]], records: int) -> Table:
    base = runs[BARE_LOOP.name]
    return Table(
        ["", "× time", "× CPU time", "Records a second", "Peak memory, MB"],
        [
            [
                name,
                *time_ratios(measured, base),
                write_number(spread(records / run.seconds for run in measured).median),
                write_number(spread(run.peak_megabytes for run in measured).median),
            ]
            for name, measured in runs.items()
        ],
    )


def _bars(runs: Mapping[str, Sequence[Run]]) -> list[Bar]:
    base = [run.seconds for run in runs[BARE_LOOP.name]]
    bars = []
    for name, measured in runs.items():
        ratio = ratios([run.seconds for run in measured], base)
        bars.append(Bar(name, ratio.median, ratio.low, ratio.high))
    return bars
