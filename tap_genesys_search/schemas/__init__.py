"""JSON schemas of the streams: data, a file a stream.

Those of the platform's own models are written by `scripts/generate_schemas.py`, the others by hand.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_genesys_search.projection import Projection

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


def interactions_schema(projection: Projection) -> dict[str, Any]:
    """Build the schema of `interactions`, one more text column for each extra field."""
    schema = read_schema("interactions")
    for field, column in projection.extra_columns.items():
        schema["properties"][column] = {
            "type": ["string", "null"],
            "description": f"Field `{field}` of the platform.",
        }
    return schema


def _read_file(stream: str) -> dict[str, Any]:
    text = (files(__name__) / f"{stream}.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
