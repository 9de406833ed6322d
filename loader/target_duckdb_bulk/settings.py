"""The settings: their names, types and defaults, and how they are read."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from target_duckdb_bulk.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ALIASES = {"filepath": "path", "add_metadata_columns": "add_record_metadata"}
"""Names in target-duckdb of the same settings."""


def _setting(description: str, default: object, alias: str | None = None) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"description": description, "alias": alias})


@dataclass(frozen=True)
class Settings:
    """The settings of a run. `SETTINGS` describes each."""

    path: str = _setting(
        "The DuckDB file. It is made if it is missing, but not its folder.", "", "filepath"
    )
    default_target_schema: str = _setting("The schema of the tables.", "main")
    add_record_metadata: bool = _setting(
        "Whether tables get the columns `_sdc_…`, which say when a record was read and loaded.",
        default=False,
        alias="add_metadata_columns",
    )
    hard_delete: bool = _setting(
        "Whether deleted records are removed. Otherwise `_sdc_deleted_at` says when they went.",
        default=False,
    )
    process_activate_version_messages: bool = _setting(
        "Whether ACTIVATE_VERSION messages mark, or remove, the records of older versions.",
        default=True,
    )
    batch_size_rows: int = _setting(
        "Load when so many records wait, or a fifth of it while nothing is being loaded.", 500_000
    )
    batch_size_bytes: int = _setting(
        "Load when so many bytes wait, or a fifth of it while nothing is being loaded.",
        256 * 1024 * 1024,
    )
    batch_age_seconds: int = _setting(
        "Load when the oldest message has waited so long, also if nothing more comes.", 60
    )
    memory_limit: str = _setting("Memory that DuckDB may use.", "1GB")
    temp_dir: str = _setting(
        "Folder for records that wait, instead of the system's for temporary files.", ""
    )


def parse(document: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Check settings.

    Args:
        document: Names and values, as in a configuration file.

    Returns:
        The settings, and names that mean nothing here.

    Raises:
        SettingsError: One is missing or has the wrong type.
    """
    given: dict[str, Any] = {}
    for name, value in document.items():
        if value is not None:
            given.setdefault(ALIASES.get(name, name), value)
    known = {setting.name: setting for setting in fields(Settings)}
    unknown = sorted(given.keys() - known.keys())
    values = {name: _checked(name, value) for name, value in given.items() if name in known}
    if not values.get("path", "").strip():
        raise SettingsError('Setting "path" is missing: give it the path of the DuckDB file')
    if _is_elsewhere(values["path"]):
        raise SettingsError(
            'Setting "path" names memory or another database, where records don\'t stay: give it '
            "the path of a file"
        )
    return Settings(**values), unknown


def suggestion(unknown: str) -> str:
    """Ask whether a setting was meant that is spelled nearly the same, or say nothing.

    Args:
        unknown: A name that means nothing here.
    """
    names = [*(known.name for known in fields(Settings)), *ALIASES]
    near = difflib.get_close_matches(unknown.lower().replace("-", "_"), names, 1)
    return f': did you mean "{near[0]}"?' if near else ""


def _is_elsewhere(path: str) -> bool:
    """Tell whether DuckDB takes a path for memory or for another database.

    It does where letters, digits, `_` or nothing stand before a colon. A single letter is a drive.
    https://github.com/duckdb/duckdb/blob/main/src/main/database_path_and_type.cpp
    """
    before, colon, _ = path.strip().partition(":")
    return bool(colon) and len(before) != 1 and (not before or before.replace("_", "").isalnum())


def _checked(name: str, value: Any) -> Any:  # noqa: ANN401
    """Return a value if it has its setting's type.

    Raises:
        SettingsError: It has another type, or a value that can't be used.
    """
    wanted = type(getattr(Settings, name))
    if type(value) is not wanted:
        raise SettingsError(
            f'Setting "{name}" is {JSON_TYPES.get(type(value), "of another type")}: '
            f"it takes {JSON_TYPES[wanted]}"
        )
    if wanted is int and value < 1:
        raise SettingsError(f'Setting "{name}" is below 1: set it to a positive number')
    if name == "default_target_schema" and not value.strip():
        raise SettingsError(
            'Setting "default_target_schema" is empty: name a schema, or leave the setting out'
        )
    return value


JSON_TYPES = {bool: "a boolean", int: "an integer", str: "a string"}


def read(files: Sequence[str]) -> dict[str, Any]:
    """Read configuration files, later ones over earlier ones.

    Raises:
        SettingsError: One can't be read.
    """
    document: dict[str, Any] = {}
    for file in files:
        try:
            content = json.loads(Path(file).read_bytes())
        except OSError as error:
            raise SettingsError(f"Configuration {file} can't be read: {error.strerror}") from None
        except ValueError:
            raise SettingsError(f"Configuration {file} isn't JSON: correct it") from None
        if not isinstance(content, dict):
            raise SettingsError(f"Configuration {file} isn't a JSON object: correct it")
        document.update(content)
    return document


def described() -> list[dict[str, Any]]:
    """List each setting with its name, JSON type, default, description and other name."""
    names = {bool: "boolean", int: "integer", str: "string"}
    return [
        {
            "name": setting.name,
            "type": names[type(setting.default)],
            "default": setting.default,
            **setting.metadata,
        }
        for setting in fields(Settings)
    ]
