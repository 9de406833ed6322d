"""A run as an orchestrator starts it, tap into loader, each a process that can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

TAP = Path(sys.executable).parent / "tap-genesys-search"
RUN_SECONDS = 300
_GLANCE_SECONDS = 0.002


@dataclass(frozen=True)
class Kill:
    """When and what to kill.

    Attributes:
        seconds: How long to wait.
        running: Whether that counts from the tap's first line, rather than from its start.
        loader_too: Whether the loader is killed at the same moment, rather than seeing the end
            of its input.
    """

    seconds: float
    running: bool
    loader_too: bool


@dataclass(frozen=True)
class Run:
    """How a run ended.

    Attributes:
        lines: What the tap wrote, the last one possibly cut.
        tap_code: The tap's exit code, negative for the signal that killed it.
        loader_code: The loader's.
        said: What both wrote to stderr.
    """

    lines: list[bytes]
    tap_code: int
    loader_code: int
    said: str


def run_pipeline(folder: Path, loader: Path, kill: Kill | None = None) -> Run:
    """Run tap and loader from the last state that the loader wrote, and kill them if told to.

    Args:
        folder: Has the configurations, `tap.json` and `loader.json`, and `catalog.json` unless the
            streams selected by default are wanted; gets the states.
        loader: The loader's command.
        kill: When to kill what.
    """
    state = last_state(folder)
    catalog = folder / "catalog.json"
    chosen: list[str | Path] = ["--catalog", catalog] if catalog.exists() else []
    (folder / "state.json").write_text(state or "{}")
    copy = folder / "lines"
    copy.unlink(missing_ok=True)
    with (
        (folder / "stderr").open("wb") as stderr,
        (folder / "states").open("ab") as states,
        subprocess.Popen(
            [TAP, "--config", folder / "tap.json", "--state", folder / "state.json", *chosen],
            stdout=subprocess.PIPE,
            stderr=stderr,
        ) as tap,
        subprocess.Popen(
            [loader, "--config", folder / "loader.json"],
            stdin=subprocess.PIPE,
            stdout=states,
            stderr=stderr,
        ) as target,
    ):
        pump = threading.Thread(target=_pass_on, args=(tap.stdout, copy, target.stdin))
        pump.start()
        try:
            if kill is not None:
                _wait_for(kill, tap, copy)
                tap.kill()
                if kill.loader_too:
                    target.kill()
            tap.wait(RUN_SECONDS)
            pump.join(RUN_SECONDS)
            target.wait(RUN_SECONDS)
        finally:
            tap.kill()
            target.kill()
            pump.join()
    return Run(
        copy.read_bytes().splitlines(keepends=True),
        tap.returncode,
        target.returncode,
        (folder / "stderr").read_text(errors="replace"),
    )


def last_state(folder: Path) -> str | None:
    """Read the last state that the loader wrote in any run so far."""
    states = folder / "states"
    lines = states.read_text().splitlines() if states.exists() else []
    return lines[-1] if lines else None


def write_configs(folder: Path, tap: dict[str, Any], loader: dict[str, Any]) -> None:
    """Write the configurations of tap and loader."""
    (folder / "tap.json").write_text(json.dumps(tap))
    (folder / "loader.json").write_text(json.dumps(loader))


def _pass_on(source: IO[bytes], copy: Path, sink: IO[bytes]) -> None:
    """Be the pipe between the two, and keep a copy of what goes through it."""
    with copy.open("wb", buffering=0) as file, suppress(BrokenPipeError), sink:
        try:
            while chunk := source.read1(65536):  # type: ignore[attr-defined]
                file.write(chunk)
                sink.write(chunk)
                sink.flush()
        finally:
            # The loader is gone: what the tap has written until it notices is still copied.
            while chunk := source.read1(65536):  # type: ignore[attr-defined]
                file.write(chunk)


def _wait_for(kill: Kill, tap: subprocess.Popen[bytes], copy: Path) -> None:
    if kill.running:
        while tap.poll() is None and not (copy.exists() and copy.stat().st_size):
            time.sleep(_GLANCE_SECONDS)
    with suppress(subprocess.TimeoutExpired):
        tap.wait(kill.seconds)
