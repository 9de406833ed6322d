"""How thoroughly to measure."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What the command line asks for.

    Attributes:
        rounds: How often each contestant runs.
        time_scale: What times of jobs, delays and periods of the budget are multiplied by, where
            a section's times are those of the platform.
        records: How many interactions all contestants extract.
        many_records: How many the fastest ones do.
        loaded_records: How many interactions are loaded into a warehouse.
        loaded_conversations: How many conversations are, as tables.
        windows: How many windows the sections extract that wait for jobs.
    """

    rounds: int = 5
    time_scale: float = 0.05
    records: int = 200_000
    many_records: int = 1_000_000
    loaded_records: int = 140_000
    loaded_conversations: int = 6_000
    windows: int = 60

    @property
    def loading_rounds(self) -> int:
        """How often each contestant loads: some of them take a minute for it."""
        return (self.rounds + 1) // 2

    @property
    def setting(self) -> str:
        """Say what figures were measured with."""
        return describe_setting(self.rounds)


def describe_setting(rounds: int) -> str:
    """Say what figures were measured with, where a section has rounds of its own."""
    times = "once" if rounds == 1 else f"{rounds} times in turn"
    version = ".".join(map(str, sys.version_info[:3]))
    return f"Each {times}; {os.cpu_count()} cores, Python {version}."


QUICK = Options(
    rounds=2,
    time_scale=0.02,
    records=20_000,
    many_records=50_000,
    loaded_records=10_000,
    loaded_conversations=2_000,
    windows=12,
)
