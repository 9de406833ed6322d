"""Running a command and measuring what it took."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.running_server import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURED = ROOT / "benchmarks" / "measured.py"
_LAST_CHARACTERS = 2000


@dataclass(frozen=True)
class Run:
    """What a process took.

    Attributes:
        seconds: From its start to its end.
        cpu_seconds: Of all its threads.
        peak_megabytes: Its largest resident memory, that of its children included.
        exit_code: Negative for a signal.
    """

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    exit_code: int


class FailedRunError(Exception):
    """A process did not succeed."""


def measure(command: Sequence[str], *, may_fail: bool = False) -> Run:
    """Run a command, throw away what it writes, and measure it.

    Raises:
        FailedRunError: It did not succeed, though it may not fail.
    """
    with tempfile.TemporaryFile("w+b") as stderr:
        measured = subprocess.run(
            [sys.executable, "-I", "-S", MEASURED, *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stderr,
            check=True,
        )
        run = Run(**json.loads(measured.stdout))
        if run.exit_code and not may_fail:
            stderr.seek(0)
            said = stderr.read().decode(errors="replace")[-_LAST_CHARACTERS:]
            raise FailedRunError(f"{' '.join(command)} ended with {run.exit_code}:\n{said}")
    return run


def measure_together(commands: Sequence[Sequence[str]], *, may_fail: bool = False) -> list[Run]:
    """Run commands at the same time and measure each."""
    with ThreadPoolExecutor(len(commands)) as threads:
        return list(threads.map(partial(measure, may_fail=may_fail), commands))
