"""Reading records into a temporary table, where they are checked before any table is touched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from target_duckdb_bulk.database import explained
from target_duckdb_bulk.errors import KeyTypeError, MissingKeyError, RecordError
from target_duckdb_bulk.json_schema import BIG_DECIMAL, BIGINT, DOUBLE
from target_duckdb_bulk.sources import VERSION, Lines, Source, is_readable, rewritten
from target_duckdb_bulk.sql import quoted
from target_duckdb_bulk.values import (
    NUMBERS,
    beyond_64_bits,
    beyond_double,
    inexact,
    read_type,
    value,
    wrong,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from target_duckdb_bulk.declared import Declared, Field

# What DuckDB raises for data that it can't read as wanted.
_UNREADABLE = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException)


@dataclass(frozen=True)
class Staged:
    """Records in a temporary table, one for each key.

    Attributes:
        path: The temporary table, as SQL.
        declared: The stream, with the types that its records turned out to need.
        is_exact: Whether numbers are in it as text.
        has_versions: Whether a record has a version.
        lacks_versions: Whether a record lacks a version.
    """

    path: str
    declared: Declared
    is_exact: bool
    has_versions: bool = False
    lacks_versions: bool = False

    def values(self) -> dict[str, str]:
        """Write the expression of each field's value, by the field's name."""
        return {
            field.name: value(field.type, f"f{place}", exact=self.is_exact)
            for place, field in enumerate(self.declared.fields)
        }


class Staging:
    """Reads records into temporary tables.

    Args:
        connection: To DuckDB.
        folder: For records that have to be rewritten.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        self._number = 0
        self._with_long_numbers: set[str] = set()

    def stage(self, declared: Declared, source: Source) -> Staged:
        """Read the records of a stream.

        Args:
            declared: The stream.
            source: Its records.

        Raises:
            DatabaseError: DuckDB lacks the memory or disk to read them.
            KeyTypeError: A key is a number beyond what DOUBLE holds exactly.
            MissingKeyError: One lacks its key.
            RecordError: One isn't JSON, or has a value that its column can't hold.
        """
        with explained(f'Records of stream "{declared.stream}" can\'t be read'):
            staged = self._read_somehow(declared, source)
            if not staged.is_exact and self._any(staged, _doubts(declared)):
                self.drop([staged])
                self._with_long_numbers.add(declared.stream)
                staged = self._read_somehow(declared, source)
            self._refuse_wrong(staged)
            staged = self._widened(staged)
            self._keep_last(staged)
            return replace(
                staged,
                has_versions=self._any(staged, [f"{VERSION} IS NOT NULL"]),
                lacks_versions=self._any(staged, [f"{VERSION} IS NULL"]),
            )

    def drop(self, staged: Iterable[Staged]) -> None:
        """Forget what was read."""
        for each in staged:
            self._connection.execute(f"DROP TABLE {each.path}")

    def _read_somehow(self, declared: Declared, source: Source) -> Staged:
        """Read records, and if DuckDB can't, read them as Python does."""
        names = [field.name for field in declared.fields]
        if is_readable(names):
            try:
                return self._read(declared, source, names)
            except _UNREADABLE:
                pass
        lines = self._rewritten(declared, source, names)
        numbers = [str(place) for place in range(len(names))]
        try:
            return self._read(declared, lines, numbers)
        except _UNREADABLE:
            raise self._diagnosed(declared, lines, numbers) from None
        finally:
            lines.spool.close()

    def _rewritten(self, declared: Declared, source: Source, names: Sequence[str]) -> Lines:
        try:
            return rewritten(source, names, self._folder)
        except RecordError as error:
            raise RecordError(f'A record of stream "{declared.stream}" is wrong: {error}') from None
        except ValueError:
            raise RecordError(
                f'A record of stream "{declared.stream}" isn\'t JSON: correct the tap'
            ) from None
        except RecursionError:
            raise RecordError(
                f'A record of stream "{declared.stream}" is nested too deeply to be read: correct '
                "the tap"
            ) from None

    def _read(self, declared: Declared, source: Source, names: Sequence[str]) -> Staged:
        numbers = [
            name
            for name, field in zip(names, declared.fields, strict=True)
            if field.type in NUMBERS
        ]
        exact = declared.stream in self._with_long_numbers or source.may_hold_booleans(numbers)
        types = [read_type(field.type, exact=exact) for field in declared.fields]
        path = self._copied(source.select(list(zip(names, types, strict=True))))
        return Staged(path, declared, exact)

    def _copied(self, query: str) -> str:
        self._number += 1
        path = f"temp.staged_{self._number}"
        self._connection.execute(f"CREATE TEMP TABLE staged_{self._number} AS {query}")
        return path

    def _diagnosed(self, declared: Declared, lines: Lines, numbers: Sequence[str]) -> RecordError:
        """Find the field that DuckDB can't read."""
        path = self._copied(lines.select([(number, "JSON") for number in numbers]))
        for place, field in enumerate(declared.fields):
            text = f"json_extract_string(f{place}, '$')"
            type_ = read_type(field.type, exact=False)
            bad = self._count(
                f"count(*) FROM {path} WHERE {text} IS NOT NULL "
                f"AND TRY_CAST({text} AS {type_}) IS NULL"
            )
            if bad:
                return _record_error(declared, field, bad)
        return RecordError(f'Records of stream "{declared.stream}" can\'t be read: correct the tap')

    def _any(self, staged: Staged, conditions: Sequence[str]) -> bool:
        """Tell whether one or more of some conditions hold for one or more records."""
        if not conditions:
            return False
        wanted = " OR ".join(f"coalesce(bool_or({condition}), false)" for condition in conditions)
        return bool(
            self._connection.execute(f"SELECT {wanted} FROM {staged.path}").fetchall()[0][0]
        )

    def _count(self, selection: str) -> int:
        return int(self._connection.execute(f"SELECT {selection}").fetchall()[0][0])

    def _refuse_wrong(self, staged: Staged) -> None:
        """Raise an error if a record has no key, or a value that isn't of its field's type."""
        declared = staged.declared
        places = list(enumerate(declared.fields))
        missing = {p: f"f{p} IS NULL" for p, field in places if field.name in declared.keys}
        others = {p: wrong(field.type, f"f{p}", exact=staged.is_exact) for p, field in places}
        bad = {p: condition for p, condition in others.items() if condition}
        keys = {p: field for p, field in places if p in missing and field.type == DOUBLE}
        vague = {p: beyond_double(f"TRY_CAST(f{p} AS DOUBLE)") for p in keys}
        if not self._any(staged, [*missing.values(), *bad.values(), *vague.values()]):
            return
        for place, condition in vague.items():
            if count := self._count(f"count(*) FROM {staged.path} WHERE {condition}"):
                raise _vague_key_error(declared, declared.fields[place], count)
        for place, condition in bad.items():
            if count := self._count(f"count(*) FROM {staged.path} WHERE {condition}"):
                raise _record_error(declared, declared.fields[place], count)
        for place, condition in missing.items():
            if self._any(staged, [condition]):
                raise MissingKeyError(
                    f'A record of stream "{declared.stream}" has no '
                    f'"{declared.fields[place].name}", which is part of its key: correct the tap, '
                    "or its key properties"
                )

    def _widened(self, staged: Staged) -> Staged:
        """Declare integers of more than 64 bits where there are any."""
        if not staged.is_exact:
            return staged
        places = list(enumerate(staged.declared.fields))
        long = [beyond_64_bits(f"f{place}") for place, field in places if field.type == BIGINT]
        if not self._any(staged, long):
            return staged
        fields = tuple(
            replace(field, type=BIG_DECIMAL)
            if field.type == BIGINT and self._any(staged, [beyond_64_bits(f"f{place}")])
            else field
            for place, field in places
        )
        return replace(staged, declared=replace(staged.declared, fields=fields))

    def _keep_last(self, staged: Staged) -> None:
        """Keep the last record of each key."""
        if not staged.declared.keys:
            return
        values = staged.values()
        keys = ", ".join(values[key] for key in staged.declared.keys)
        if self._count(f"EXISTS (SELECT 1 FROM {staged.path} GROUP BY {keys} HAVING count(*) > 1)"):
            self._connection.execute(
                f"DELETE FROM {staged.path} WHERE rowid NOT IN "
                f"(SELECT max(rowid) FROM {staged.path} GROUP BY {keys})"
            )


def _doubts(declared: Declared) -> list[str]:
    conditions = {BIGINT: inexact, DOUBLE: beyond_double}
    return [
        conditions[field.type](f"f{place}")
        for place, field in enumerate(declared.fields)
        if field.type in conditions
    ]


def _record_error(declared: Declared, field: Field, count: int) -> RecordError:
    return RecordError(
        f"Column {quoted(field.name)} of stream {quoted(declared.stream)} is {field.type}, and "
        f"{count} of its records have something else there: correct the tap, or the type in its "
        "catalog"
    )


def _vague_key_error(declared: Declared, field: Field, count: int) -> KeyTypeError:
    return KeyTypeError(
        f"Key {quoted(field.name)} of stream {quoted(declared.stream)} is a number, and {count} of "
        "its records have one of 2⁵³ or more, where DOUBLE doesn't tell all numbers apart: let the "
        "catalog declare it an integer or a string"
    )
