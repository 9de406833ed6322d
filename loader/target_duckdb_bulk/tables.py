"""The tables of streams: made, found again, and given the columns that a stream declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.database import WAREHOUSE, explained
from target_duckdb_bulk.errors import KeyTypeError, NarrowerTypeError
from target_duckdb_bulk.names import assign, folded
from target_duckdb_bulk.owners import Owners, owners, remembered
from target_duckdb_bulk.sql import literal, quoted
from target_duckdb_bulk.widening import converted, keeps_keys, stored_type, unsafe_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

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
class Place:
    """Where a stream's table is."""

    schema: str
    table: str

    @property
    def path(self) -> str:
        """The table's full name, as SQL."""
        return f"{WAREHOUSE}.{quoted(self.schema)}.{quoted(self.table)}"


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


class Schema:
    """The schema in which the tables are, and which stream has which table.

    Args:
        connection: To DuckDB.
        name: Of the schema.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._places: dict[str, Place] = {}
        self._tables: dict[str, str | None] = {}

    def place_of(self, stream: str) -> Place:
        """Find out where a stream's table is, or will be. Makes the schema if it is missing.

        Args:
            stream: Name of the stream.

        Raises:
            DatabaseError: The schema can't be made.
        """
        if not self._places:
            with explained(f'Schema "{self._name}" can\'t be made'):
                self._make()
        if stream not in self._places:
            name = assign([stream], self._tables)[stream]
            self._tables[name] = stream
            self._places[stream] = Place(self._name, name)
        return self._places[stream]

    def _make(self) -> None:
        """Make the schema, or find out how it is spelled and what is in it."""
        names = self._names("schema_name FROM duckdb_schemas() WHERE database_name = ?", WAREHOUSE)
        spelled = [name for name in names if folded(name) == folded(self._name)]
        if spelled:
            self._name = spelled[0]
        else:
            self._connection.execute(f"CREATE SCHEMA {WAREHOUSE}.{quoted(self._name)}")
        rows = self._connection.execute(
            "SELECT table_name, comment FROM duckdb_tables() WHERE database_name = ? "
            "AND schema_name = ?",
            [WAREHOUSE, self._name],
        ).fetchall()
        self._tables = {name: owners(comment).stream for name, comment in rows}

    def _names(self, selection: str, *values: str) -> list[str]:
        rows = self._connection.execute(f"SELECT {selection}", list(values)).fetchall()
        return [row[0] for row in rows]


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
        place: Where its table is.
        fields: What it declares.
        keys: Names of the fields that tell its records apart.

    Raises:
        DatabaseError: DuckDB refuses it.
        KeyTypeError: A key's column would get a type in which keys are written another way.
        NarrowerTypeError: A column holds more than its field.
    """
    with explained(f'The table of stream "{stream}" can\'t be made or changed'):
        existing = column_types(connection, place)
        comment = _comment(connection, place)
        of_columns = owners(comment).of_columns(existing)
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
        of_columns |= {names[field.name]: field.name for field in fields}
        _remember(connection, place, comment, remembered(stream, of_columns))
    return table


def _comment(connection: duckdb.DuckDBPyConnection, place: Place) -> str | None:
    row = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? "
        "AND table_name = ?",
        [WAREHOUSE, place.schema, place.table],
    ).fetchone()
    return row[0] if row else None


def _remember(
    connection: duckdb.DuckDBPyConnection, place: Place, comment: str | None, now: Owners
) -> None:
    before = owners(comment)
    # A comment that people wrote stays.
    if now != before and (comment is None or before.stream is not None):
        connection.execute(f"COMMENT ON TABLE {place.path} IS {literal(now.comment())}")


def column_types(connection: duckdb.DuckDBPyConnection, place: Place) -> dict[str, str]:
    """List the columns of a table and their types. There are none if it doesn't exist."""
    rows = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [WAREHOUSE, place.schema, place.table],
    ).fetchall()
    return dict(rows)


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
