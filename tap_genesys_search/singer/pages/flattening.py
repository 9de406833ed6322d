"""Flattening records fast."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby, repeat
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec.structs import astuple
from singer_sdk.helpers._flattening import _should_jsondump_value, flatten_key

from tap_genesys_search.records.rows import row_type
from tap_genesys_search.singer.pages.json_texts import flattened_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from singer_sdk.helpers._flattening import FlatteningOptions

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Records, Row

NAMES_KEPT = 300
"""Of an object's parts, and as many objects; what customers' systems put there has any names."""

ROWS_FOR_A_TYPE = 16
"""To make a type of rows takes as long as to make some dicts."""

SCALARS = frozenset({str, int, float, bool, NoneType})

OBJECTS = (dict, list)

PARTS = frozenset(OBJECTS)


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


Path: TypeAlias = "tuple[str, ...]"
"""The keys that lead to a part of a record."""

Columns: TypeAlias = "dict[Path, Sequence[Any]]"
"""Path to the values there, one for each record of a page."""


class Flattener:
    """Flattens records as the SDK does, but all of a page that have the same keys at once.

    Args:
        options: How to flatten.
        schema: The flattened schema.
    """

    def __init__(self, options: FlatteningOptions, schema: dict[str, Any]) -> None:
        self._options = options
        self._schema = schema
        self._columns = schema.get("properties", {})
        self._names: _Kept[Path, str] = _Kept(self._name_of)
        self._is_written: _Kept[str, bool] = _Kept(
            lambda key: _should_jsondump_value(key, None, schema)
        )

    def of(self, rows: Iterable[Row]) -> Records:
        """Make flat records of the rows of a page."""
        flat: list[Row | JsonObject] = []
        for columns, alike in groupby(rows, lambda row: row.__struct_encode_fields__):
            values = list(map(astuple, alike))
            paths: list[Path] = [(column,) for column in columns]
            held: Columns = dict(zip(paths, zip(*values, strict=True), strict=True))
            flat += self._flattened(held, len(values))
        return flat

    def _flattened(self, columns: Columns, count: int) -> Records:
        """Make flat records of columns, taking apart one that holds objects after the other."""
        taken = next((path for path in columns if self._holds_parts(path, columns[path])), None)
        if taken is None:
            return self._records(columns, count)
        flat: list[Row | JsonObject] = [{}] * count
        for keys, places in _alike(columns[taken]).items():
            chosen: Columns = {
                path: [values[place] for place in places] for path, values in columns.items()
            }
            parts = chosen if keys is None else _with_parts(chosen, taken, keys)
            for place, record in zip(places, self._flattened(parts, len(places)), strict=True):
                flat[place] = record
        return flat

    def _records(self, columns: Columns, count: int) -> Records:
        """Make records of columns that hold no objects to take apart."""
        names = tuple(self._names[path] for path in columns)
        written = [self._written(path[-1], values) for path, values in columns.items()]
        if count >= ROWS_FOR_A_TYPE and columns:
            with suppress(ValueError):  # names that are alike, or such as a row can't have
                return list(map(row_type(names), *written))
        rows = zip(*written, strict=True) if columns else repeat((), count)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _holds_parts(self, path: Path, values: Sequence[Any]) -> bool:
        """Tell whether a column holds objects that are taken apart."""
        return (
            len(path) <= self._options.max_level
            and dict in map(type, values)
            and self._names[path] not in self._columns
        )

    def _written(self, key: str, values: Sequence[Any]) -> Sequence[Any]:
        """Write as JSON what a column holds of objects and lists, and of some keys anything."""
        kinds = {*map(type, values)}
        is_text = key in self._schema and self._is_written[key]
        if kinds <= SCALARS and not is_text:
            return values
        if kinds <= PARTS or is_text:
            return list(map(flattened_json, values))
        return [flattened_json(value) if isinstance(value, OBJECTS) else value for value in values]

    def _name_of(self, path: Path) -> str:
        *parents, key = path
        options = self._options
        return flatten_key(key, parents, options.separator, max_key_length=options.max_key_length)


def _alike(values: Sequence[Any]) -> dict[Path | None, list[int]]:
    """Find the places of objects that have the same keys; None for other values."""
    places: dict[Path | None, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(tuple(value) if type(value) is dict else None, []).append(place)
    return places


def _with_parts(columns: Columns, taken: Path, keys: Path) -> Columns:
    """Put, in the place of a column of objects that have the same keys, a column for each key."""
    parted: Columns = {}
    for path, values in columns.items():
        if path == taken:
            parts = zip(*(value.values() for value in values), strict=True)
            parted.update(zip([(*path, key) for key in keys], parts, strict=True))
        else:
            parted[path] = values
    return parted
