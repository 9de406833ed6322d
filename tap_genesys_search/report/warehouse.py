"""A DuckDB file that is read: which tables it has, and queries with named values."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


Rows = list[dict[str, Any]]


class NoTablesError(Exception):
    """A file has none of this tap's tables."""


@contextmanager
def attached(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach a file, to be read, as `loaded`.

    Args:
        database: The DuckDB file.

    Yields:
        A connection of its own, whose session has UTC.

    Raises:
        duckdb.Error: The file is not a database.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")  # of columns that were loaded with a time zone
        file = str(database).replace("'", "''")
        connection.execute(f"attach '{file}' as loaded (read_only)")
        yield connection


def read_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, set[str]]]:
    """Read which columns the attached file has.

    Args:
        connection: Has the file attached.

    Returns:
        Schema to table to names of columns. Views are left out: they name the file they were made
        in, and can't be read from another connection.
    """
    found: dict[str, dict[str, set[str]]] = {}
    for schema, table, column in connection.execute(_COLUMNS).fetchall():
        found.setdefault(schema, {}).setdefault(table, set()).add(column)
    return found


def define_views(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    wanted: Mapping[str, Mapping[str, str]],
) -> set[str]:
    """Define a view of each wanted table; what is not loaded is empty, or null.

    Args:
        connection: Has the file attached.
        schema: Where the tables are.
        wanted: Table to name and type of its columns.

    Returns:
        The wanted tables that the file has.
    """
    tables = read_columns(connection).get(schema, {})
    quoted_schema = schema.replace('"', '""')
    for table, columns in wanted.items():
        found = tables.get(table, set())
        selected = ", ".join(
            f"cast({name if name in found else 'null'} as {type_}) as {name}"
            for name, type_ in columns.items()
        )
        source = f'loaded."{quoted_schema}".{table}' if found else "(select 1) where false"
        connection.execute(f"create view {table} as select {selected} from {source}")
    return wanted.keys() & tables.keys()


def fetch(connection: duckdb.DuckDBPyConnection, query: str, **parameters: object) -> Rows:
    """Run a query, and name the values of its rows.

    Args:
        connection: What it is put to.
        query: The query.
        parameters: Name to value of what it has a `$` for.

    Returns:
        Column to value, for each row.

    Raises:
        duckdb.Error: The tables are not this tap's.
    """
    answer = connection.execute(query, parameters)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


_COLUMNS = """
    select schema_name, table_name, column_name
    from duckdb_columns()
    inner join duckdb_tables() using (database_name, schema_name, table_name)
    where database_name = 'loaded'
"""
