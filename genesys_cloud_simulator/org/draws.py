"""Draws that much of what is generated has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


_T = TypeVar("_T")


def spread(values: Sequence[_T], weights: Sequence[int]) -> tuple[_T, ...]:
    """Repeat each value by its weight, so that one draw and one index choose among them.

    Args:
        values: The values.
        weights: How often each one is repeated.

    Returns:
        The values, for `pick`.
    """
    return tuple(
        value for value, weight in zip(values, weights, strict=True) for _ in range(weight)
    )


def pick(rng: random.Random, values: Sequence[_T]) -> _T:
    """Draw one of some values.

    Args:
        rng: Draws it.
        values: At least one.

    Returns:
        The value.
    """
    return values[int(rng.random() * len(values))]
