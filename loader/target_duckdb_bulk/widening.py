"""What becomes of a column whose property is declared with another type than before."""

from __future__ import annotations

from target_duckdb_bulk.json_schema import (
    BIG_DECIMAL,
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    JSON,
    TIME,
    TIMESTAMPTZ,
    VARCHAR,
)

TIMESTAMP = "TIMESTAMP"
"""Without time zone: made by other loaders. Moments are kept in it as UTC."""

HUGEINT = "HUGEINT"

SMALL_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
INTEGERS = SMALL_INTEGERS | {BIGINT, BIG_DECIMAL, HUGEINT}

EXACT_IN_DOUBLE = 2**53
"""Integers up to here are the same as DOUBLE."""

# Declared type to types of a column that holds the same: the column stays as it is.
_SAME = {
    BIGINT: {HUGEINT, BIG_DECIMAL},
    BIG_DECIMAL: {HUGEINT},
    TIMESTAMPTZ: {TIMESTAMP},
}

# Declared type to types of a column that it can take the place of.
_WIDER_THAN = {
    BIGINT: SMALL_INTEGERS,
    BIG_DECIMAL: SMALL_INTEGERS | {BIGINT},
    DOUBLE: INTEGERS | {"FLOAT"},
    TIMESTAMPTZ: {DATE},
    VARCHAR: INTEGERS | {BOOLEAN, DATE, DOUBLE, "FLOAT", TIME, TIMESTAMP, TIMESTAMPTZ},
    JSON: INTEGERS | {BOOLEAN, DATE, DOUBLE, "FLOAT", TIME, TIMESTAMP, TIMESTAMPTZ, VARCHAR},
}


def stored_type(existing: str, declared: str) -> str | None:
    """Choose the type of a column from now on.

    Args:
        existing: The type it has.
        declared: The type that holds all values of its property.

    Returns:
        One of the two, or None if the declared type is narrower, or neither holds the other.
    """
    if existing == declared or existing in _SAME.get(declared, ()):
        return existing
    return declared if existing in _WIDER_THAN.get(declared, ()) else None


def keeps_keys(existing: str, wider: str) -> bool:
    """Tell whether keys of a wider type are found among those that were converted to it.

    A moment, a fraction or a text has several spellings, an integer only one.

    Args:
        existing: The type that the key's column has.
        wider: The type it gets.
    """
    return existing == wider or (
        existing in INTEGERS and wider in {BIGINT, BIG_DECIMAL, DOUBLE, VARCHAR}
    )


def converted(column: str, existing: str, wider: str) -> str:
    """Write the expression that makes a column's values those of a wider type.

    Args:
        column: The column as an identifier.
        existing: The type it has.
        wider: The type it gets.
    """
    value = column
    if existing in {TIMESTAMP, TIMESTAMPTZ} and wider in {VARCHAR, JSON}:
        value = _iso_text(column, existing)
    elif wider == JSON and existing in {DATE, TIME}:
        value = f"{column}::{VARCHAR}"
    return f"to_json({value})" if wider == JSON else f"{value}::{wider}"


def _iso_text(column: str, existing: str) -> str:
    """Write moments as taps do."""
    utc = f"{column} AT TIME ZONE 'UTC'" if existing == TIMESTAMPTZ else column
    return f"strftime({utc}, '%Y-%m-%dT%H:%M:%S.%fZ')"


def unsafe_rows(column: str, existing: str, wider: str) -> str | None:
    """Write a condition of rows whose value would change, or None if there can't be any."""
    if wider == DOUBLE and existing in INTEGERS:
        return f"{column} NOT BETWEEN -{EXACT_IN_DOUBLE} AND {EXACT_IN_DOUBLE}"
    return None
