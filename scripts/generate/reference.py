"""Write the documentation's reference pages from the code: part of `python3 tasks.py schemas`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.generate.changed_files import write_changed
from scripts.generate.python_page import python_lines
from scripts.generate.questions_page import question_lines
from tap_genesys_search.search.choice import ENOUGH
from tap_genesys_search.search_apis import SEARCH_APIS
from tap_genesys_search.search_apis.conversation_query import ConversationQuery
from tap_genesys_search.settings.regions import ALIASES, DOMAINS
from tap_genesys_search.streams.aggregates.streams import AggregateStream
from tap_genesys_search.streams.lookups.lists import LOOKUPS
from tap_genesys_search.tap import CONFIG_JSONSCHEMA, TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk import Stream

FOLDER = Path(__file__).resolve().parents[2] / "docs"

NOTE = "<!-- Written by scripts/generate/reference.py: change that, and run `tasks.py schemas`. -->"

_EXAMPLE = {"client_id": "id", "client_secret": "secret", "start_date": "2026-01-01"}
"""Enough to make a tap, which is asked for its streams and sends nothing."""

_GUIDE_TO_ORG = "how-to/set-up-an-org.md"

_SEARCHED = (
    "`interactions`, `interaction_facets`, `search_audits`, the conversation tables, `transcripts`"
)
"""The streams that searches fill."""

_FORMATS = {"date-time": "timestamp", "date": "date"}


def reference_pages() -> dict[str, str]:
    """Write the pages as text.

    Returns:
        Path of the file in `docs` to what it should hold.
    """
    streams = list(TapGenesysSearch(config=_EXAMPLE, parse_env_config=False).streams.values())
    return {
        "reference/settings.md": _page(_settings(CONFIG_JSONSCHEMA)),
        "reference/streams.md": _page(_streams(streams)),
        "reference/permissions.md": _page(_permissions(streams)),
        "reference/python-api.md": _page(python_lines()),
        _GUIDE_TO_ORG: _with_permissions(streams),
        "how-to/ask-questions.md": _page(question_lines()),
    }


def _page(lines: Iterator[str]) -> str:
    return "\n".join([NOTE, "", *lines]).rstrip("\n") + "\n"


def _settings(schema: dict[str, Any]) -> Iterator[str]:
    yield "# Settings\n"
    yield (
        "In `meltano.yml`, in a JSON file for `--config`, or as environment variables with the "
        "prefix `TAP_GENESYS_SEARCH_`. Beside these the tap takes the SDK's own settings for "
        "[stream maps](https://sdk.meltano.com/en/latest/stream_maps.html), flattening and "
        "[batches](https://sdk.meltano.com/en/latest/batch.html).\n"
    )
    yield (
        "A bad setting stops the run before the first request. One that does not exist is a "
        "warning. Whether an org knows a field in `fields` or `filters` shows at the first "
        "search.\n"
    )
    yield from _overview(schema)
    for name, setting in schema["properties"].items():
        yield f"## `{name}`\n"
        yield f"{setting['description']}\n"
        for term, value in _facts(name, setting, schema):
            yield f"- {term}: {value}"
        yield ""
        if name == "environment":
            yield from _regions()


def _overview(schema: dict[str, Any]) -> Iterator[str]:
    yield "| Setting | Default | Meaning |"
    yield "| --- | --- | --- |"
    for name, setting in schema["properties"].items():
        default = "required" if name in schema["required"] else _default(setting)
        yield f"| `{name}` | {default} | {setting['description']} |"
    yield ""


def _default(setting: dict[str, Any]) -> str:
    default = setting.get("default")
    if default is None:
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _regions() -> Iterator[str]:
    others: dict[str, str] = {region: alias for alias, region in ALIASES.items()}
    yield "| Region | Domain | Or |"
    yield "| --- | --- | --- |"
    for region, domain in DOMAINS.items():
        other = f"`{others[region]}`" if region in others else ""
        yield f"| `{region}` | `{domain}` | {other} |"
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
            bound = setting[keyword]
            yield term, f"{bound:.2g}" if isinstance(bound, float) else f"{bound:,}"
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
        yield f"## `{stream.name}`\n"
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
        "them is enough. They are those that the reference of the platform's SDK lists. It lists "
        "none for the interaction search, which has the path of the conversation query, so give "
        "the same to it. The `scope` that the tap sends grants nothing.\n"
    )
    yield from _permission_table(streams)


def _permission_table(streams: list[Stream]) -> Iterator[str]:
    yield "| For | Permission (one of) |"
    yield "| --- | --- |"
    yield f"| {_SEARCHED} | what their search API needs; `{ENOUGH}` is enough for each |"
    for api in SEARCH_APIS.values():
        needed = api.permissions or ConversationQuery.permissions
        yield f"| searches with `{api.name}` | {_one_of(needed)} |"
    for stream in streams:
        if isinstance(stream, AggregateStream):
            yield f"| `{stream.name}` | {_one_of(stream.permissions)} |"
    for lookup in LOOKUPS.values():
        yield f"| `{lookup.name}` | {_one_of(lookup.permissions) or 'none'} |"


def _with_permissions(streams: list[Stream]) -> str:
    """Write the guide to an org with the table of permissions in its place."""
    text = (FOLDER / _GUIDE_TO_ORG).read_text(encoding="utf-8")
    above, start, rest = text.partition("<!-- permissions: start -->\n")
    _, end, below = rest.partition("<!-- permissions: end -->\n")
    table = "\n".join(_permission_table(streams))
    return f"{above}{start}\n{table}\n\n{end}{below}"


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


def main() -> int:
    """Write the pages, and tell which have changed."""
    write_changed(FOLDER, reference_pages())
    return 0


if __name__ == "__main__":
    sys.exit(main())
