"""A simulated org, served by the simulator's own command."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
COMMANDS = CHECKOUT / ".venv" / "bin"
FIRST_DAY = date(2026, 1, 5)
DAYS = 12
INTERACTIONS = 12_000


@dataclass(frozen=True)
class SimulatedOrg:
    """A running simulator.

    Attributes:
        url: Where it is.
    """

    url: str

    def asked(self) -> dict[str, Any]:
        """Tell what it was asked so far."""
        return self._call("requests")

    def ids(self) -> set[str]:
        """List the ids of its interactions."""
        with urllib.request.urlopen(f"{self.url}/simulator/ids", timeout=30) as answer:
            return set(answer.read().decode().split())

    def schedule(self, **fault: Any) -> None:
        """Schedule a fault."""
        self._call("faults", fault)

    def _call(self, tool: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/simulator/{tool}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            document: dict[str, Any] = json.load(answer)
        return document


@contextmanager
def simulated_org(*options: str) -> Iterator[SimulatedOrg]:
    """Run a simulator of twelve days, as its command does."""
    arguments = [
        *("--port", "0", "--start", FIRST_DAY.isoformat(), "--days", str(DAYS)),
        *("--interactions", str(INTERACTIONS), "--query-seconds", "0.3"),
    ]
    with subprocess.Popen(
        [COMMANDS / "genesys-cloud-simulator", *arguments, *options],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            url = re.search(r"http://[\d.:]+", process.stderr.readline())
            assert url
            yield SimulatedOrg(url[0])
        finally:
            process.terminate()
