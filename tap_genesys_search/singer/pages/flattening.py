"""Flattening records fast."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import astuple
from singer_sdk.helpers._flattening import _should_jsondump_value, flatten_key

from tap_genesys_search.singer.pages.json_texts import flattened_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk.helpers._flattening import FlatteningOptions

    from tap_genesys_search.records.rows import Row

NAMES_KEPT = 300
"""Of an object's parts, and as many objects; what customers' systems put there has any names."""

SCALARS = frozenset({str, int, float, bool, NoneType})


Key = TypeVar("Key")
Value = TypeVar("Value")


class _Kept(dict[Key, Value]):
    """Makes values of keys, and keeps some of them."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        if len(self) >= NAMES_KEPT:
            self.clear()
        value = self[key] = self._make(key)
        return value


class Flattener:
    """Flattens records as the SDK does, which makes the name of each part for each record.

    Args:
        options: How to flatten.
        schema: The flattened schema.
    """

    def __init__(self, options: FlatteningOptions, schema: dict[str, Any]) -> None:
        self._options = options
        self._schema = schema
        self._columns = schema.get("properties", {})
        self._names: _Kept[tuple[str, ...], _Kept[str, str]] = _Kept(self._names_below)
        self._is_written: _Kept[str, bool] = _Kept(
            lambda key: _should_jsondump_value(key, None, schema)
        )

    def __call__(self, row: Row) -> dict[str, Any]:
        """Make a flat record of a row."""
        flat: dict[str, Any] = {}
        self._add(flat, zip(row.__struct_encode_fields__, astuple(row), strict=True), ())
        return flat

    def _add(
        self, flat: dict[str, Any], part: Iterable[tuple[str, Any]], parents: tuple[str, ...]
    ) -> None:
        """Add what a part of a record holds."""
        names, schema = self._names[parents], self._schema
        is_deepest = len(parents) >= self._options.max_level
        for key, value in part:
            kind = type(value)
            if kind in SCALARS and (key not in schema or not self._is_written[key]):
                flat[names[key]] = value
            elif kind is dict and not is_deepest and names[key] not in self._columns:
                self._add(flat, value.items(), (*parents, key))
            elif _should_jsondump_value(key, value, schema):
                flat[names[key]] = flattened_json(value)
            else:
                flat[names[key]] = value

    def _names_below(self, parents: tuple[str, ...]) -> _Kept[str, str]:
        """Make what names the parts of an object."""
        options = self._options
        return _Kept(
            lambda key: flatten_key(
                key, [*parents], options.separator, max_key_length=options.max_key_length
            )
        )
