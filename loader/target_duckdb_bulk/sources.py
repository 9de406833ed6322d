"""Where a stream's records are before they are loaded: lines that wait, or files of a BATCH."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from target_duckdb_bulk.errors import BatchError, RecordError
from target_duckdb_bulk.names import folded
from target_duckdb_bulk.spool import Spool, add_names_of_booleans
from target_duckdb_bulk.sql import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from io import BufferedReader

SMALLEST_BUFFER = 1024 * 1024
"""In bytes. DuckDB shares a file among its threads in pieces of about this size."""

CHUNK_BYTES = 1024 * 1024
"""How much of a file is looked at together."""

_UNSEEN = re.compile('"|true|false')
"""Names with this in them are not found before booleans."""

VERSION = "version"
EXTRACTED = "extracted"


class Source(Protocol):
    """Records of one stream."""

    def may_hold_booleans(self, names: Sequence[str]) -> bool:
        """Tell whether `true` or `false` may be the value of one of some properties."""

    def select(self, fields: Sequence[tuple[str, str]]) -> str:
        """Write the query that reads the records.

        Args:
            fields: Name, and type as which it is read, of each field.

        Returns:
            SQL, whose columns are `f0`, `f1` …, `version` and `extracted`.
        """

    def messages(self) -> Iterator[dict[str, Any]]:
        """Read the RECORD messages one by one, which is slow.

        Raises:
            ValueError: One isn't JSON.
        """


@dataclass(frozen=True)
class Lines:
    """RECORD messages that wait in a file.

    Attributes:
        spool: The file.
    """

    spool: Spool

    def may_hold_booleans(self, names: Sequence[str]) -> bool:
        """Tell whether `true` or `false` may be the value of one of some properties."""
        return _may_be_among(names, self.spool.booleans)

    def select(self, fields: Sequence[tuple[str, str]]) -> str:
        """Write the query that reads the records."""
        struct = ", ".join(f"{quoted(name)} {type_}" for name, type_ in fields)
        wanted = "".join(
            f"record.{quoted(name)} AS f{place}, " for place, (name, _) in enumerate(fields)
        )
        return (
            f"SELECT {wanted}{VERSION}, TRY_CAST(time_extracted AS TIMESTAMPTZ) AS {EXTRACTED} "
            f"FROM read_json({literal(self.spool.path())}, format = 'newline_delimited', columns = "
            f"{{record: {literal(f'STRUCT({struct})')}, version: 'BIGINT', "
            f"time_extracted: 'VARCHAR'}}, "
            f"maximum_object_size = {max(self.spool.longest + 1, SMALLEST_BUFFER)})"
        )

    def messages(self) -> Iterator[dict[str, Any]]:
        """Read the RECORD messages one by one."""
        yield from map(json.loads, self.spool.lines())


@dataclass(frozen=True)
class JsonFiles:
    """Files of a BATCH message, a record a line.

    Attributes:
        paths: Where they are.
        is_gzipped: Whether they are compressed.
    """

    paths: tuple[str, ...]
    is_gzipped: bool

    def may_hold_booleans(self, names: Sequence[str]) -> bool:
        """Tell whether `true` or `false` may be the value of one of some properties."""
        found: set[bytes] = set()
        for path in self.paths if names else ():
            with self._open(path) as file:
                while lines := file.readlines(CHUNK_BYTES):
                    add_names_of_booleans(b"".join(lines), found)
        return _may_be_among(names, found)

    def select(self, fields: Sequence[tuple[str, str]]) -> str:
        """Write the query that reads the records."""
        columns = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in fields)
        wanted = "".join(f"{quoted(name)} AS f{place}, " for place, (name, _) in enumerate(fields))
        compression = "gzip" if self.is_gzipped else "uncompressed"
        return (
            f"SELECT {wanted}NULL::BIGINT AS {VERSION}, NULL::TIMESTAMPTZ AS {EXTRACTED} "
            f"FROM read_json({_listed(self.paths)}, format = 'newline_delimited', "
            f"columns = {{{columns}}}, compression = '{compression}')"
        )

    def messages(self) -> Iterator[dict[str, Any]]:
        """Read the records one by one, each as a RECORD message.

        Raises:
            BatchError: A file is damaged.
        """
        for path in self.paths:
            with self._open(path) as file:
                yield from ({"record": json.loads(line)} for line in file if line.strip())

    @contextmanager
    def _open(self, path: str) -> Iterator[gzip.GzipFile | BufferedReader]:
        """Open a file.

        Raises:
            BatchError: It is damaged, as reading may show.
        """
        try:
            with gzip.open(path) if self.is_gzipped else Path(path).open("rb") as file:
                yield file
        except (OSError, EOFError, zlib.error):
            raise BatchError(f"A batch can't be read, the file is damaged: {path}") from None


@dataclass(frozen=True)
class ParquetFiles:
    """Files of a BATCH message in Parquet.

    Attributes:
        paths: Where they are.
        columns: Names and types of their columns.
    """

    paths: tuple[str, ...]
    columns: dict[str, str]

    def may_hold_booleans(self, names: Sequence[str]) -> bool:
        """Tell whether one of some columns holds booleans."""
        return any(self.columns.get(name) == "BOOLEAN" for name in names)

    def select(self, fields: Sequence[tuple[str, str]]) -> str:
        """Write the query that reads the records."""
        wanted = "".join(
            f"{self._read(name, type_)} AS f{place}, " for place, (name, type_) in enumerate(fields)
        )
        return (
            f"SELECT {wanted}NULL::BIGINT AS {VERSION}, NULL::TIMESTAMPTZ AS {EXTRACTED} "
            f"FROM {parquet(self.paths)}"
        )

    def _read(self, name: str, type_: str) -> str:
        column, has = quoted(name), self.columns.get(name)
        if has is None:
            return f"NULL::{type_}"
        if type_ == "JSON" and has == "VARCHAR":  # what the SDK's files have for some objects
            return f"CASE WHEN json_valid({column}) THEN {column}::JSON ELSE to_json({column}) END"
        if type_ == "JSON" or (type_ == "VARCHAR" and has.endswith(("]", ")"))):
            return f"to_json({column})::{type_}"
        return f"{column}::{type_}"

    def messages(self) -> Iterator[dict[str, Any]]:
        """Parquet has types, so there is nothing to be read another way.

        Raises:
            BatchError: Always.
        """
        raise BatchError(
            f"A batch has values that its columns can't hold: {self.paths[0]}: correct the tap"
        )


def _may_be_among(names: Sequence[str], written: set[bytes]) -> bool:
    """Tell whether one of some names may be among those that `add_names_of_booleans` found."""
    read = {_read_name(name) for name in written}
    return any(name in read or _UNSEEN.search(name) for name in names)


def _read_name(written: bytes) -> object:
    try:
        return json.loads(written.rstrip(b": \t"))
    except ValueError:  # no name, but the end of a text or a list
        return None


def parquet(paths: Iterable[str]) -> str:
    """Write what reads Parquet files as SQL."""
    return f"read_parquet({_listed(paths)}, union_by_name = true)"


def _listed(paths: Iterable[str]) -> str:
    """Write a list of files, in whose names DuckDB would otherwise see patterns."""
    escaped = ("".join(f"[{c}]" if c in "*?[" else c for c in path) for path in paths)
    return f"[{', '.join(map(literal, escaped))}]"


def is_readable(names: Sequence[str]) -> bool:
    """Tell whether DuckDB can read fields by these names: all different, and none empty."""
    return all(names) and len(set(map(folded, names))) == len(names)


def rewritten(source: Source, names: Sequence[str], folder: Path) -> Lines:
    """Write records as DuckDB can read them: with numbers as names, once each, and valid Unicode.

    Args:
        source: The records.
        names: Of their fields. The first becomes `0`, and so on.
        folder: Where to write.

    Raises:
        RecordError: A record isn't a JSON object.
        ValueError: One isn't JSON.
    """
    spool = Spool(folder)
    try:
        for message in source.messages():
            spool.write([_line(message, names)])
    except BaseException:
        spool.close()
        raise
    return Lines(spool)


def _line(message: dict[str, Any], names: Sequence[str]) -> bytes:
    record = message["record"]
    if not isinstance(record, dict):
        raise RecordError("it isn't a JSON object")
    fields = {str(place): record[name] for place, name in enumerate(names) if name in record}
    # Half a surrogate pair becomes a question mark.
    return json.dumps({**message, "record": fields}, ensure_ascii=False).encode("utf-8", "replace")
