"""Any value for any type: stored as it is, or refused in one line."""

from __future__ import annotations

import math
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from target_duckdb_bulk.errors import RecordError
from tests.support import BOOLEAN, INTEGER, MOMENT, NUMBER, TEXT, File, record, schema

DATE = {"type": ["string", "null"], "format": "date"}
TIME = {"type": ["string", "null"], "format": "time"}
BIG = {"type": ["integer", "null"], "maximum": 2**64}
TYPES = {
    "integer": INTEGER,
    "big": BIG,
    "number": NUMBER,
    "boolean": BOOLEAN,
    "text": TEXT,
    "date": DATE,
    "moment": MOMENT,
    "time": TIME,
}
NUMBERS = st.one_of(
    st.booleans(),
    st.integers(-2, 2),
    st.integers(2**53 - 2, 2**53 + 9),
    st.integers(-(10**40), 10**40),
    st.floats(),
    st.floats(2.0**51, 2.0**56),
    st.floats(1.7e9, 1.8e9),
)
VALUES = NUMBERS | NUMBERS.map(str)


def is_faithful(kind: str, value: Any, found: Any) -> bool:
    """Tell whether what is stored says the same as the value did."""
    if kind in {"date", "moment", "time"}:
        return False  # none of the values is one
    if kind == "boolean":
        return str(value).lower() in ({"true", "1"} if found else {"false", "0"})
    if kind == "text" and not isinstance(value, float):
        return bool(found == (str(value).lower() if isinstance(value, bool) else str(value)))
    return is_same_number(value, found, is_rounded=kind == "number")


def is_same_number(value: Any, found: Any, *, is_rounded: bool) -> bool:
    try:
        wanted, stored = Decimal(str(value)), Decimal(found)
    except InvalidOperation:  # `True` is not a number
        return False
    if wanted.is_nan() or stored.is_nan():
        return wanted.is_nan() and stored.is_nan()
    if is_rounded and not isinstance(value, int):
        return float(wanted) == found and math.isfinite(found)
    return wanted == stored


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.sampled_from(sorted(TYPES)), VALUES, st.booleans())
def test_value_is_stored_as_it_is_or_refused(kind: str, value: Any, flag: bool) -> None:  # noqa: FBT001
    with tempfile.TemporaryDirectory() as folder:
        file = File(Path(folder) / "a.duckdb")
        declared = schema("t", {"id": INTEGER, "v": TYPES[kind], "flag": BOOLEAN})
        # Beside a boolean, numbers are read another way.
        values = {"id": 1, "v": value, **({"flag": True} if flag else {})}
        try:
            file.load(declared, record("t", values))
        except RecordError as error:
            assert "\n" not in str(error)  # noqa: PT017 - most values are stored
            assert not isinstance(value, str) or kind != "text"
            return
        assert is_faithful(kind, value, file.query("SELECT v FROM t")[0][0])
