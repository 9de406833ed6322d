"""Write the documentation's reference pages from the code that they describe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.streams.aggregates.streams import AggregateStream
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import CONFIG_JSONSCHEMA, TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from singer_sdk import Stream

NOTE = "<!-- Written by scripts/generate/reference.py when the site is built. -->"

_EXAMPLE = {"client_id": "id", "client_secret": "secret", "start_date": "2026-01-01"}
"""Enough to make a tap, which is asked for its streams and sends nothing."""

_FORMATS = {"date-time": "timestamp", "date": "date"}


def write_reference(folder: Path) -> None:
    """Write `settings.md`, `streams.md` and `permissions.md`.

    Args:
        folder: Where to.
    """
    streams = list(TapGenesysSearch(config=_EXAMPLE).streams.values())
    for name, lines in (
        ("settings", _settings(CONFIG_JSONSCHEMA)),
        ("streams", _streams(streams)),
        ("permissions", _permissions(streams)),
    ):
        (folder / f"{name}.md").write_text("\n".join([NOTE, "", *lines, ""]), encoding="utf-8")


def _settings(schema: dict[str, Any]) -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "In `meltano.yml`, in a JSON file for `--config`, or as environment variables with the "
        "prefix `TAP_GENESYS_SEARCH_`. Beside these the tap takes the SDK's own settings for "
        "[stream maps](https://sdk.meltano.com/en/latest/stream_maps.html), flattening and "
        "[batches](https://sdk.meltano.com/en/latest/batch.html).\n"
    )
    for name, setting in schema["properties"].items():
        yield f"## `{name}`\n"
        yield f"{setting['description']}\n"
        for term, value in _facts(name, setting, schema):
            yield f"- {term}: {value}"
        yield ""


def _facts(name: str, setting: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Type", _type(setting) + (", secret" if setting.get("secret") else "")
    if name in schema["required"]:
        yield "Required", "yes"
    if "default" in setting:
        yield "Default", f"`{json.dumps(setting['default'])}`"
    if "enum" in setting:
        yield "One of", ", ".join(f"`{value}`" for value in setting["enum"])
    for keyword, term in (
        ("minimum", "At least"),
        ("exclusiveMinimum", "More than"),
        ("maximum", "At most"),
    ):
        if keyword in setting:
            yield term, f"{setting[keyword]:,}"
    yield "Environment variable", f"`TAP_GENESYS_SEARCH_{name.upper()}`"


def _streams(streams: list[Stream]) -> Iterator[str]:
    yield "# Streams\n"
    yield "| Stream | Key | Replication key | Selected by default | Columns |"
    yield "| --- | --- | --- | --- | --- |"
    for stream in streams:
        key = ", ".join(f"`{name}`" for name in stream.primary_keys or ())
        bookmark = f"`{stream.replication_key}`" if stream.replication_key else ""
        default = "yes" if stream.selected_by_default else ""
        columns = len(stream.schema["properties"])
        yield f"| [`{stream.name}`](#{stream.name}) | {key} | {bookmark} | {default} | {columns} |"
    yield ""
    for stream in streams:
        yield f"({stream.name})=\n## `{stream.name}`\n"
        yield f"{stream.schema.get('description', '')}\n"
        yield "| Column | Type | What it is |"
        yield "| --- | --- | --- |"
        for name, column in stream.schema["properties"].items():
            yield f"| `{name}` | {_type(column)} | {_cell(column.get('description', ''))} |"
        yield ""


def _permissions(streams: list[Stream]) -> Iterator[str]:
    yield "# Permissions\n"
    yield (
        "What the role of the OAuth client must have, by stream; where several are listed, one of "
        "them is enough. They are those that the reference of the platform's SDK lists.\n"
    )
    yield "<!-- table: start -->\n"
    yield "| For | Permission (one of) |"
    yield "| --- | --- |"
    for api in SEARCH_APIS.values():
        needed = _one_of(api.permissions) or "scope `analytics:conversation:read`"
        yield f"| searches with `{api.name}` | {needed} |"
    for stream in streams:
        if isinstance(stream, AggregateStream):
            yield f"| `{stream.name}` | {_one_of(stream.permissions)} |"
    for lookup in LOOKUPS.values():
        yield f"| `{lookup.name}` | {_one_of(lookup.permissions) or 'none'} |"
    yield "\n<!-- table: end -->"


def _one_of(permissions: tuple[str, ...]) -> str:
    return ", ".join(f"`{permission}`" for permission in permissions)


def _type(schema: dict[str, Any]) -> str:
    types = schema.get("type", "anything")
    names = [types] if isinstance(types, str) else types
    if "format" in schema:
        return _FORMATS.get(schema["format"], str(schema["format"]))
    return " or ".join(name for name in names if name != "null")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
