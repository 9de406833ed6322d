"""Measure the tap side by side with others: `python3 tasks.py bench [--quick] [options]`."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figures, describe_figures, keep_figures, write_figures
from benchmarks.options import QUICK, Options
from benchmarks.running_server import ROOT
from benchmarks.script_environments import python_for
from benchmarks.sections import SECTIONS
from scripts.clean_environment import enter_clean_environment

PAGE = ROOT / "docs" / "performance.md"
FIGURES = ROOT / "docs" / "performance.json"
PLOT = ROOT / "docs" / "performance.svg"
DRAWN = {"throughput", "concurrency"}


def main() -> None:
    """Measure the sections asked for, print their figures and write them into the page."""
    parser = argparse.ArgumentParser(prog="tasks.py bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small and only printed, to see that it works"
    )
    parser.add_argument(
        "--only", action="append", choices=SECTIONS, help="a section; may be given several times"
    )
    parser.add_argument("--rounds", type=int, help="runs of each contestant, 5 unless quick")
    parser.add_argument("--records", type=int, help="records that all contestants extract")
    parser.add_argument(
        "--time-scale",
        type=float,
        help="what the platform's times are multiplied by, 0.05 unless quick",
    )
    arguments = parser.parse_args()
    chosen = {
        name: value
        for name in ("rounds", "records", "time_scale")
        if (value := getattr(arguments, name)) is not None
    }
    options = replace(QUICK if arguments.quick else Options(), **chosen)
    for name in arguments.only or SECTIONS:
        with tempfile.TemporaryDirectory() as folder:
            measured = {name: SECTIONS[name](options, Path(folder))}
        print(*describe_figures(measured), sep="\n", flush=True)
        if not arguments.quick:  # a later section may fail, and this one took its time
            _write(measured)


def _write(measured: dict[str, Figures]) -> None:
    kept = keep_figures(FIGURES, measured)
    write_figures(PAGE, kept)
    if kept.keys() >= DRAWN:
        script = ROOT / "benchmarks" / "plot.py"
        subprocess.run([python_for(script), script, FIGURES, PLOT], check=True)


if __name__ == "__main__":
    enter_clean_environment()
    main()
