"""From the platform's objects to the columns of a stream whose schema is that of their model."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec

from tap_genesys_search.schemas import read_schema, read_sources
from tap_genesys_search.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tap_genesys_search.answers import JsonObject
    from tap_genesys_search.columns import Columns

logger = logging.getLogger("tap-genesys-search.model_columns")

EXTRA = "extra"
"""The column of what has no column of its own, or doesn't fit into it."""

_FITTING: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class ModelColumns:
    """Reads objects of one model, and notes what the model does not know.

    Each column is looked at as a whole first: where all its values fit, nothing is done to them
    one by one.

    Args:
        stream: The stream, with a schema that says which property a column is read from.
        held_elsewhere: Properties that are streams of their own.
    """

    def __init__(self, stream: str, held_elsewhere: Collection[str] = ()) -> None:
        self._stream = stream
        self._schemas: dict[str, JsonObject] = read_schema(stream)["properties"]
        self._keys = set(read_schema(stream)["required"])
        sources = read_sources(stream)
        self._own = {column: name for column, name in sources.items() if "." not in name}
        self._nested = {
            column: tuple(name.split(".")) for column, name in sources.items() if "." in name
        }
        self._known = {*self._own.values(), *held_elsewhere}
        self._unknown: set[str] = set()
        self._misfits: set[str] = set()

    def read(self, objects: list[JsonObject], given: Columns) -> Columns:
        """Read a page of objects.

        Args:
            objects: They, as they came.
            given: Columns that are not read from them.

        Returns:
            All columns of the stream, in the order of its schema. A value that doesn't fit its
            column is null there and kept in `extra`; a missing id is made of what the object
            holds.
        """
        extras: list[JsonObject] = [{} for _ in objects]
        for one, extra in zip(objects, extras, strict=True):
            if not one.keys() <= self._known:
                new = {name: one[name] for name in one if name not in self._known}
                extra.update(new)
                self._unknown.update(new)
        columns: Columns = {}
        for column, schema in self._schemas.items():
            if column in given:
                columns[column] = given[column]
            elif column in self._own:
                columns[column] = self._fit(column, schema, objects, extras)
                if column in self._keys:
                    columns[column] = _with_stand_ins(columns[column], objects)
            elif column in self._nested:
                holder, name = self._nested[column]
                ids = [_member(one.get(holder), name) for one in objects]
                columns[column] = [one if _fits(one, schema) else None for one in ids]
        columns[EXTRA] = [extra or None for extra in extras]
        return columns

    def warn_of_news(self) -> None:
        """Log, once for all that was read, what came and has no column or doesn't fit its own."""
        if self._unknown:
            logger.warning(
                "Stream %s: the platform has properties that this version does not know; they are "
                "in the column extra: %s",
                self._stream,
                _listed(self._unknown),
            )
        if self._misfits:
            logger.warning(
                "Stream %s: some values are not of their column's type, so they are in the column "
                "extra: %s",
                self._stream,
                _listed(self._misfits),
            )
        self._unknown.clear()
        self._misfits.clear()

    def _fit(
        self, column: str, schema: JsonObject, objects: list[JsonObject], extras: list[JsonObject]
    ) -> list[Any]:
        """Read a column, and put what doesn't fit into it among the extras."""
        source = self._own[column]
        values = [one.get(source) for one in objects]
        if _all_fit(values, schema):
            return values
        for place, value in enumerate(values):
            if value is not None and not _fits(value, schema):
                values[place] = None
                extras[place][source] = value
                self._misfits.add(source)
        return values


def _all_fit(values: list[Any], schema: JsonObject) -> bool:
    kind = _kind(schema)
    if not set(map(type, values)) <= {NoneType, *_FITTING[kind]}:
        return False
    if kind == "array":
        items = [item for value in values if value is not None for item in value]
        return _all_fit(items, schema["items"])
    if "format" in schema:
        try:
            msgspec.convert([value for value in values if value is not None], list[datetime])
        except msgspec.ValidationError:
            return False
    return True


def _fits(value: object, schema: JsonObject) -> bool:
    kind = _kind(schema)
    if value is None or type(value) not in _FITTING[kind]:
        return value is None
    if isinstance(value, list):
        return all(_fits(item, schema["items"]) for item in value)
    if isinstance(value, str) and "format" in schema:
        try:
            parse_timestamp(value)
        except (ValueError, OverflowError):
            return False
    return True


def _kind(schema: JsonObject) -> str:
    types = schema["type"]
    return str(types if isinstance(types, str) else next(one for one in types if one != "null"))


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _with_stand_ins(ids: list[Any], objects: list[JsonObject]) -> list[Any]:
    """Make an id of what an object holds, where it has none: no two then share one."""
    if all(ids):
        return ids
    return [one or _stand_in(found) for one, found in zip(ids, objects, strict=True)]


def _stand_in(found: JsonObject) -> str:
    content = json.dumps(found, sort_keys=True, separators=(",", ":"))
    return f"surrogate-{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
