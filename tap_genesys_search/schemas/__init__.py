"""JSON schemas of the streams: data, a file a stream.

Those of the platform's own models are written by `scripts/generate/schemas.py`, the others by hand.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_SOURCE = "x-source"
"""Keyword of a column that names the property it is read from."""


def read_schema(stream: str) -> dict[str, Any]:
    """Read the schema of a stream, as targets get it.

    Args:
        stream: For example `queues`.

    Returns:
        JSON Schema, a copy of its own.

    Raises:
        FileNotFoundError: There is no such stream.
    """
    schema = _read_file(stream)
    schema.pop("$comment", None)
    for column in schema["properties"].values():
        column.pop(_SOURCE, None)
    return schema


def read_sources(stream: str) -> dict[str, str]:
    """Read which property of the platform each column of a stream is read from.

    Args:
        stream: One whose schema is that of a model of the platform.

    Returns:
        Column to property, as it is called on the wire, dotted where it is nested
        (`division.id`). Columns that are not read from a property are left out.

    Raises:
        FileNotFoundError: There is no such stream.
    """
    columns = _read_file(stream)["properties"]
    return {name: column[_SOURCE] for name, column in columns.items() if _SOURCE in column}


def _read_file(stream: str) -> dict[str, Any]:
    text = (files(__name__) / f"{stream}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
