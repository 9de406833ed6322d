"""How long the tap takes to say something, against what it is built on."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.contestant import TAP_COMMAND, write_config
from benchmarks.figures import Figures, Table
from benchmarks.interleaved import interleave
from benchmarks.options import describe_setting
from benchmarks.processes import measure
from benchmarks.running_server import Load, RunningServer
from benchmarks.spread import ratios, spread, write_number

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.options import Options

SDK = "`import singer_sdk`"

TIMES_AS_OFTEN = 2
"""These runs are short."""


def measure_commands(options: Options, folder: Path) -> Figures:
    """Measure the commands that read nothing."""
    rounds = TIMES_AS_OFTEN * options.rounds
    # Neither sends a request, so there need be no server.
    config = RunningServer("http://127.0.0.1:1", Load()).config(1)
    commands = {
        "Python alone": [sys.executable, "-c", "pass"],
        SDK: [sys.executable, "-c", "import singer_sdk"],
        "`tap-genesys-search --version`": [TAP_COMMAND, "--version"],
        "`tap-genesys-search --discover`": [
            TAP_COMMAND,
            "--discover",
            "--config",
            str(write_config(folder, "config", config)),
        ],
    }
    runs = interleave(
        {name: partial(measure, command) for name, command in commands.items()},
        rounds,
        "Start-up",
    )
    base = [run.seconds for run in runs[SDK]]
    rows = []
    for name, measured in runs.items():
        seconds = [run.seconds for run in measured]
        milliseconds = write_number(1000 * spread(seconds).median)
        rows.append([name, str(ratios(seconds, base)), milliseconds])
    return Figures(describe_setting(rounds), Table(["", "× time", "Milliseconds"], rows))
