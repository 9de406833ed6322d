"""The benchmark's server as a process, and what the benchmark says to it and reads of it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.counters import Counters
from benchmarks.search_platform import COUNTERS_PATH, RESET_PATH, WARM_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
START = datetime(2025, 1, 1, tzinfo=timezone.utc)
PAGE_SIZE = 1000
_WARMING_SECONDS = 600
# As large as a schema or a server takes it: nothing is held back.
UNLIMITED = 10_000_000


@dataclass(frozen=True)
class Load:
    """What the server holds, and how it behaves.

    Attributes:
        records: Interactions in a window.
        window_hours: Length of a window.
        job_seconds: Shortest and longest time of a search.
        logarithmic: Whether factors are drawn between them, not seconds.
        delay_seconds: Of each request.
        budget: Requests of a client in a period, or None.
        period_seconds: The length of a period.
    """

    records: int = 5000
    window_hours: float = 1.0
    job_seconds: tuple[float, float] = (0.0, 0.0)
    logarithmic: bool = False
    delay_seconds: float = 0.0
    budget: int | None = None
    period_seconds: float = 60.0

    def command_line(self) -> list[str]:
        """Write the server's options."""
        options = [
            f"--records={self.records}",
            f"--window-hours={self.window_hours}",
            "--job-seconds",
            *map(str, self.job_seconds),
            f"--delay-seconds={self.delay_seconds}",
            f"--period-seconds={self.period_seconds}",
        ]
        if self.logarithmic:
            options.append("--logarithmic")
        if self.budget is not None:
            options.append(f"--budget={self.budget}")
        return options


@dataclass(frozen=True)
class RunningServer:
    """A server that runs.

    Attributes:
        url: Where.
        load: What it holds.
    """

    url: str
    load: Load

    def config(self, windows: int, **settings: object) -> dict[str, Any]:
        """Make a configuration of the tap, which the other contestants read, too.

        Args:
            windows: How many windows to extract.
            settings: Further settings, or other values of those that are set here.
        """
        return {
            "client_id": "benchmark",
            "client_secret": "not-a-secret",
            "search_api": "interaction_search",
            "auth_url": self.url,
            "api_url": self.url,
            "start_date": f"{START:%Y-%m-%dT%H:%M:%SZ}",
            "end_date": f"{self._end(windows):%Y-%m-%dT%H:%M:%SZ}",
            "window_hours": self.load.window_hours,
            "page_size": PAGE_SIZE,
            "requests_per_minute": UNLIMITED,
            **settings,
        }

    def warm(self, windows: int, *, gzipped: bool = True) -> None:
        """Let the server write the pages of some windows, so that they are there when asked for."""
        wanted = {
            "start": round(START.timestamp() * 1000),
            "end": round(self._end(windows).timestamp() * 1000),
            "milliseconds": round(timedelta(hours=self.load.window_hours).total_seconds() * 1000),
            "page_size": PAGE_SIZE,
            "gzipped": gzipped,
        }
        self._send(WARM_PATH, json.dumps(wanted).encode())

    def reset(self) -> None:
        """Forget all searches, counts and the budget."""
        self._send(RESET_PATH, b"{}")

    def counters(self) -> Counters:
        """Read the counts since the last reset."""
        return Counters.from_document(self._send(COUNTERS_PATH))

    def _end(self, windows: int) -> datetime:
        return START + windows * timedelta(hours=self.load.window_hours)

    def _send(self, path: str, body: bytes | None = None) -> Any:  # noqa: ANN401
        with urllib.request.urlopen(self.url + path, body, timeout=_WARMING_SECONDS) as answer:
            return json.load(answer)


@contextmanager
def running_server(load: Load) -> Iterator[RunningServer]:
    """Run a server until the block ends."""
    command = [sys.executable, "-m", "benchmarks.server", *load.command_line()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not (url := process.stdout.readline().strip()):
                raise RuntimeError("The benchmark's server did not start")
            yield RunningServer(url, load)
        finally:
            process.terminate()
