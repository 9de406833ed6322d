"""Reading dotted fields of records, nested or flat."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject


class Absent(Enum):
    """Tells an attribute that a record lacks from one that is null."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


def read_dotted(record: JsonObject, field: str) -> Any:  # noqa: ANN401
    """Read a dotted field, which servers answer nested or as one flat key.

    Args:
        record: A record.
        field: For example `queue.name`.

    Returns:
        The value, None where it or what holds it is null, or `ABSENT`.
    """
    if field in record:
        return record[field]
    value: Any = record
    for attribute in field.split("."):
        if value is None:
            return None
        if not isinstance(value, dict) or attribute not in value:
            return ABSENT
        value = value[attribute]
    return value


def read_dotted_column(records: list[JsonObject], field: str) -> list[Any]:
    """Read a dotted field from each record, as `read_dotted` does from one."""
    holder, dot, attribute = field.partition(".")
    if not dot:
        return [record.get(field, ABSENT) for record in records]
    return [
        held[attribute]
        if type(held := record.get(holder)) is dict and attribute in held and field not in record
        else read_dotted(record, field)
        for record in records
    ]


def unscored(record: JsonObject) -> JsonObject:
    """Leave out of a record what belongs to the search that found it."""
    return {name: part for name, part in record.items() if name != "relevanceScore"}
