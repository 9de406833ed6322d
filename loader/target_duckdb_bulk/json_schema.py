"""Which type of DuckDB holds all that a JSON Schema allows."""

from __future__ import annotations

from typing import Any

BOOLEAN = "BOOLEAN"
BIGINT = "BIGINT"
BIG_DECIMAL = "DECIMAL(38,0)"
DOUBLE = "DOUBLE"
VARCHAR = "VARCHAR"
DATE = "DATE"
TIME = "TIME"
TIMESTAMPTZ = "TIMESTAMP WITH TIME ZONE"
JSON = "JSON"

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

MOST_REFERENCES = 32
"""How many references to follow for one property. More of them are a circle."""

_FORMATS = {"date-time": TIMESTAMPTZ, "date": DATE, "time": TIME}
_OF_VALUES: dict[type, str] = {bool: BOOLEAN, int: BIGINT, float: DOUBLE, str: VARCHAR}

# A union of types that one type of DuckDB holds without turning all into text.
_UNIONS = {
    frozenset({BIGINT, BIG_DECIMAL}): BIG_DECIMAL,
    frozenset({BIGINT, DOUBLE}): DOUBLE,
    frozenset({BIG_DECIMAL, DOUBLE}): DOUBLE,
    frozenset({BIGINT, BIG_DECIMAL, DOUBLE}): DOUBLE,
    frozenset({DATE, TIMESTAMPTZ}): TIMESTAMPTZ,
}


def column_type(schema: Any, root: dict[str, Any]) -> str | None:  # noqa: ANN401
    """Choose the type of a property's column.

    Args:
        schema: JSON Schema of the property.
        root: The whole schema, in which references lead somewhere.

    Returns:
        A type of DuckDB, or None if the property is always null.
    """
    types = frozenset(_types(schema, root, MOST_REFERENCES))
    if not types:
        return None
    if len(types) == 1:
        return next(iter(types))
    return _UNIONS.get(types, JSON if JSON in types else VARCHAR)


def _types(schema: Any, root: dict[str, Any], references: int) -> set[str]:  # noqa: ANN401
    """Collect the types of all values that a schema allows, without null."""
    if not isinstance(schema, dict) or not references:
        return {JSON}
    if "$ref" in schema:
        return _types(_referenced(schema["$ref"], root), root, references - 1)
    for union in ("anyOf", "oneOf"):
        if parts := _list(schema, union):
            return set().union(*(_types(part, root, references - 1) for part in parts))
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return set().union(*(_of_name(name, schema) for name in names))
    return _without_type(schema, root, references)


def _of_name(name: object, schema: dict[str, Any]) -> set[str]:
    if name == "null":
        return set()
    if name == "string":
        return {_FORMATS.get(str(schema.get("format")), VARCHAR)}
    if name == "integer":
        return {BIGINT if _fits_64_bits(schema) else BIG_DECIMAL}
    return {{"boolean": BOOLEAN, "number": DOUBLE}.get(str(name), JSON)}


def _fits_64_bits(schema: dict[str, Any]) -> bool:
    bounds = (schema.get("minimum"), schema.get("maximum"))
    return all(
        INT64_MIN <= bound <= INT64_MAX for bound in bounds if isinstance(bound, (int, float))
    )


def _without_type(schema: dict[str, Any], root: dict[str, Any], references: int) -> set[str]:
    """Collect types of a schema that names them another way."""
    if "allOf" in schema:
        parts = (_types(part, root, references - 1) for part in _list(schema, "allOf"))
        return next((types for types in parts if JSON not in types), {JSON})
    values = [schema["const"]] if "const" in schema else _list(schema, "enum")
    if values:
        return {_OF_VALUES.get(type(value), JSON) for value in values if value is not None}
    return {JSON}


def _list(schema: dict[str, Any], name: str) -> list[Any]:
    """Read a list. Anything else in its place says nothing."""
    found = schema.get(name)
    return found if isinstance(found, list) else []


def _referenced(reference: object, root: dict[str, Any]) -> object:
    """Follow a reference within the schema. One that leads nowhere allows everything."""
    place: Any = root
    for part in str(reference).removeprefix("#").strip("/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(place, dict) or key not in place:
            return True
        place = place[key]
    return place
