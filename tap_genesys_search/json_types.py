"""JSON as the platform sends it."""

from __future__ import annotations

from typing import Any, TypeGuard

JsonObject = dict[str, Any]


def are_objects(value: object) -> TypeGuard[list[JsonObject]]:
    """Tell whether a JSON value is a list of objects."""
    return isinstance(value, list) and {*map(type, value)} <= {dict}


def has_64_bits(number: int) -> bool:
    """Tell whether a warehouse can store an integer."""
    return -(2**63) <= number < 2**63
