"""Settings that come as text: from environment variables, files, or through Meltano."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import TRUTHY, parse_environment_config
from singer_sdk.helpers._util import read_json_file

from tap_genesys_search.errors import SettingError
from tap_genesys_search.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


logger = logging.getLogger("tap-genesys-search.settings")


MAY_BE_EMPTY = ("scope",)
"""Settings for which an empty variable has a meaning. Other empty variables count as not set."""


MELTANO = "MELTANO_EXTRACTOR_NAME"
"""A variable that is set where Meltano runs the tap."""


NO_SETTINGS = ("loglevel",)
"""What else a variable may say."""


_ALLOWED = {
    "integer": "a whole number",
    "boolean": "true or false",
    "array": 'a list in JSON, as in ["a", "b"]',
    "object": 'an object in JSON, as in {"a": "b"}',
}
"""Type of a setting to what its variable may hold."""


NO_DOTENV = "PYTHON_DOTENV_DISABLED"

FALSY = ("false", "0", "no", "off")


def read_environment(jsonschema: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Read settings from environment variables, or from the `.env` file of the working folder.

    The file may stand in a folder above, too. As with Meltano, a variable that is set goes before
    the file. The SDK takes the file above its own installation and lets it go before, reads any
    unknown word as false, and does not say which variable it can't read. If
    `PYTHON_DOTENV_DISABLED` is set, the switch of python-dotenv, no `.env` file is read.

    Args:
        jsonschema: Schema of the settings.
        prefix: Prefix of the variables' names.

    Returns:
        The settings found. Decimal numbers are still text.

    Raises:
        SettingError: A variable can't be read.
    """
    if os.environ.get(NO_DOTENV, "").lower() not in TRUTHY:
        _add_dotenv(prefix)
    config: dict[str, Any] = {}
    for name, schema in jsonschema["properties"].items():
        if name not in MAY_BE_EMPTY and not os.environ.get(f"{prefix}{name.upper()}"):
            continue
        try:
            config |= _read_variable(name, schema, prefix)
        except ValueError:
            wanted = next(each for each in schema["type"] if each != "null")
            raise SettingError(
                f"{name}: environment variable {prefix}{name.upper()} can't be read. Allowed is "
                f"{_ALLOWED[wanted]}"
            ) from None
    return config


def _add_dotenv(prefix: str) -> None:
    """Put what a `.env` file has beside the variables that are set."""
    folder = Path.cwd()
    files = (above / ".env" for above in (folder, *folder.parents))
    found = next((file for file in files if file.is_file()), None)
    if found:
        given = {name: value for name, value in os.environ.items() if value}  # "" is not set
        parse_environment_config({}, prefix, found)
        os.environ.update(given)


def read_files(config: Any) -> Any:  # noqa: ANN401 - the SDK takes a mapping, a path or several
    """Read the settings of files. The SDK would check them, too, but quote what is wrong.

    Args:
        config: Paths of JSON files, of which a later one goes before, or a path, or anything else.

    Returns:
        The settings in the files; anything else as it is.
    """
    if isinstance(config, str | PurePath):
        return read_files([config])
    if isinstance(config, list):
        return {name: value for path in config for name, value in read_json_file(path).items()}
    return config


def with_numbers(config: dict[str, Any], jsonschema: dict[str, Any]) -> dict[str, Any]:
    """Read decimal numbers that come as text, from an environment variable or from Meltano.

    Args:
        config: The settings as they were given.
        jsonschema: Schema of the settings.

    Returns:
        The settings, with decimal numbers as numbers. A text that is none stays, to be refused.
    """
    read = dict(config)
    for name, value in config.items():
        types = jsonschema["properties"].get(name, {}).get("type", ())
        if isinstance(value, Decimal):  # how the SDK reads a file
            read[name] = int(value) if value == value.to_integral_value() else float(value)
        if isinstance(value, str) and "number" in types:
            with suppress(ValueError):
                read[name] = float(value)
    return read


def _read_variable(name: str, schema: dict[str, Any], prefix: str) -> dict[str, Any]:
    variable = f"{prefix}{name.upper()}"
    text = os.environ.get(variable, "")
    if text and schema.get("items", {}).get("type") == ["string"] and not _is_json(text):
        logger.warning(
            "Environment variable %s is a list with commas, which is deprecated: write JSON, as in "
            '["a", "b"]',
            variable,
        )
        return {name: [item.strip() for item in text.split(",")]}
    # An empty file, because the .env file has already been read.
    found = parse_environment_config({"properties": {name: schema}}, prefix, os.devnull)
    if isinstance(found.get(name), list):
        found[name] = [item.strip() if isinstance(item, str) else item for item in found[name]]
    if found and "boolean" in schema.get("type", ()):
        word = text.lower()
        if word not in TRUTHY + FALSY:
            raise ValueError(word)
    return found


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def warn_of_misspelt(known: Collection[str], prefix: str) -> None:
    """Warn of environment variables that look like a misspelt setting.

    Args:
        known: Names of all settings.
        prefix: Prefix of the variables' names.
    """
    for variable, name in _variables(known, prefix):
        if meant := _meant(name, known):
            logger.warning(
                "Environment variable %s is ignored: did you mean setting %r?", variable, meant
            )


def advise_on_missing(
    missing: Sequence[str], config: Collection[str], known: Collection[str], prefix: str
) -> str:
    """Say how to give the settings that are missing: by their right name, or at all.

    Args:
        missing: Their names.
        config: Names of the settings that were given.
        known: Names of all settings.
        prefix: Prefix of the variables' names.
    """
    hints = [
        f"Unknown setting {name!r}{did_you_mean(name, missing)}"
        for name in config
        if name not in known and did_you_mean(name, missing)
    ]
    for variable, name in _variables(known, prefix):
        meant = _meant(name, missing)
        if name in missing:
            hints.append(f"{variable} is set, but variables are read only with --config=ENV")
        elif name not in known and meant:
            right = f"{prefix}{meant.upper()}"
            hints.append(f"Unknown variable {variable}: did you mean {right}?")
    example = f"{prefix}{missing[0].upper()}"
    return " ".join(hints) or (
        f"Give --config FILE, or --config=ENV and variables like {example}; Meltano reads these "
        "from .env"
    )


def warn_of_ignored(known: Collection[str], prefix: str) -> None:
    """Warn of environment variables where the settings come from a file alone.

    Meltano has put their values into that file.

    Args:
        known: Names of all settings.
        prefix: Prefix of the variables' names.
    """
    ignored = [variable for variable, name in _variables(known, prefix) if not _meant(name, known)]
    if ignored and MELTANO not in os.environ:
        logger.warning(
            "The settings come from --config FILE, so %s in the environment %s ignored. To have "
            "variables read, too, add --config=ENV",
            ", ".join(ignored),
            "is" if len(ignored) == 1 else "are",
        )


def _variables(known: Collection[str], prefix: str) -> Iterator[tuple[str, str]]:
    """List the variables that are meant for the tap, and the names of the settings in them.

    Left out are those that Meltano sets beside the settings: an extra of the plugin begins with a
    further underscore, and a part of a setting has the name of that before its own.
    """
    for variable, value in os.environ.items():
        name = variable.removeprefix(prefix).lower()
        if not variable.startswith(prefix) or name.startswith("_") or name in NO_SETTINGS:
            continue
        is_part = MELTANO in os.environ and any(name.startswith(f"{one}_") for one in known)
        if value and not is_part:
            yield variable, name


def _meant(name: str, known: Collection[str]) -> str | None:
    if name in known:
        return None
    return next(iter(get_close_matches(name, known, n=1)), None)
