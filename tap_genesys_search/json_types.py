"""JSON as the platform sends it."""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]


def has_64_bits(number: int) -> bool:
    """Tell whether a warehouse can store an integer."""
    return -(2**63) <= number < 2**63
