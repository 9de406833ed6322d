"""The settings that the SDK gives every tap, with what it does not check itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

SHORTEST_KEY_LENGTH = 48
"""Longer than each column, as the SDK shortens columns but not the names of the keys."""


def with_bounds(properties: dict[str, Any]) -> dict[str, Any]:
    """Add what is allowed to the schemas of the SDK's settings.

    Otherwise a batch size of 0, say, writes nothing, and the bookmark moves to the end.

    Args:
        properties: Setting to its schema, those of the SDK included.

    Returns:
        The same, where the SDK's schemas are copies.
    """
    bounded = {**properties}
    bounded.setdefault(EMIT_VERSIONS, _EMIT_VERSIONS_SCHEMA)
    for name, bounds in _BOUNDS.items():
        bounded[name] = {**properties[name], **bounds}
    bounded["batch_config"] = _batch_schema(properties["batch_config"])
    bounded["stream_maps"] = _without_strays(properties["stream_maps"])
    return bounded


EMIT_VERSIONS = "emit_activate_version_messages"

_EMIT_VERSIONS_SCHEMA = {
    "type": ["boolean", "null"],
    "default": False,
    "title": "Emit ACTIVATE_VERSION messages",
    "description": "Tell targets to remove rows of earlier runs from tables that are read in full.",
}
"""The SDK lists this setting of its own from version 0.55 on."""


_BOUNDS: dict[str, dict[str, Any]] = {
    "flattening_max_depth": {"minimum": 0},
    "flattening_max_key_length": {"minimum": SHORTEST_KEY_LENGTH},
    "flattening_separator": {"minLength": 1},
}


def _batch_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Say which parts must be there; the SDK fails without them, or with others."""
    bounded = deepcopy(schema)
    bounded["properties"]["batch_size"] = {
        "type": ["integer", "null"],
        "minimum": 1,
        "title": "Batch Size",
        "description": "The most records in one file.",
    }
    parts = bounded["properties"]
    for part, required in (
        (bounded, ["encoding", "storage"]),
        (parts["encoding"], ["format"]),
        (parts["storage"], ["root"]),
    ):
        part.update(required=required, additionalProperties=False)
    parts["encoding"]["properties"]["format"]["enum"] = ["jsonl", "parquet"]
    return bounded


def _without_strays(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON Schema
    """Leave out of choices what is not a schema; the SDK has the text "null" among them."""
    if isinstance(schema, list):
        return [_without_strays(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _without_strays(part) for name, part in schema.items()}
    if isinstance(kept.get("anyOf"), list):
        kept["anyOf"] = [choice for choice in kept["anyOf"] if isinstance(choice, dict)]
    return kept
