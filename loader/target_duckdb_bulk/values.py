"""How the values of a field are read from JSON, checked, and put into its column.

DuckDB's reader rounds 1.5 to 2 where an integer is wanted, takes 5 for true, and ignores the offset
of a time and the time of a date. So such fields are read as another type, which shows it.

Integers are read as DOUBLE, which costs nothing and shows both fractions and integers that may
have lost digits. If there are any, or if a number may be `true`, which DuckDB would read as 1, all
numbers are read as text, exactly.
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

NUMBERS = frozenset({BIGINT, BIG_DECIMAL, DOUBLE})
"""Types of fields that are read as text where digits count."""

_READ_AS = {
    BIG_DECIMAL: VARCHAR,
    BIGINT: DOUBLE,
    BOOLEAN: VARCHAR,
    DATE: TIMESTAMPTZ,
    TIME: VARCHAR,
}

_DIGITS = "regexp_full_match({0}, '-?[0-9]+')"
_AS_DECIMAL = f"TRY_CAST({{0}} AS {BIG_DECIMAL})"

_INTEGER = (
    f"CASE WHEN {_DIGITS} THEN {_AS_DECIMAL} IS NOT NULL "
    f"ELSE abs(TRY_CAST({{0}} AS DOUBLE)) < {EXACT_IN_DOUBLE} "
    "AND TRY_CAST({0} AS DOUBLE) = trunc(TRY_CAST({0} AS DOUBLE)) END"
)
"""Condition of texts that are integers. Of a long one with a point or an exponent, DuckDB has lost
the digits already."""

_NUMBER = (
    "NOT isinf(TRY_CAST({0} AS DOUBLE)) "
    f"AND (NOT {_DIGITS} OR {_AS_DECIMAL} = TRY_CAST(TRY_CAST({{0}} AS DOUBLE) AS {BIG_DECIMAL}))"
)
"""Condition of texts that are numbers, and if they are integers, those that DOUBLE holds."""

_TIME_OF_DAY = "regexp_matches({0}, '^([01]?[0-9]|2[0-3]):')"
"""DuckDB also takes the time of a moment, midnight for a date, and 24:00, which is a day later."""

_WRONG = {
    BOOLEAN: "{0} NOT IN ('true', 'false', '1', '0')",
    DATE: "NOT isfinite({0}) OR {0} <> date_trunc('day', {0})",
    DOUBLE: "isinf({0})",  # what DuckDB makes of 1e400
    TIMESTAMPTZ: "NOT isfinite({0})",
}
"""Conditions of values that aren't of the declared type."""

_TEXTS = {BIGINT: _INTEGER, BIG_DECIMAL: _INTEGER, DOUBLE: _NUMBER}
"""Conditions of texts that are of the declared type."""


def read_type(declared: str, *, exact: bool) -> str:
    """Choose the type as which a field is read.

    Args:
        declared: The field's type.
        exact: Whether numbers are read as text.
    """
    if exact and declared in NUMBERS:
        return VARCHAR
    return _READ_AS.get(declared, declared)


def value(declared: str, staged: str, *, exact: bool) -> str:
    """Write the expression that makes a value of the declared type of what was read.

    Args:
        declared: The field's type.
        staged: What was read, an identifier.
        exact: Whether numbers were read as text.
    """
    if declared == TIME:
        return f"({_offset_time(staged)}::TIMETZ AT TIME ZONE 'UTC')::TIME"
    return staged if read_type(declared, exact=exact) == declared else f"{staged}::{declared}"


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
    """Write the condition of numbers that DOUBLE may have changed, or that aren't integers."""
    return f"NOT ({staged} = trunc({staged}) AND abs({staged}) < {EXACT_IN_DOUBLE})"


def beyond_double(number: str) -> str:
    """Write the condition of numbers of which DOUBLE doesn't tell all from their neighbours."""
    return f"NOT (abs({number}) < {EXACT_IN_DOUBLE})"


def wrong(declared: str, staged: str, *, exact: bool) -> str | None:
    """Write the condition of values that aren't of the declared type, or None if all are.

    Args:
        declared: The field's type.
        staged: What was read, an identifier.
        exact: Whether numbers were read as text.
    """
    if declared == TIME:
        is_one = f"{_TIME_OF_DAY} AND TRY_CAST({_offset_time(staged)} AS TIMETZ) IS NOT NULL"
    elif read_type(declared, exact=exact) == VARCHAR and declared in NUMBERS:
        is_one = _TEXTS[declared]
    else:
        return _WRONG[declared].format(staged) if declared in _WRONG else None
    return f"{staged} IS NOT NULL AND NOT coalesce({is_one.format(staged)}, false)"


def beyond_64_bits(staged: str) -> str:
    """Write the condition of integers, read as text, that BIGINT can't hold."""
    return f"{staged} IS NOT NULL AND TRY_CAST({staged} AS BIGINT) IS NULL"


def _offset_time(staged: str) -> str:
    """Write the offset of a time as DuckDB 1 reads it, too."""
    return f"replace({staged}, 'Z', '+00')"
