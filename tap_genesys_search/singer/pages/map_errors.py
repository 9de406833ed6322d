"""What a stream map failed at, in one line that holds no customer's data."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import simpleeval
from singer_sdk.exceptions import StreamMapConfigError
from singer_sdk.mapper import CustomStreamMap

if TYPE_CHECKING:
    from collections.abc import Iterator

ADVICE = "Check the setting stream_maps"


def explain_map(error: Exception) -> str:
    """Explain why a stream map failed: in which stream, for which column, and why.

    Args:
        error: What the SDK's mapper raised.
    """
    if isinstance(error, StreamMapConfigError):
        return f"A stream map can't be used: {error}. {ADVICE}".replace("..", ".")
    place = "".join(_places(error))
    return f"A stream map failed{place}: {_reason(error.__cause__ or error)}. {ADVICE}"


def _places(error: Exception) -> Iterator[str]:
    """Name the stream and the column that the SDK was at."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        held: dict[str, Any] = frame.f_locals
        stream_map = held.get("self")
        if frame.f_code.co_name == "_eval" and isinstance(stream_map, CustomStreamMap):
            column = held.get("property_name")
            part = f"column {column}" if column else "its filter"
            yield f" for stream {stream_map.stream_name}, {part}"


def _reason(error: BaseException) -> str:
    """Say why an expression fails, quoting names of the setting, but neither it nor a value."""
    if isinstance(error, simpleeval.NameNotDefined):
        if error.name == "fake":
            return "fake needs the extra faker, tap-genesys-search[faker]"
        return f"{error.name!r} is not a column of the stream, or is deselected"
    if isinstance(error, simpleeval.FunctionNotDefined):
        return f"there is no function {error.func_name!r}"
    if isinstance(error, simpleeval.AttributeDoesNotExist):
        return f"a value has no {error.attr!r}"
    return f"its expression ends with {type(error).__name__} for the values of a record"
