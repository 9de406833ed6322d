"""Measuring things in turn, again and again, so that a slow moment strikes all of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Measured = TypeVar("Measured")


def interleave(
    contestants: Mapping[str, Callable[[], Measured]], rounds: int, title: str
) -> dict[str, list[Measured]]:
    """Measure each contestant once a round; each round begins with another one.

    Args:
        contestants: Name to what measures it.
        rounds: How often.
        title: Names what is measured, for who waits for it.

    Returns:
        Name to what was measured, in the order of the rounds.
    """
    names = list(contestants)
    measured: dict[str, list[Measured]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            print(f"{title}: round {turn + 1} of {rounds}, {name}", file=sys.stderr, flush=True)
            measured[name].append(contestants[name]())
    return measured
