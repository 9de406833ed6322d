"""Writing batches: files of records, which BATCH messages name."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from itertools import chain
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from tap_genesys_search.errors import BatchError
from tap_genesys_search.singer.pages.json_lines import json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig

    from tap_genesys_search.records.rows import Records

UNCOMPRESSED = "none"

COMPRESSION_LEVEL = 3
"""Files are a sixth larger than at 9, and written in a fifth of the time."""


def has_writer(config: BatchConfig) -> bool:
    """Tell whether files of a format are written here; the SDK may know others."""
    return config.encoding.format in _WRITERS


def name_compression(encoding: BaseBatchFileEncoding) -> None:
    """Name the compression that files of JSON lines have where none is set: readers go by it.

    The SDK compresses them, too, and does not say so.
    """
    if encoding.format == "jsonl" and encoding.compression is None:
        encoding.compression = "gzip"


@contextmanager
def write_errors_explained() -> Iterator[None]:
    """Say what to do where a file can't be written, without its address, which may hold a secret.

    Raises:
        BatchError: A file can't be written.
    """
    try:
        yield
    except OSError as error:
        raise BatchError(
            f"A batch's file can't be written ({error.strerror or type(error).__name__}). Check "
            "that the root in batch_config can be written to and has room, and run again: the "
            "state is kept"
        ) from None


def write_files(
    pages: Iterable[Records], name: str, schema: Mapping[str, Any], config: BatchConfig
) -> Iterator[str]:
    """Write records into files.

    Args:
        pages: The records.
        name: The beginning of each file's name.
        schema: The JSON Schema of the records.
        config: The format of the files, where they are, and how many records one may have.

    Yields:
        The URL of each file, when it is written.

    Raises:
        BatchError: A column has values that a Parquet file can't hold, or a file can't be written.
    """
    encoding, storage = config.encoding, config.storage
    write = _WRITERS[encoding.format]
    start = f"{storage.prefix or ''}{name}-{uuid4()}"
    for number, batch in enumerate(_batches_of(pages, max(1, config.batch_size)), 1):
        file_name = f"{start}-{number}{_ending(encoding.format, encoding.compression)}"
        with write_errors_explained(), storage.open(file_name, "wb") as file:
            write(batch, file, schema, encoding.compression)
        yield storage.get_url(file_name)


def _batches_of(pages: Iterable[Records], size: int) -> Iterator[list[Records]]:
    """Cut pages into batches, each a list of parts of pages."""
    batch: list[Records] = []
    room = size
    for page in pages:
        start = 0
        while start < len(page):
            part = page[start : start + room]
            batch.append(part)
            start += len(part)
            room -= len(part)
            if not room:
                yield batch
                batch, room = [], size
    if batch:
        yield batch


def _ending(format_: str, compression: str | None) -> str:
    if format_ == "parquet":
        return ".parquet"
    return ".json" if compression == UNCOMPRESSED else ".json.gz"


def _write_json_lines(
    batch: Iterable[Records], file: IO[bytes], _: Mapping[str, Any], compression: str | None
) -> None:
    if compression == UNCOMPRESSED:
        file.writelines(map(json_lines, batch))
        return
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=COMPRESSION_LEVEL) as compressed:
        compressed.writelines(map(json_lines, batch))


def _write_parquet(
    batch: Iterable[Records], file: IO[bytes], schema: Mapping[str, Any], compression: str | None
) -> None:
    from pyarrow import parquet  # noqa: PLC0415 - comes with an extra of the package

    from tap_genesys_search.singer.pages.arrow_tables import arrow_table  # noqa: PLC0415 - needs it

    table = arrow_table(list(chain.from_iterable(batch)), schema["properties"])
    parquet.write_table(table, file, compression=compression or "snappy")


_WRITERS: dict[str, Callable[..., None]] = {
    "jsonl": _write_json_lines,
    "parquet": _write_parquet,
}
