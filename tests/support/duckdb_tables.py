"""A run's records in DuckDB, in tables as the loader makes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.singer_run import SingerRun


def load_into_duckdb(run: SingerRun, folder: Path) -> duckdb.DuckDBPyConnection:
    """Load all records of a run, the last one of each key, into a database in memory.

    Args:
        run: The run.
        folder: Where files may be written.

    Returns:
        A connection to the database.
    """
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")  # days are those of the session
    for message in run.messages:
        if message["type"] != "SCHEMA":
            continue
        stream, keys = message["stream"], message["key_properties"]
        columns = {
            name: _column_type(column) for name, column in message["schema"]["properties"].items()
        }
        rows = {
            tuple(record[key] for key in keys): record for record in run.records(stream)
        }.values()
        file = folder / f"{stream}.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        types = ", ".join(f"'{name}': '{type_}'" for name, type_ in columns.items())
        connection.execute(
            f"create table {stream} as "  # noqa: S608 - names of this tap's own
            f"select * from read_json($file, format = 'nd', columns = {{{types}}})",
            {"file": str(file)},
        )
        ((loaded,),) = connection.execute(f"select count(*) from {stream}").fetchall()  # noqa: S608
        assert loaded == len(rows)
    return connection


def _column_type(column: dict[str, Any]) -> str:
    """Choose the type that the loader gives a column."""
    types = column["type"]
    if "object" in types or "array" in types:
        return "json"
    if column.get("format") == "date-time":
        return "timestamptz"
    for json_type, type_ in (("number", "double"), ("integer", "bigint"), ("boolean", "boolean")):
        if json_type in types:
            return type_
    return "varchar"
