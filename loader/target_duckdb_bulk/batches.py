"""The files that a BATCH message names."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import duckdb

from target_duckdb_bulk.errors import BatchError
from target_duckdb_bulk.sources import JsonFiles, ParquetFiles, parquet

if TYPE_CHECKING:
    from target_duckdb_bulk.sources import Source


CHUNK_BYTES = 1024 * 1024


def files_of(
    connection: duckdb.DuckDBPyConnection,
    stream: str,
    encoding: dict[str, Any] | None,
    manifest: list[str] | None,
) -> tuple[Source, int]:
    """Find the files of a BATCH message.

    Args:
        connection: To DuckDB, which reads the columns of Parquet.
        stream: Name of the stream.
        encoding: How the message says that they are written.
        manifest: Their URLs.

    Returns:
        The files and their size in bytes.

    Raises:
        BatchError: One is missing, is not on this machine, or is written another way.
    """
    paths = tuple(_path(stream, url) for url in manifest or ())
    size = sum(_size(stream, path) for path in paths)
    wanted = encoding or {}
    if wanted.get("format") == "jsonl" and wanted.get("compression") == "gzip":
        for path in paths:
            _check_gzip(stream, path)
        return JsonFiles(paths, is_gzipped=True), size
    if wanted.get("format") == "jsonl" and wanted.get("compression") in {"none", None}:
        return JsonFiles(paths, is_gzipped=False), size
    if wanted.get("format") == "parquet":
        return ParquetFiles(paths, _columns(connection, stream, paths)), size
    raise BatchError(
        f'Batches of stream "{stream}" are neither JSON lines nor Parquet: let the tap write '
        '`{"format": "jsonl", "compression": "gzip"}` or `{"format": "parquet"}`'
    )


def _path(stream: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return url2pathname(parts.path)
    if "://" not in url:
        return url
    raise BatchError(
        f'A batch of stream "{stream}" is in "{parts.scheme}", and only files of this machine can '
        "be read: let the tap write to `file://`"
    )


def _size(stream: str, path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError as error:
        raise BatchError(
            f'A batch of stream "{stream}" can\'t be read: {error.strerror}: {path}'
        ) from None


def _check_gzip(stream: str, path: str) -> None:
    """Compare a file with its checksums, which DuckDB doesn't.

    Raises:
        BatchError: It is empty, cut or damaged.
    """
    try:
        with gzip.open(path) as file:
            while file.read(CHUNK_BYTES):
                pass
        is_whole = Path(path).stat().st_size > 0
    except (OSError, EOFError, zlib.error):
        is_whole = False
    if not is_whole:
        raise BatchError(
            f'A batch of stream "{stream}" is damaged, or was not written to its end: {path}: run '
            "the tap again"
        )


def _columns(
    connection: duckdb.DuckDBPyConnection, stream: str, paths: tuple[str, ...]
) -> dict[str, str]:
    columns: dict[str, str] = {}
    for path in paths:
        try:
            rows = connection.execute(f"DESCRIBE FROM {parquet([path])}").fetchall()
        except duckdb.Error:
            raise BatchError(
                f"A batch of stream \"{stream}\" can't be read: it isn't Parquet: {path}"
            ) from None
        columns |= {row[0]: row[1] for row in rows}
    return columns
