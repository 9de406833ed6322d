"""Reading settings from environment variables."""

from __future__ import annotations

import os
from typing import Any

from singer_sdk.configuration._dict_config import TRUTHY, parse_environment_config

from tap_genesys_search.errors import SettingError

FALSY = ("false", "0", "no", "off")


def read_environment(jsonschema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Read settings from environment variables, or from a `.env` file above the installation.

    The SDK does it, but leaves decimal numbers as text, takes any word for false, and does not
    say which variable it can't read.

    Args:
        jsonschema: Schema of the settings.
        prefix: What the variables' names start with.

    Returns:
        The settings that are there.

    Raises:
        SettingError: A variable can't be read.
    """
    config: dict[str, Any] = {}
    for name, schema in jsonschema["properties"].items():
        try:
            config |= _read_variable(name, schema, prefix)
        except ValueError:  # noqa: PERF203 - each variable has an error of its own
            wanted = next(each for each in schema["type"] if each != "null")
            raise SettingError(
                f"{name}: environment variable {prefix}{name.upper()} is no JSON {wanted}"
            ) from None
    return config


def _read_variable(name: str, schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    found = parse_environment_config({"properties": {name: schema}}, prefix)
    types = schema.get("type", ())
    if found and "number" in types:
        return {name: float(found[name])}
    if found and "boolean" in types:
        word = os.environ[f"{prefix}{name.upper()}"].lower()
        if word not in TRUTHY + FALSY:
            raise ValueError(word)
    return found
