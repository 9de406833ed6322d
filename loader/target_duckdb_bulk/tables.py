"""The tables of streams: made, and given the columns that a stream declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.database import explained
from target_duckdb_bulk.errors import KeyTypeError, NarrowerTypeError
from target_duckdb_bulk.names import assign
from target_duckdb_bulk.owners import Owners, owners, remembered
from target_duckdb_bulk.sql import literal, quoted
from target_duckdb_bulk.widening import converted, keeps_keys, stored_type, unsafe_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from target_duckdb_bulk.catalog import Place
    from target_duckdb_bulk.declared import Field


@dataclass(frozen=True)
class Column:
    """A column and the property that it holds.

    Attributes:
        name: In the table.
        type: In the table, which may hold more than the property needs.
        field: The property.
    """

    name: str
    type: str
    field: Field


@dataclass(frozen=True)
class Table:
    """The table of a stream.

    Attributes:
        stream: Name of the stream.
        place: Where the table is.
        columns: One for each of the stream's fields, in the same order.
    """

    stream: str
    place: Place
    columns: tuple[Column, ...]


def ensure(
    connection: duckdb.DuckDBPyConnection,
    stream: str,
    place: Place,
    fields: Sequence[Field],
    keys: Sequence[str] = (),
) -> Table:
    """Make a stream's table, or give it the columns and types that it lacks.

    Args:
        connection: To DuckDB.
        stream: Name of the stream.
        place: Where its table is, and what is in it; that is kept up to date.
        fields: What it declares.
        keys: Names of the fields that tell its records apart.

    Raises:
        DatabaseError: DuckDB refuses it.
        KeyTypeError: A key's column would get a type in which keys are written another way.
        NarrowerTypeError: A column holds more than its field.
    """
    with explained(f'The table of stream "{stream}" can\'t be made or changed'):
        existing = place.columns
        of_columns = owners(place.comment).of_columns(existing)
        names = assign([field.name for field in fields], of_columns)
        columns = tuple(
            Column(names[field.name], _stored(stream, existing, names[field.name], field), field)
            for field in fields
        )
        table = Table(stream, place, columns)
        if existing:
            _refuse_other_keys(connection, table, existing, keys)
            for column in columns:
                _set_type(connection, table, existing.get(column.name), column)
        else:
            definitions = ", ".join(f"{quoted(column.name)} {column.type}" for column in columns)
            connection.execute(f"CREATE TABLE {place.path} ({definitions})")
        existing |= {column.name: column.type for column in columns}
        of_columns |= {names[field.name]: field.name for field in fields}
        _remember(connection, place, remembered(stream, of_columns))
    return table


def _remember(connection: duckdb.DuckDBPyConnection, place: Place, now: Owners) -> None:
    before = owners(place.comment)
    # A comment that people wrote stays.
    if now != before and (place.comment is None or before.stream is not None):
        place.comment = now.comment()
        connection.execute(f"COMMENT ON TABLE {place.path} IS {literal(place.comment)}")


def _stored(stream: str, existing: dict[str, str], name: str, field: Field) -> str:
    if name not in existing:
        return field.type
    stored = stored_type(existing[name], field.type)
    if stored is None:
        raise NarrowerTypeError(
            f'Column "{name}" of stream "{stream}" is {existing[name]} and the tap now declares '
            f"{field.type}, which can't hold the same: rename or drop the column, or load into "
            "another schema"
        )
    return stored


def _refuse_other_keys(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    existing: dict[str, str],
    keys: Sequence[str],
) -> None:
    for column in table.columns:
        before = existing.get(column.name, column.type)
        if column.field.name not in keys or keeps_keys(before, column.type):
            continue
        if connection.execute(f"SELECT 1 FROM {table.place.path} LIMIT 1").fetchone():
            raise KeyTypeError(
                f'Column "{column.name}" of stream "{table.stream}" is a key and {before}, and the '
                f"tap now declares {column.type}, in which a record would not find its older self: "
                "let the catalog declare its type as before, or load into another schema"
            )


def _set_type(
    connection: duckdb.DuckDBPyConnection, table: Table, before: str | None, column: Column
) -> None:
    """Add a column, or widen it, unless it is as wanted."""
    path, name = table.place.path, quoted(column.name)
    if before is None:
        connection.execute(f"ALTER TABLE {path} ADD COLUMN {name} {column.type}")
    elif before != column.type:
        _refuse_inexact(connection, table, before, column)
        value = converted(name, before, column.type)
        connection.execute(
            f"ALTER TABLE {path} ALTER COLUMN {name} TYPE {column.type} USING {value}"
        )


def _refuse_inexact(
    connection: duckdb.DuckDBPyConnection, table: Table, before: str, column: Column
) -> None:
    """Refuse a wider type that would change values.

    Raises:
        NarrowerTypeError: It would.
    """
    unsafe = unsafe_rows(quoted(column.name), before, column.type)
    found = (
        unsafe
        and connection.execute(
            f"SELECT 1 FROM {table.place.path} WHERE {unsafe} LIMIT 1"
        ).fetchone()
    )
    if found:
        raise NarrowerTypeError(
            f'Column "{column.name}" of stream "{table.stream}" is {before} with integers that '
            f"{column.type}, which the tap now declares, can't hold exactly: rename or drop the "
            "column, or load into another schema"
        )
