"""The DuckDB file: opening it, and what it says when something fails."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from target_duckdb_bulk.errors import DatabaseError, SettingsError
from target_duckdb_bulk.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_duckdb_bulk.settings import Settings

# Attached under a name of its own, so that no schema and no file has the same.
WAREHOUSE = "target_duckdb_bulk"

LOG_BYTES = 128 * 1024 * 1024
"""How long the write-ahead log may become before DuckDB moves what it holds into the file.

With DuckDB's 16 MB each load would be moved at once, which takes more time and leaves a larger
file. What the log holds stays in memory too, so it must not become as long as DuckDB's memory
allows. The end of a run moves the rest.
"""

# What they say names tables, columns and files. What other errors say may quote a record.
_WITHOUT_DATA = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.DependencyException,
    duckdb.IOException,
    duckdb.ParserException,
)


# How DuckDB names the process that has a file open.
_HOLDER = re.compile(r"\((PID \d+)\)")


@contextmanager
def opened(settings: Settings, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the file for a run. At the end no write-ahead log is left beside it.

    Args:
        settings: Name the file.
        folder: For what DuckDB can't keep in memory.

    Raises:
        DatabaseError: It can't be opened, or another process has it open.
        SettingsError: The amount of memory can't be read, the folder is missing, or the path
            isn't a file.
    """
    connection = duckdb.connect()
    try:
        with explained(f"DuckDB file {settings.path} can't be opened"):
            _configure(connection, settings, folder)
            _attach(connection, settings.path)
        yield connection
        with explained(f"DuckDB file {settings.path} can't be closed"):
            connection.execute(f"DETACH {WAREHOUSE}")
    finally:
        connection.close()


def _configure(connection: duckdb.DuckDBPyConnection, settings: Settings, folder: Path) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    try:
        connection.execute(f"SET memory_limit = {literal(settings.memory_limit)}")
    except duckdb.ParserException:
        raise SettingsError(
            'Setting "memory_limit" isn\'t an amount of memory: set it to one such as "1GB"'
        ) from None
    # One core is left to the tap, and to reading what it writes.
    connection.execute("SET threads = greatest(1, current_setting('threads') - 1)")
    connection.execute(f"SET temp_directory = {literal(str(folder))}")
    connection.execute(f"SET checkpoint_threshold = '{LOG_BYTES}B'")


def _attach(connection: duckdb.DuckDBPyConnection, path: str) -> None:
    if not Path(path).parent.is_dir():
        raise SettingsError(
            f'The folder of DuckDB file {path} doesn\'t exist: make it, or correct setting "path"'
        )
    if Path(path).exists() and not Path(path).is_file():
        raise SettingsError(f'{path} is not a file: correct setting "path"')
    try:
        connection.execute(f"ATTACH {literal(path)} AS {WAREHOUSE}")
    except duckdb.IOException as error:
        holder = _HOLDER.search(str(error))
        if holder is None:
            raise
        raise DatabaseError(
            f"DuckDB file {path} is open in {holder[1]}: close it there and run again"
        ) from None


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Do all or nothing.

    Raises:
        DatabaseError: It can't be confirmed.
    """
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # the failure may have ended the transaction already
            connection.execute("ROLLBACK")
        raise
    with explained("The records can't be committed"):
        connection.execute("COMMIT")


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn an error of DuckDB into one that quotes no record.

    Args:
        what: What failed.

    Raises:
        DatabaseError: It did.
    """
    try:
        yield
    except duckdb.Error as error:
        raise DatabaseError(f"{what}: {reason(error)}") from None


def reason(error: duckdb.Error) -> str:
    """Say in one line why DuckDB refused something, without data."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return 'DuckDB is out of memory: raise "memory_limit", or lower "batch_size_bytes"'
    if isinstance(error, duckdb.TransactionException):
        return "TransactionException: see whether the disk is full, and run again"
    if isinstance(error, _WITHOUT_DATA):
        return str(error).splitlines()[0]
    return type(error).__name__
