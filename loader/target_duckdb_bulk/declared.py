"""What a SCHEMA message declares: the properties that become columns, and the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from target_duckdb_bulk.errors import SchemaError
from target_duckdb_bulk.json_schema import column_type


@dataclass(frozen=True)
class Field:
    """A property of a stream's records.

    Attributes:
        name: As in the records.
        type: Type of DuckDB that holds all its values.
    """

    name: str
    type: str


@dataclass(frozen=True)
class Declared:
    """A stream as its tap declares it.

    Attributes:
        stream: Its name.
        fields: Properties that become columns, in the order of the schema.
        keys: Names of those that tell its records apart. None: records are appended.
    """

    stream: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]


def declare(stream: str, schema: Any, keys: list[str] | None) -> Declared:  # noqa: ANN401
    """Read a SCHEMA message.

    Args:
        stream: Name of the stream.
        schema: Its JSON Schema.
        keys: Its key properties.

    Raises:
        SchemaError: The schema has no properties, or not those of the key.
    """
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict):
        raise SchemaError(f'The schema of stream "{stream}" has no properties: correct the tap')
    types = {name: column_type(part, schema) for name, part in properties.items()}
    fields = tuple(Field(name, type_) for name, type_ in types.items() if type_ is not None)
    names = {field.name for field in fields}
    if not fields:
        raise SchemaError(f'The schema of stream "{stream}" has no columns: correct the tap')
    if missing := [key for key in keys or () if key not in names]:
        raise SchemaError(
            f'The schema of stream "{stream}" lacks its key property "{missing[0]}": '
            "correct the tap, or select that property"
        )
    return Declared(stream, fields, tuple(dict.fromkeys(keys or ())))
