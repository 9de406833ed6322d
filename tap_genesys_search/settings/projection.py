"""Which fields a search asks for, and which columns they become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterable


COLUMNS: dict[str, str] = {
    "id": "id",
    "type": "type",
    "timestamp": "timestamp",
    "media.type": "media_type",
    "customer.name": "customer_name",
    "relevanceScore": "relevance_score",
    "metadata": "metadata",
}
"""Wire name of a field to column, for the columns that every interaction has."""


DEFAULT_FIELDS = ("id", "type", "timestamp", "media.type", "customer.name", "relevanceScore")
"""The fields asked for by default. The platform sends `metadata` without being asked."""


_FIELD = re.compile(r"[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*)*")

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Projection:
    """The fields that a search asks for.

    Attributes:
        fields: Dotted names, as sent to the platform.
        extra_columns: Field to column, for fields that are not in `COLUMNS`.
    """

    fields: tuple[str, ...]
    extra_columns: dict[str, str]


def column_name(field: str) -> str:
    """Name the column of a field: `queue.displayName` becomes `queue_display_name`."""
    return _CAPITAL.sub("_", field).replace(".", "_").replace("-", "_").lower()


def project(fields: Iterable[str]) -> Projection:
    """Build the projection of some fields.

    Args:
        fields: Dotted names on the wire.

    Returns:
        The projection, with each field once.

    Raises:
        SettingError: A name is malformed, or two fields would share a column.
    """
    fields = (fields,) if isinstance(fields, str) else tuple(fields)
    if not all(isinstance(field, str) for field in fields):
        raise SettingError("fields must be a list of dotted attribute names like 'queue.name'")
    fields = tuple(dict.fromkeys(fields))
    if not fields:
        raise SettingError(
            "fields is empty. Name at least one field, or leave it out for the default"
        )
    taken = {**{column: field for field, column in COLUMNS.items()}, "search_id": "search_id"}
    extra_columns = {}
    for field in fields:
        if not _FIELD.fullmatch(field):
            raise SettingError(
                f"fields has {field!r}. Allowed are dotted attribute names like 'queue.name'"
            )
        if field in COLUMNS:
            continue
        column = column_name(field)
        if column in taken:
            raise SettingError(
                f"fields has {field!r}, whose column {column!r} is already that of "
                f"{taken[column]!r}. Leave one of them out"
            )
        taken[column] = field
        extra_columns[field] = column
    return Projection(fields, extra_columns)
