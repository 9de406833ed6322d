"""What can go wrong, each with one line that says what failed, where, and what to do.

No message holds a value of a record: logs are kept longer, and read by more people, than the data.
"""

from __future__ import annotations


class LoaderError(Exception):
    """The load ended early. What STATE lines have confirmed is in the file."""


class SettingsError(LoaderError):
    """A setting is missing or has a value that can't be used."""


class InputError(LoaderError):
    """A line of the input isn't a Singer message."""


class UnknownStreamError(InputError):
    """A message names a stream that no SCHEMA message has described before."""


class SchemaError(InputError):
    """A SCHEMA message can't be turned into a table."""


class MissingKeyError(LoaderError):
    """A record lacks a value that its key needs."""


class RecordError(LoaderError):
    """A record has a value that its column can't hold."""


class NarrowerTypeError(LoaderError):
    """A stream declares a type that can't hold what the table's column can."""


class KeyTypeError(LoaderError):
    """A key has a type in which two records that differ are one, or one record is two."""


class BatchError(LoaderError):
    """The files of a BATCH message can't be read."""


class DatabaseError(LoaderError):
    """The DuckDB file can't be opened or written."""


class OutputError(LoaderError):
    """Nobody reads the STATE lines."""
