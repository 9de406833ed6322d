"""Rows of a table: records whose type knows its columns, so that they are made and encoded fast."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_genesys_search.json_types import JsonObject


Row = msgspec.Struct


TYPES_KEPT = 2048
"""Rows may have many sets of columns; a type is made in a fraction of a millisecond."""


@lru_cache(TYPES_KEPT)
def row_type(columns: tuple[str, ...]) -> type[Row]:
    """Make a type that encodes as a record of some columns, and is made faster than a dict."""
    names = [f"column_{place}" for place in range(len(columns))]  # a column may be no identifier
    return msgspec.defstruct("Row", names, rename=dict(zip(names, columns, strict=True)), gc=False)


def record_of(row: Row) -> JsonObject:
    """Make a record of a row."""
    return dict(zip(row.__struct_encode_fields__, msgspec.structs.astuple(row), strict=True))


Records: TypeAlias = "Sequence[Row | JsonObject]"
"""Rows, or what has been made of them."""


def as_dict(record: Row | JsonObject) -> JsonObject:
    """Make a record of a row, if it is none yet."""
    return record if isinstance(record, dict) else record_of(record)


def filled(rows: Iterable[Row], columns: tuple[str, ...]) -> list[Row]:
    """Make rows that have all of some columns: null where they had none."""
    make_row = row_type(columns)
    return [
        row if type(row) is make_row else make_row(*map(record_of(row).get, columns))
        for row in rows
    ]


Columns = dict[str, list[Any]]
"""Column to its values, one for each record of a page; every column of a stream, in order."""


def rows_of(columns: Columns) -> list[Row]:
    """Make the rows of a page of its columns."""
    return list(map(row_type(tuple(columns)), *columns.values()))
