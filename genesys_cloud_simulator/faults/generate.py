"""Faults made up at random, the same ones for the same seed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from genesys_cloud_simulator.faults.fault import Fault
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS, OPERATIONS, PASSING_KINDS, can_strike

if TYPE_CHECKING:
    from collections.abc import Collection

    from genesys_cloud_simulator.faults.kinds import FaultKind


def random_faults(seed: int, count: int, *, every: int = 5) -> list[Fault]:
    """Make up faults that a client which retries gets past.

    Args:
        seed: Decides the faults.
        count: How many.
        every: About how many requests there are to each fault.

    Returns:
        The faults, in no order.
    """
    rng = random.Random(f"{seed}:faults")  # noqa: S311 - not for security
    return [
        Fault(
            rng.choice(PASSING_KINDS),
            nth=rng.randint(1, count * every),
            status=rng.choice((500, 502, 503, 504)),
            retry_after=rng.choice(("seconds", "date", "none")),
            seconds=rng.uniform(0, 0.2),
        )
        for _ in range(count)
    ]


def random_schedule(
    seed: int, operations: Collection[str], *, sizes_mb: tuple[int, int] = (70, 90)
) -> list[Fault]:
    """Make up faults of any kind, whether or not a client can get past them.

    Args:
        seed: Decides the faults.
        operations: What they may strike.
        sizes_mb: The smallest and the largest `size_mb`.

    Returns:
        One to six faults.

    Raises:
        ValueError: If there are no such operations.
    """
    rng = random.Random(f"{seed}:schedule")  # noqa: S311 - not for security
    pairs = [
        (kind, [one for one in OPERATIONS if one in operations and can_strike(kind, one)])
        for kind in FAULT_KINDS
    ]
    possible = [(kind, struck) for kind, struck in pairs if struck]
    if not possible:
        raise ValueError("no operations that a fault could strike")
    return [
        _random_fault(rng, kind, rng.choice(struck), rng.randint(*sizes_mb))
        for kind, struck in rng.choices(possible, k=rng.randint(1, 6))
    ]


def _random_fault(rng: random.Random, kind: FaultKind, on: str, size_mb: int) -> Fault:
    return Fault(
        kind,
        on=on,
        nth=rng.randint(1, 8),
        # Most faults end, so that a client that retries gets somewhere.
        times=rng.choices((1, 2, 3, None), weights=(10, 5, 4, 1))[0],
        status=rng.choice((500, 502, 503, 504)),
        retry_after=rng.choice(("seconds", "date", "none")),
        seconds=rng.uniform(0, 0.002 if kind == "dripping_body" else 0.2),
        shift=rng.randint(1, 9),
        size_mb=size_mb,
    )
