"""Several measurements of one thing: the middle, the smallest and the largest."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.processes import Run

_MANY = 100
_SOME = 10


@dataclass(frozen=True)
class Spread:
    """The median of some measurements and their range."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.low == self.high:
            return write_number(self.median)
        low, high = write_number(self.low), write_number(self.high)
        return f"{write_number(self.median)} ({low}–{high})"


def spread(values: Iterable[float]) -> Spread:
    """Sum up measurements."""
    values = list(values)
    return Spread(median(values), min(values), max(values))


def ratios(values: Sequence[float], reference: Sequence[float]) -> Spread:
    """Compare measurements with those of the same rounds, rather than medians with each other."""
    return spread(value / base for value, base in zip(values, reference, strict=True))


def time_ratios(runs: Sequence[Run], reference: Sequence[Run]) -> list[str]:
    """Write how many times the time, and the CPU time, runs take of those of the same rounds."""
    return [
        str(ratios([run.seconds for run in runs], [run.seconds for run in reference])),
        str(ratios([run.cpu_seconds for run in runs], [run.cpu_seconds for run in reference])),
    ]


def write_number(value: float) -> str:
    """Write a number with about three digits."""
    if abs(value) >= _MANY:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= _SOME else f"{value:.2f}"
