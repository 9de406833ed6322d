"""Stopping the tap's process by a signal or by closing its stdout, and judging how it ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from tap_genesys_search.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from genesys_cloud_simulator import Org, Simulator

CLOSED_PIPE = "closed pipe"
STOPS = (
    *(one.name for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)),
    CLOSED_PIPE,
)
GRACE_SECONDS = 20
"""Much longer than it takes, for machines that are busy; what is not stopped takes a minute."""

_PATIENCE_SECONDS = 60
_PAUSE_SECONDS = 0.05
_LOG_LINE = re.compile(r"\d{4}-\d{2}-\d{2} .*\| (INFO|WARNING|ERROR) +\|")


@dataclass(frozen=True)
class StoppedRun:
    """How a run ended that was stopped.

    Attributes:
        how: How it was stopped, one of STOPS.
        code: The exit code.
        seconds: How long it took to end.
        stdout: What it had written, as far as it was read.
        stderr: What it said.
    """

    how: str
    code: int
    seconds: float
    stdout: bytes
    stderr: str


@contextmanager
def started_tap(
    folder: Path, config: dict[str, Any], *command: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start the tap with its stdout as a pipe and its stderr as a file.

    Args:
        folder: Where its settings and its stderr go.
        config: Its settings.
        *command: What Python is to run instead of the tap's own module.
    """
    command = command or ("-m", "tap_genesys_search")
    (folder / "config.json").write_text(json.dumps(config))
    with (
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(
            [sys.executable, *command, "--config", folder / "config.json"],
            stdout=subprocess.PIPE,
            stderr=stderr,
            # On a Python that is about to be dropped the SDK says so.
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        ) as tap,
    ):
        try:
            yield tap
        finally:
            tap.kill()


def stop(tap: subprocess.Popen[bytes], how: str, folder: Path, read: bytes = b"") -> StoppedRun:
    """Stop the tap and wait until it has ended; one that does not is killed.

    Args:
        tap: The running tap.
        how: One of STOPS.
        folder: Where its stderr goes.
        read: What was read of its stdout so far.
    """
    stdout = stdout_of(tap)
    watchdog = threading.Timer(2 * GRACE_SECONDS, tap.kill)
    watchdog.start()
    stopped = time.monotonic()
    if how == CLOSED_PIPE:
        stdout.close()
    else:
        tap.send_signal(signal.Signals[how])
        time.sleep(_PAUSE_SECONDS)  # so that it is not the reader who ends a blocked write
        read += stdout.read()
    code = tap.wait()
    seconds = time.monotonic() - stopped
    watchdog.cancel()
    watchdog.join()
    return StoppedRun(how, code, seconds, read, (folder / "stderr").read_text())


def stdout_of(tap: subprocess.Popen[bytes]) -> IO[bytes]:
    assert tap.stdout is not None
    return tap.stdout


def wait_until(condition: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "what was waited for did not happen"
        time.sleep(0.005)


def find_faults(run: StoppedRun, simulator: Simulator) -> list[str]:
    """List in words what is wrong with the way a run ended."""
    errors = [line for line in run.stderr.splitlines() if "| ERROR " in line]
    strange = [line for line in run.stderr.splitlines() if not _LOG_LINE.match(line)]
    found = {
        f"took {run.seconds:.1f} s to end": run.seconds > GRACE_SECONDS,
        f"exit code {run.code}": run.code in {0, -signal.SIGKILL},
        f"{len(errors)} error lines": len(errors) != 1,
        "a traceback": "Traceback" in run.stderr,
        "an ignored exception": "Exception ignored" in run.stderr,
        f"{len(strange)} lines that are no log lines": bool(strange),
        f"{open_jobs(simulator)} jobs left open": open_jobs(simulator) > 0,
    }
    if run.how != CLOSED_PIPE:
        found["a line that is cut"] = not (b"\n" + run.stdout).endswith(b"\n")
        found["a line that is no message"] = has_broken_line(run.stdout)
        found["a state ahead of the records"] = is_state_ahead(run.stdout, simulator.org)
    return [fault for fault, is_there in found.items() if is_there]


def open_jobs(simulator: Simulator) -> int:
    """Count the jobs that nobody has seen the end of, or deleted."""
    if not simulator.log.by_operation["job_submit"]:
        return 0
    return len(simulator.open_searches._open)  # noqa: SLF001 - it only says how many there were


def is_state_ahead(stdout: bytes, org: Org) -> bool:
    """Say whether a state covers an interaction that is not written before it."""
    written: set[str] = set()
    for line in stdout.splitlines():
        message = parse(line)
        if message is None:
            continue
        if message["type"] == "RECORD" and message["stream"] == "interactions":
            written.add(message["record"]["id"])
        if message["type"] == "STATE":
            for bookmark in message["value"]["bookmarks"].values():
                moment = bookmark.get("replication_key_value")
                if moment and not written.issuperset(
                    org.ids_between(org.start, parse_timestamp(moment))
                ):
                    return True
    return False


def has_broken_line(stdout: bytes) -> bool:
    """Say whether a line that ends is not a JSON object."""
    whole = [line for line in stdout.splitlines(keepends=True) if line.endswith(b"\n")]
    return any(parse(line) is None for line in whole)


def parse(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
