"""How the values of a field are read from JSON, checked, and put into its column.

DuckDB's reader rounds 1.5 to 2 where an integer is wanted, takes 5 for true, and ignores the offset
of a time and the time of a date. So such fields are read as another type, which shows it.

Integers are read as DOUBLE, which costs nothing and shows both fractions and integers that may
have lost digits. If there are any, all are read again as text, exactly.
"""

from __future__ import annotations

from target_duckdb_bulk.json_schema import (
    BIG_DECIMAL,
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    TIME,
    TIMESTAMPTZ,
    VARCHAR,
)
from target_duckdb_bulk.widening import EXACT_IN_DOUBLE, TIMESTAMP

_READ_AS = {
    BIG_DECIMAL: VARCHAR,
    BIGINT: DOUBLE,
    BOOLEAN: VARCHAR,
    DATE: TIMESTAMPTZ,
    TIME: VARCHAR,
}

_WRONG = {
    BOOLEAN: "{0} NOT IN ('true', 'false', '1', '0')",
    DATE: "NOT isfinite({0}) OR {0} <> date_trunc('day', {0})",
    DOUBLE: "isinf({0})",  # what DuckDB makes of 1e400
    TIMESTAMPTZ: "NOT isfinite({0})",
}
"""Conditions of values that aren't of the declared type."""


def read_type(declared: str, *, exact: bool) -> str:
    """Choose the type as which a field is read.

    Args:
        declared: The field's type.
        exact: Whether integers are read as text.
    """
    if declared == BIGINT and exact:
        return VARCHAR
    return _READ_AS.get(declared, declared)


def value(declared: str, staged: str, *, exact: bool) -> str:
    """Write the expression that makes a value of the declared type of what was read.

    Args:
        declared: The field's type.
        staged: What was read, an identifier.
        exact: Whether integers were read as text.
    """
    if declared == TIME:
        return f"({_offset_time(staged)}::TIMETZ AT TIME ZONE 'UTC')::TIME"
    if declared == BIGINT and exact:
        return f"{staged}::{BIG_DECIMAL}"
    return f"{staged}::{declared}" if declared in _READ_AS else staged


def stored(expression: str, declared: str, column: str) -> str:
    """Write the expression that a column takes.

    Args:
        expression: Value of the declared type.
        declared: The field's type.
        column: The column's type.
    """
    if column == TIMESTAMP:
        return f"{expression} AT TIME ZONE 'UTC'"
    return expression if column == declared else f"({expression})::{column}"


def inexact(staged: str) -> str:
    """Write the condition of numbers that DOUBLE may have changed, or that are no integers."""
    return f"NOT ({staged} = trunc({staged}) AND abs({staged}) < {EXACT_IN_DOUBLE})"


def beyond_double(staged: str) -> str:
    """Write the condition of numbers of which DOUBLE doesn't tell all from their neighbours."""
    return f"NOT (abs({staged}) < {EXACT_IN_DOUBLE})"


def wrong(declared: str, staged: str, *, exact: bool) -> str | None:
    """Write the condition of values that aren't of the declared type, or None if all are.

    Args:
        declared: The field's type.
        staged: What was read, an identifier.
        exact: Whether integers were read as text.
    """
    if declared == TIME:
        # DuckDB makes midnight of 24:00, which is a day later.
        return (
            f"{staged} IS NOT NULL AND (TRY_CAST({_offset_time(staged)} AS TIMETZ) IS NULL "
            f"OR starts_with(ltrim({staged}), '24'))"
        )
    if declared == BIG_DECIMAL or (declared == BIGINT and exact):
        integer = f"TRY_CAST({staged} AS {BIG_DECIMAL})"
        return (
            f"{staged} IS NOT NULL AND ({integer} IS NULL "
            f"OR {integer}::DOUBLE <> TRY_CAST({staged} AS DOUBLE))"
        )
    return _WRONG[declared].format(staged) if declared in _WRONG else None


def beyond_64_bits(staged: str) -> str:
    """Write the condition of integers, read as text, that BIGINT can't hold."""
    return f"{staged} IS NOT NULL AND TRY_CAST({staged} AS BIGINT) IS NULL"


def _offset_time(staged: str) -> str:
    """Write the offset of a time as DuckDB 1 reads it, too."""
    return f"replace({staged}, 'Z', '+00')"
