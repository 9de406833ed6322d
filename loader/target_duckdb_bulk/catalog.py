"""What the file has already: read once, because no other process can change it during a run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from target_duckdb_bulk.database import WAREHOUSE, explained
from target_duckdb_bulk.names import assign, folded
from target_duckdb_bulk.owners import owners
from target_duckdb_bulk.sql import quoted

if TYPE_CHECKING:
    import duckdb


@dataclass
class Place:
    """Where a stream's table is, and what is in it.

    Attributes:
        schema: Name of the schema.
        table: Name of the table.
        columns: Names and types of its columns, empty if the table doesn't exist.
        comment: Its comment, or None.
    """

    schema: str
    table: str
    columns: dict[str, str] = field(default_factory=dict)
    comment: str | None = None

    @property
    def path(self) -> str:
        """The table's full name, as SQL."""
        return f"{WAREHOUSE}.{quoted(self.schema)}.{quoted(self.table)}"


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
        self._existing: dict[str, Place] = {}
        self._streams: dict[str, str | None] = {}

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
            name = assign([stream], self._streams)[stream]
            self._streams[name] = stream
            self._places[stream] = self._existing.get(name) or Place(self._name, name)
        return self._places[stream]

    def _make(self) -> None:
        """Make the schema, or find out how it is spelled and what is in it."""
        rows = self._rows("schema_name FROM duckdb_schemas() WHERE database_name = ?", WAREHOUSE)
        spelled = [name for (name,) in rows if folded(name) == folded(self._name)]
        if spelled:
            self._name = spelled[0]
        else:
            self._connection.execute(f"CREATE SCHEMA {WAREHOUSE}.{quoted(self._name)}")
        in_schema = "WHERE database_name = ? AND schema_name = ?"
        columns: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for table, name, type_ in self._rows(
            f"table_name, column_name, data_type FROM duckdb_columns() {in_schema} "
            "ORDER BY column_index",
            *(WAREHOUSE, self._name),
        ):
            columns[table][name] = type_
        for table, comment in self._rows(
            f"table_name, comment FROM duckdb_tables() {in_schema}", WAREHOUSE, self._name
        ):
            self._existing[table] = Place(self._name, table, columns[table], comment)
            self._streams[table] = owners(comment).stream

    def _rows(self, selection: str, *values: str) -> list[tuple[str, ...]]:
        return self._connection.execute(f"SELECT {selection}", list(values)).fetchall()
