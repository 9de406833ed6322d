"""Write the definitions for Meltano Hub, in `hub/`: `python3 tasks.py hub`.

All that the tap can say of itself is read from it (`--about`) and from its package's metadata, so
that the Hub's page never differs from them; only the texts that Meltano adds to that page are here.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import yaml
from click.testing import CliRunner

from scripts.generate.loader_definition import NAME as LOADER_NAME
from scripts.generate.loader_definition import loader_definition
from tap_genesys_search.tap import TapGenesysSearch

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "tap-genesys-search"
HUB = Path(__file__).resolve().parents[2] / "hub"
DEFINITION = HUB / f"{NAME}.yml"
LOADER_DEFINITION = HUB / f"{LOADER_NAME}.yml"

SELECT = ["search_audits.*", "interactions.*", "interaction_facets.*"]
"""What needs one permission only; Meltano would select all streams."""

_KINDS = {
    "array": "array",
    "object": "object",
    "string": "string",
    "integer": "integer",
    # Not decimal: Meltano can't pass on a decimal that comes from an environment variable.
    "number": "string",
    "boolean": "boolean",
}
"""Kinds of a setting by JSON type, the most general ones first."""

_PAGE = {
    "description": "Interactions of a Genesys Cloud org (calls, chats, emails, messages), with "
    "conversation details and lookups",
    "definition": "extracts interactions from the searches of "
    "[Genesys Cloud](https://developer.genesys.cloud/), a contact centre platform, with "
    "conversations as tables and the names of queues, users and wrap-up codes",
    "domain_url": "https://developer.genesys.cloud/",
    "keywords": ["api", "contact_center", "genesys_cloud", "meltano_sdk"],
    "label": "Genesys Cloud Interaction Search",
    "logo_url": "/assets/logos/extractors/genesys.png",  # the Hub has it, for tap-genesys
    "maintenance_status": "beta",
    "prereq": "An OAuth client of the org with grant type *Client Credentials*, and a role for it "
    "that may view analytics conversation details (`analytics:conversationDetail:view`).",
    "quality": "unknown",  # given by the Hub's maintainers
    "settings_preamble": "`client_id`, `client_secret`, `start_date` and the org's region in "
    "`environment` are enough to start with.",
    "usage": """\
## Choose streams

Conversations as tables, transcripts, lookups and aggregates need further permissions. Name what you
want in `select` (without it Meltano selects all streams):

```yaml
    select:
    - search_audits.*
    - interactions.*
    - interaction_facets.*
    - conversation_segments.*
    - queues.*
```

## Test the connection

```bash
meltano invoke tap-genesys-search --test
```

It says which search APIs the client may use, permission by permission.
""",
}


class _About(NamedTuple):
    settings: dict[str, Any]
    capabilities: list[str]


def main() -> int:
    """Write the definitions of the tap and of the loader."""
    for path, definition in definitions().items():
        path.write_text(render(definition), encoding="utf-8")
    return 0


def definitions() -> dict[Path, dict[str, Any]]:
    """Describe tap and loader, which stand in one repository."""
    tap = plugin_definition()
    shared = tap["repo"], tap["variant"], tap["supported_python_versions"]
    return {DEFINITION: tap, LOADER_DEFINITION: loader_definition(*shared)}


def plugin_definition() -> dict[str, Any]:
    """Describe the tap as Meltano Hub does.

    Keys and values are those of the Hub's `extractors.schema.json`
    (https://github.com/meltano/hub/tree/main/schemas/plugin_definitions).
    """
    about = read_about()
    package = metadata(NAME)
    repository = dict(url.split(", ", 1) for url in package.get_all("Project-URL") or [])[
        "Repository"
    ]
    return {
        **_PAGE,
        "capabilities": about.capabilities,
        "executable": NAME,
        "log_parser": "singer-sdk",
        "name": NAME,
        "namespace": NAME.replace("-", "_"),
        "pip_url": NAME,
        "repo": repository,
        "select": SELECT,
        "settings": [
            setting
            for name, schema in about.settings["properties"].items()
            for setting in _leaves(name, schema)
        ],
        "settings_group_validation": [about.settings["required"]],
        "supported_python_versions": [
            version
            for classifier in package.get_all("Classifier") or []
            if (version := classifier.rpartition(" :: ")[2]).startswith("3.")
        ],
        "variant": urlsplit(repository).path.split("/")[1].lower(),
    }


def read_about() -> _About:
    """Ask the tap for its settings (JSON Schema) and capabilities, as `--about` shows them."""
    shown = CliRunner().invoke(TapGenesysSearch.cli, ["--about", "--format=json"])
    about = json.loads(shown.stdout)
    return _About(about["settings"], sorted(about["capabilities"]))


def meltano_setting(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a setting, given its JSON Schema, as `meltano.yml` and the Hub do."""
    kind = next(_KINDS[json_type] for json_type in _KINDS if json_type in _json_types(schema))
    if schema.get("secret"):
        kind = "password"
    elif schema.get("format") == "date-time":
        kind = "date_iso8601"
    elif "enum" in schema:
        kind = "options"
    setting = {
        "name": name,
        "kind": kind,
        "label": schema["title"],
        "description": schema["description"],
    }
    if schema.get("secret"):
        setting["sensitive"] = True
    if "enum" in schema:
        setting["options"] = [
            {"label": value.replace("_", " ").capitalize(), "value": value}
            for value in schema["enum"]
        ]
    if "default" in schema:
        setting["value"] = schema["default"]
    return setting


def _json_types(schema: dict[str, Any]) -> set[str]:
    if "oneOf" in schema:
        return set().union(*map(_json_types, schema["oneOf"]))
    types = schema["type"]
    return set(types) if isinstance(types, list) else {types}


def render(definition: dict[str, Any]) -> str:
    """Write YAML as the Hub's linter wants it: keys in order, lists not indented."""
    return yaml.dump(definition, Dumper=_HubDumper, allow_unicode=True, width=10_000)


class _HubDumper(yaml.SafeDumper):
    """Shows texts of several lines as such."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


_HubDumper.add_representer(str, _HubDumper.represent_str)


def _leaves(name: str, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give a setting, or those it consists of: the Hub lists `batch_config.encoding.format`."""
    properties = schema.get("properties")
    if not properties or name == "stream_maps":  # whose keys are names of streams
        yield meltano_setting(name, schema)
        return
    for key, inner in properties.items():
        yield from _leaves(f"{name}.{key}", inner)


if __name__ == "__main__":
    sys.exit(main())
