"""Runs that wait for searches, and what the server saw of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.processes import Run, measure_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.counters import Counters
    from benchmarks.running_server import RunningServer


@dataclass(frozen=True)
class Searching:
    """What processes that ran at the same time took, and what the server counted.

    Attributes:
        runs: The processes.
        counters: The server's.
    """

    runs: list[Run]
    counters: Counters


def search(
    server: RunningServer, commands: Sequence[Sequence[str]], *, may_fail: bool = False
) -> Searching:
    """Run commands at the same time against a server that has counted nothing yet."""
    server.reset()
    runs = measure_together(commands, may_fail=may_fail)
    return Searching(runs, server.counters())
