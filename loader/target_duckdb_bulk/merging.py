"""Putting checked records into their table, and taking deleted ones out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_duckdb_bulk.database import explained
from target_duckdb_bulk.metadata import DELETED_AT, TABLE_VERSION
from target_duckdb_bulk.sql import literal, quoted
from target_duckdb_bulk.tables import ensure
from target_duckdb_bulk.values import stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import duckdb

    from target_duckdb_bulk.catalog import Place
    from target_duckdb_bulk.metadata import Computed
    from target_duckdb_bulk.staging import Staged
    from target_duckdb_bulk.tables import Table


def merge(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    staged: Staged,
    computed: Sequence[Computed],
) -> None:
    """Insert records, or let them replace those of the same key.

    Columns that the stream doesn't declare keep their values.

    Args:
        connection: To DuckDB.
        place: Where the stream's table is. It is made if it is missing.
        staged: The records.
        computed: Further columns.

    Raises:
        DatabaseError: DuckDB refuses it.
        KeyTypeError: A key's column would get a type in which keys are written another way.
        NarrowerTypeError: A column of the table holds more than its field.
    """
    declared = staged.declared
    values = staged.values() | {field.name: expression for field, expression in computed}
    fields = (*declared.fields, *(field for field, _ in computed))
    table = ensure(connection, declared.stream, place, fields, declared.keys)
    expressions = [
        stored(values[column.field.name], column.field.type, column.type)
        for column in table.columns
    ]
    with explained(f'Records of stream "{declared.stream}" can\'t be loaded'):
        _put(connection, table, staged, expressions)


def _put(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    staged: Staged,
    expressions: Sequence[str],
) -> None:
    """Insert records; merge them if the table has one or more of their keys.

    To insert takes half the time that to merge does.
    """
    names = [quoted(column.name) for column in table.columns]
    keys = [
        place
        for place, column in enumerate(table.columns)
        if column.field.name in staged.declared.keys
    ]
    selected = ", ".join(f"{value} AS c{place}" for place, value in enumerate(expressions))
    source = f"(SELECT {selected} FROM {staged.path}) AS s"
    same_key = " AND ".join(f"t.{names[place]} = s.c{place}" for place in keys)
    target = table.place.path
    known = f"SELECT EXISTS (SELECT 1 FROM {target} AS t JOIN {source} ON ({same_key}))"
    if keys and connection.execute(known).fetchall()[0][0]:
        changes = ", ".join(f"{name} = s.c{p}" for p, name in enumerate(names) if p not in keys)
        connection.execute(
            f"MERGE INTO {target} AS t USING {source} ON ({same_key}) "
            f"WHEN MATCHED THEN {f'UPDATE SET {changes}' if changes else 'DO NOTHING'} "
            f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) "
            f"VALUES ({', '.join(f's.c{place}' for place in range(len(names)))})"
        )
    else:
        connection.execute(
            f"INSERT INTO {target} ({', '.join(names)}) "
            f"SELECT {', '.join(expressions)} FROM {staged.path}"
        )


def remove_deleted(connection: duckdb.DuckDBPyConnection, stream: str, place: Place) -> None:
    """Remove the records that say when they were deleted.

    Args:
        connection: To DuckDB.
        stream: Name of the stream.
        place: Where its table is, which has that column.

    Raises:
        DatabaseError: DuckDB refuses it.
    """
    with explained(f'Deleted records of stream "{stream}" can\'t be removed'):
        connection.execute(f"DELETE FROM {place.path} WHERE {quoted(DELETED_AT.name)} IS NOT NULL")


@dataclass(frozen=True)
class Activation:
    """What an ACTIVATE_VERSION message asks for.

    Attributes:
        version: The one that counts from now on.
        takes_in: Whether records without a version are of this one. Otherwise they are of an older
            one.
        deleted_at: When the others went, or None to remove them.
    """

    version: int
    takes_in: bool
    deleted_at: datetime | None


def activate(
    connection: duckdb.DuckDBPyConnection, stream: str, place: Place, activation: Activation
) -> None:
    """Mark or remove the records of older versions.

    Args:
        connection: To DuckDB.
        stream: Name of the stream.
        place: Where its table is.
        activation: Which, and how.

    Raises:
        DatabaseError: DuckDB refuses it.
    """
    column = quoted(DELETED_AT.name)
    with explained(f'Old versions of stream "{stream}" can\'t be marked'):
        if TABLE_VERSION.name not in place.columns:
            return
        if activation.takes_in:
            _take_in(connection, place, activation.version)
        if activation.deleted_at is None:
            connection.execute(f"DELETE FROM {place.path} WHERE {_older(activation)}")
            return
        if DELETED_AT.name not in place.columns:
            ensure(connection, stream, place, [DELETED_AT])
        connection.execute(
            f"UPDATE {place.path} SET {column} = {literal(activation.deleted_at.isoformat())} "
            f"WHERE {_older(activation)} AND {column} IS NULL"
        )


def _take_in(connection: duckdb.DuckDBPyConnection, place: Place, version: int) -> None:
    """Give records without a version this one, so that the next one finds them older."""
    column = quoted(TABLE_VERSION.name)
    connection.execute(f"UPDATE {place.path} SET {column} = {version} WHERE {column} IS NULL")


def _older(activation: Activation) -> str:
    column = quoted(TABLE_VERSION.name)
    return f"({column} < {activation.version} OR {column} IS NULL)"
