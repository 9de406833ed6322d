"""Doing to the rows of a page what a stream map does to a record."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import astuple

from tap_genesys_search.records.rows import record_of, row_type
from tap_genesys_search.singer.pages.expressions import (
    Compute,
    Scope,
    UnknownFormError,
    Values,
    compiled,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from singer_sdk.mapper import CustomStreamMap

    from tap_genesys_search.records.rows import Records, Row
    from tap_genesys_search.singer.pages.flattening import Flattener
    from tap_genesys_search.singer.pages.map_rules import MapRules

TYPES_KEPT = 2048
"""Rows of a stream may have many sets of columns."""

Sources: TypeAlias = "dict[str, int | Compute]"
"""Column to the place of the column that it is a copy of, or to what computes it."""


class RowMaps:
    """Maps rows, each type of rows by a function of its own.

    Args:
        stream_map: The SDK's. It maps rows where an expression has parts that are not compiled,
            and those that an expression fails for, so that the error is its own.
        rules: What it does.
        flatten: Flattens what is mapped; None where that is not wanted.
    """

    def __init__(
        self, stream_map: CustomStreamMap, rules: MapRules, flatten: Flattener | None
    ) -> None:
        self._stream_map = stream_map
        self._rules = rules
        self._flatten = flatten
        self._function_for = lru_cache(TYPES_KEPT)(self._make_function)

    def of(self, rows: Sequence[Row]) -> Records:
        """Map the rows of a page."""
        mapped: list[Any] = []
        for kind, alike in groupby(rows, type):
            mapped += self._mapped(list(alike), kind)
        return mapped

    def _mapped(self, rows: list[Row], kind: type[Row]) -> Records:
        try:
            return self._function_for(kind)(rows)
        except Exception:  # noqa: BLE001 - whatever an expression raises, the SDK raises, too
            return self._by_the_sdk(rows)

    def _by_the_sdk(self, rows: list[Row]) -> Records:
        mapped = map(self._stream_map.transform, map(record_of, rows))
        return [record for record in mapped if record is not None]

    def _make_function(self, kind: type[Row]) -> Callable[[list[Row]], Records]:
        try:
            columns = kind.__struct_encode_fields__
            is_kept, sources = self._condition(columns), self._sources(columns)
            make_row = row_type(tuple(sources))
        except (UnknownFormError, ValueError):  # or a name that a row can't have
            return self._by_the_sdk
        flatten = self._flatten

        def function(rows: list[Row]) -> Records:
            kept = list(filter(is_kept, map(astuple, rows)))
            if not kept or not sources:
                return []
            mapped = map(make_row, *_columns_of(kept, sources))
            return flatten.of(mapped) if flatten else list(mapped)

        return function

    def _condition(self, columns: tuple[str, ...]) -> Compute | None:
        """Make what tells whether a row is kept; None if all are."""
        condition = self._rules.condition
        return None if condition is None else compiled(condition, self._scope(columns))

    def _sources(self, columns: tuple[str, ...]) -> Sources:
        """Find where the values of each column come from, in the order of the SDK."""
        keys = self._stream_map.transformed_key_properties or ()
        kept = columns if self._rules.keeps_others else [key for key in keys if key in columns]
        sources: Sources = {column: columns.index(column) for column in kept}
        for name, expression in self._rules.columns.items():
            if expression is None:
                sources.pop(name, None)
            else:
                sources[name] = compiled(expression, self._scope(columns, name))
        return sources

    def _scope(self, columns: tuple[str, ...], setting: str | None = None) -> Scope:
        """Tell what an expression may name; if it sets a column, `self` is what that holds."""
        places = {name: place for place, name in enumerate(columns)}
        stream_map = self._stream_map
        names = {
            "config": stream_map.map_config,
            "__stream_name__": stream_map.stream_alias,
            "__original_stream_name__": stream_map.stream_name,
        }
        if setting in places:
            places["self"] = places[setting]
        if stream_map.fake:
            places.pop("fake", None)
        return Scope(places, names, stream_map.expr_evaluator)


def _columns_of(rows: list[Values], sources: Sources) -> Iterator[Iterable[Any]]:
    """Yield the columns of a page, whole."""
    columns = list(zip(*rows, strict=True))
    for source in sources.values():
        yield columns[source] if isinstance(source, int) else map(source, rows)
