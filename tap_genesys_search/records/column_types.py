"""The types of columns, and which values fit them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import as_platform_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable


class Misfit(Enum):
    """Tells a value that does not fit its column from one that does."""

    MISFIT = "misfit"


MISFIT = Misfit.MISFIT


def _fit_text(value: object) -> object:
    return value if isinstance(value, str) else MISFIT


def _fit_moment(value: object) -> object:
    timestamp = as_platform_timestamp(value)
    return MISFIT if timestamp is None else timestamp


def _fit_boolean(value: object) -> object:
    return value if isinstance(value, bool) else MISFIT


def _fit_integer(value: object) -> object:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else MISFIT


def _fit_number(value: object) -> object:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else MISFIT


def _fit_object(value: object) -> object:
    return value if isinstance(value, dict) else MISFIT


_FITS: dict[str, tuple[frozenset[type], Callable[[object], object]]] = {
    "string": (frozenset({str, NoneType}), _fit_text),
    # Each text is to be looked at.
    "date-time": (frozenset({str}), _fit_moment),
    "boolean": (frozenset({bool, NoneType}), _fit_boolean),
    "integer": (frozenset({int, NoneType}), _fit_integer),
    "number": (frozenset({int, float, NoneType}), _fit_number),
    "object": (frozenset({dict, NoneType}), _fit_object),
}
"""Type of a column to the Python types of values that fit as they are, and how to fit any other."""


@dataclass(frozen=True)
class Column:
    """A column that is read from a property.

    Attributes:
        name: Of the column.
        kind: `string`, `date-time`, `boolean`, `integer`, `number` or `object`: its type, or that
            of the items of an array.
        is_array: Whether it is one.
    """

    name: str
    kind: str
    is_array: bool

    @property
    def is_moment(self) -> bool:
        """Whether a text is not enough."""
        return self.kind == "date-time" and not self.is_array

    @property
    def types(self) -> frozenset[type]:
        """Types of values that fit without a further look, but for items and timestamps."""
        return frozenset({list}) if self.is_array else _FITS[self.kind][0]

    @property
    def item_types(self) -> frozenset[type]:
        """Types of items that fit without a further look."""
        return _FITS[self.kind][0]

    def fit(self, value: object) -> object:
        """Make a value fit the column's type.

        Returns:
            The value, perhaps written otherwise, null for null, or `MISFIT`.
        """
        if value is None or not self.is_array:
            return self._fit_one(value)
        if not isinstance(value, list):
            return MISFIT
        items = [self._fit_one(item) for item in value]
        return MISFIT if MISFIT in items else items

    def _fit_one(self, value: object) -> object:
        return None if value is None else _FITS[self.kind][1](value)
