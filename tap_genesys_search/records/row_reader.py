"""From documents of the platform to rows with the columns, and the types, of a stream's schema.

Most documents of one model have one of few sets of properties, and of values of few types. What is
known about such a shape is found out once, so that a row costs about as much as a dict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.column_types import MISFIT, Column
from tap_genesys_search.records.parts import Part
from tap_genesys_search.records.rows import row_type
from tap_genesys_search.records.unread_times import UnreadTimes
from tap_genesys_search.schemas import read_schema, read_sources
from tap_genesys_search.timestamps import are_platform_timestamps, as_platform_timestamp
from tap_genesys_search.wording import listed

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.rows import Row


EXTRA = "extra"
"""Column for what has none of its own."""


SHAPES_KEPT = 1000
"""Beyond it, all are learnt again; a model with many optional properties has some hundreds."""


LARGEST_SHAPE = 200
"""Properties; an object with more is not a document of a model, and its shape is not kept."""


NAMES_KEPT = 100
"""How many of the properties without a column a warning could name."""


NAMES_SHOWN = 20
"""How many of them a warning names."""


@dataclass(frozen=True)
class Shape:
    """What rows of documents with one set of properties, in one order, are made of.

    Attributes:
        pick: Picks the values of the columns.
        pick_moments: Picks those that are timestamps.
        columns: Of which they are.
        make_row: Makes the row of the keys, these values, the ids and what is extra.
        arrays: Places among the values of arrays, and the types that their items may have.
        ids: Properties that hold an object, and the property of that which is an id.
        unknown: Properties that have no column.
        fitting: Which types the values have had that fit.
        has_more: Whether there are ids, or what is extra.
    """

    pick: Callable[[JsonObject], tuple[Any, ...]]
    pick_moments: Callable[[JsonObject], tuple[Any, ...]]
    columns: tuple[Column, ...]
    make_row: Callable[..., Row]
    arrays: tuple[tuple[int, frozenset[type]], ...]
    ids: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    fitting: set[tuple[type, ...]] = field(default_factory=set)
    has_more: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_more", bool(self.ids or self.unknown))

    def learn(self, types: tuple[type, ...]) -> None:
        """Note for the next time that values of some types fit their columns, if they do."""
        fit = all(one in column.types for one, column in zip(types, self.columns, strict=True))
        if fit and len(self.fitting) < SHAPES_KEPT:
            self.fitting.add(types)

    def items_fit(self, values: tuple[Any, ...]) -> bool:
        """Tell whether the items of all arrays are of types that fit."""
        return all(
            item_types.issuperset(map(type, values[place])) for place, item_types in self.arrays
        )


class RowReader:
    """Makes rows of one stream.

    Args:
        stream: Whose schema says which columns there are.
        keys: Columns whose values come beside the documents.
        columns: The columns wanted, keys included.
        tables: Properties that are tables of their own, so neither columns nor extra.

    Attributes:
        kept: Properties that were put into `extra`, as far as a warning may name them. Times that
            can't be read have a warning of their own.
    """

    def __init__(
        self,
        stream: str,
        keys: Sequence[str],
        columns: Collection[str],
        tables: Collection[str] = (),
    ) -> None:
        self.kept: dict[str, None] = {}
        schema = read_schema(stream)["properties"]
        sources = read_sources(stream)
        self._keys = tuple(key for key in keys if key in columns)
        self._key_places = [place for place, key in enumerate(keys) if key in columns]
        self._wants_all_keys = len(self._keys) == len(keys)
        self._has_extra = EXTRA in columns
        self._known = {source for source in sources.values() if "." not in source} | set(tables)
        self._columns = {
            source: _column(name, schema[name])
            for name, source in sources.items()
            if name in columns and name not in keys and "." not in source
        }
        self._ids = {
            tuple(source.split(".")): name
            for name, source in sources.items()
            if name in columns and "." in source
        }
        self._times = {
            source: name
            for name, source in sources.items()
            if name in columns and schema[name].get("format") == "date-time"
        }
        self._unread_times = UnreadTimes(stream, EXTRA)
        self._shapes: dict[tuple[str, ...], Shape] = {}

    def read(self, parts: Sequence[Part]) -> list[Row]:
        """Make the rows of a page.

        Args:
            parts: The parts that the rows are made of.

        Returns:
            A row for each part, in the same order. Columns without a property have no value,
            values that don't fit their column are null there, and in `extra` as they came.
        """
        if not self._wants_all_keys:
            parts = [
                Part(
                    tuple(part.keys[place] for place in self._key_places), part.document, part.extra
                )
                for part in parts
            ]
        rows: list[Row] = []
        moments: list[Any] = []
        shapes = self._shapes
        for part in parts:
            document = part.document
            names = tuple(document)
            shape = shapes.get(names) or self._learn(names)
            values = shape.pick(document)
            types = tuple(map(type, values))
            if (
                types not in shape.fitting
                or part.extra
                or (shape.arrays and not shape.items_fit(values))
            ):
                shape.learn(types)
                rows.append(self._read_carefully(part))
                continue
            moments += shape.pick_moments(document)
            if shape.has_more:
                values = (*values, *self._more(shape, document))
            rows.append(shape.make_row(*part.keys, *values))
        if moments and not are_platform_timestamps(moments):
            return [self._read_carefully(part) for part in parts]
        return rows

    def _more(self, shape: Shape, document: JsonObject) -> list[Any]:
        """Give the values of the columns that are not those of properties."""
        more: list[Any] = [_id_in(document, *path) for path in shape.ids]
        if shape.unknown:
            self._keep(shape.unknown)
            more.append({name: document[name] for name in shape.unknown})
        return more

    def _learn(self, names: tuple[str, ...]) -> Shape:
        """Find out what rows of documents with some properties are made of."""
        held = [name for name in names if name in self._columns]
        columns = tuple(self._columns[name] for name in held)
        ids = {path: name for path, name in self._ids.items() if path[0] in names}
        unknown = tuple(name for name in names if name not in self._known and self._has_extra)
        shape = Shape(
            _picker(held),
            _picker([name for name in held if self._columns[name].is_moment]),
            columns,
            row_type(
                (
                    *self._keys,
                    *(column.name for column in columns),
                    *ids.values(),
                    *((EXTRA,) if unknown else ()),
                )
            ),
            tuple(
                (place, column.item_types)
                for place, column in enumerate(columns)
                if column.is_array
            ),
            tuple(ids),  # type: ignore[arg-type]
            unknown,
        )
        if len(names) <= LARGEST_SHAPE:
            if len(self._shapes) >= SHAPES_KEPT:
                self._shapes.clear()
            self._shapes[names] = shape
        return shape

    def _read_carefully(self, part: Part) -> Row:
        """Make one row as `read` does, but value by value."""
        values: JsonObject = dict(zip(self._keys, part.keys, strict=True))
        extra: JsonObject = {}
        for name, value in part.document.items():
            column = self._columns.get(name)
            if column is None:
                if name not in self._known:
                    extra[name] = value
                continue
            fitted = column.fit(value)
            if fitted is MISFIT:
                extra[name] = value
            values[column.name] = None if fitted is MISFIT else fitted
        for path, name in self._ids.items():
            if path[0] in part.document:
                values[name] = _id_in(part.document, *path)
        if part.extra:
            extra.update(part.extra)
        if extra and self._has_extra:
            self._note_unread(extra)
            self._keep(name for name in extra if name not in self._times)
            values[EXTRA] = extra
        return row_type(tuple(values))(*values.values())

    def _note_unread(self, extra: JsonObject) -> None:
        for name in self._times.keys() & extra.keys():
            if as_platform_timestamp(extra[name]) is None:
                self._unread_times.note(self._times[name])

    def _keep(self, names: Iterable[str]) -> None:
        room = NAMES_KEPT - len(self.kept)
        if room > 0:
            self.kept.update(dict.fromkeys(islice(names, room)))


def warn_of_kept(logger: logging.Logger, kept: Mapping[str, Collection[str]]) -> None:
    """Warn of what was put into `extra`, if anything was, naming properties but no values.

    Args:
        logger: Says it.
        kept: Table to the properties.
    """
    described = [
        f"{table} {listed([*names], NAMES_SHOWN)}" for table, names in kept.items() if names
    ]
    if described:
        logger.warning(
            "Kept in the column extra, because no column has the name, the value is of another "
            "type, or another part has the id: %s",
            "; ".join(described),
        )


def _column(name: str, schema: Mapping[str, Any]) -> Column:
    is_array = "array" in schema["type"]
    held = schema["items"] if is_array else schema
    (type_,) = {*held["type"]} - {"null"} if isinstance(held["type"], list) else {held["type"]}
    return Column(name, held.get("format", type_), is_array)


def _id_in(document: JsonObject, holder: str, name: str) -> str | None:
    held = document[holder]
    found = held.get(name) if isinstance(held, dict) else None
    return found if isinstance(found, str) else None


def _picker(names: list[str]) -> Callable[[JsonObject], tuple[Any, ...]]:
    """Make what picks the values of some properties, each of which is there."""
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        (name,) = names
        return lambda document: (document[name],)
    return lambda _: ()
