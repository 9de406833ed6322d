"""Running a command and measuring what it took."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.running_server import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

_BYTES_A_UNIT = 1024  # of ru_maxrss, on Linux
_LAST_CHARACTERS = 2000


@dataclass(frozen=True)
class Run:
    """What a process took.

    Attributes:
        seconds: From its start to its end.
        cpu_seconds: Of all its threads.
        peak_megabytes: Its largest resident memory. It is no less than that of the benchmark when
            it started the process, so the benchmark itself keeps small.
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
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # Popen must not wait for it again
        if process.returncode and not may_fail:
            stderr.seek(0)
            said = stderr.read().decode(errors="replace")[-_LAST_CHARACTERS:]
            raise FailedRunError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    return Run(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * _BYTES_A_UNIT / 2**20,
        process.returncode,
    )


def measure_together(commands: Sequence[Sequence[str]], *, may_fail: bool = False) -> list[Run]:
    """Run commands at the same time and measure each."""
    with ThreadPoolExecutor(len(commands)) as threads:
        return list(threads.map(partial(measure, may_fail=may_fail), commands))
