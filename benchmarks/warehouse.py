"""A DuckDB file that contestants load into, and the commands that load it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from benchmarks.processes import Run, measure
from benchmarks.script_environments import LOADER, TAP
from scripts.clean_environment import meltano

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SCHEMA = "genesys"


class LostRowsError(Exception):
    """Other rows were loaded than were extracted."""


@dataclass(frozen=True)
class Warehouse:
    """A DuckDB file, which each run loads again.

    Attributes:
        file: The file.
        tables: Table to how many rows it has when all is loaded.
    """

    file: Path
    tables: Mapping[str, int]

    def measure(self, command: Sequence[str]) -> Run:
        """Load an empty file, and measure what it took.

        Raises:
            LostRowsError: Not all rows were loaded.
        """
        self.file.unlink(missing_ok=True)
        run = measure(command)
        with duckdb.connect(str(self.file), read_only=True) as connection:
            for table, rows in self.tables.items():
                query = f'select count(*) from {SCHEMA}."{table}"'  # noqa: S608
                found = connection.execute(query).fetchone()
                if found != (rows,):
                    raise LostRowsError(f"{shlex.join(command)}: {found} of {rows} in {table}")
        return run

    def loader_config(self, folder: Path) -> Path:
        """Write the settings of a Singer target for DuckDB."""
        config = folder / "loader.json"
        settings = {"path": str(self.file), "default_target_schema": SCHEMA}
        config.write_text(json.dumps(settings), encoding="utf-8")
        return config

    def by_meltano(self, config: Mapping[str, Any], streams: Sequence[str]) -> list[str]:
        """Write the command of a run by Meltano, with a state of its own that is not read.

        Args:
            config: Settings of the tap.
            streams: The streams to load.
        """
        settings = {f"TAP_GENESYS_SEARCH_{name.upper()}": config[name] for name in config}
        settings |= {
            "TAP_GENESYS_SEARCH__SELECT": json.dumps([f"{stream}.*" for stream in streams]),
            "TARGET_DUCKDB_PATH": self.file,
            "MELTANO_DATABASE_URI": f"sqlite:///{self.file.with_name('meltano.db')}",
        }
        run = ["--environment=production", "run", "--no-install", "--full-refresh"]
        return [
            "env",
            *(f"{name}={value}" for name, value in settings.items()),
            *(str(part) for part in meltano(*run, TAP, LOADER)),
        ]


def piped(*commands: Sequence[str]) -> list[str]:
    """Write the command of a pipe, which fails if one of its parts does."""
    return ["bash", "-o", "pipefail", "-c", " | ".join(map(shlex.join, commands))]
