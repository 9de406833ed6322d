"""The dbt package, run over a warehouse from an environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from scripts.clean_environment import clean_environment, installing_environment
from tests.warehouses.conftest import ROOT, DuckDB

if TYPE_CHECKING:
    from tests.warehouses.conftest import Warehouse

PACKAGE = ROOT / "dbt"

UV = Path(sys.executable).with_name("uv")

PACKAGES = (
    "dbt-core~=1.11.0",
    "dbt-duckdb~=1.11.0",
    "dbt-postgres~=1.11.0",
    "duckdb>=1.5.6,<3",
)

EXACT = {"genesys_error_percent": 0, "genesys_warn_percent": 0}
"""Variables that let no figure differ: what a simulated org emits is all there at once."""


@dataclass(frozen=True)
class Built:
    """What a run of dbt said of each node.

    Attributes:
        statuses: Name of a model or test to `success`, `pass`, `warn`, `fail`, `error`, `skipped`.
        manifest: What dbt knows of all nodes, with the SQL that it has compiled.
    """

    statuses: dict[str, str]
    manifest: dict[str, Any]

    @property
    def red(self) -> set[str]:
        """The models and tests that failed."""
        return {name for name, status in self.statuses.items() if status in {"fail", "error"}}


@dataclass(frozen=True)
class Dbt:
    """An installed dbt.

    Attributes:
        environment: Its virtual environment.
        folder: Where it may write.
    """

    environment: Path
    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that it runs on."""
        return self.environment / "bin" / "python"

    def run(
        self, target: dict[str, str], *arguments: str, variables: dict[str, Any] | None = None
    ) -> Built:
        """Run a command of dbt.

        Args:
            target: Variables by which the profile finds a warehouse.
            arguments: The command and its options.
            variables: Variables of the package.

        Returns:
            What became of each node.
        """
        written = self.folder / "target"
        results = written / "run_results.json"
        results.unlink(missing_ok=True)
        command: list[str | Path] = [self.environment / "bin" / "dbt", *arguments]
        done = subprocess.run(
            [*command, "--vars", json.dumps({**EXACT, **(variables or {})})],
            cwd=PACKAGE,
            env={
                **clean_environment(),
                **target,
                "DBT_PROFILES_DIR": str(PACKAGE / "profiles"),
                "DBT_TARGET_PATH": str(written),
                "DBT_LOG_PATH": str(self.folder / "log"),
                "DBT_USE_COLORS": "false",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert results.exists(), done.stdout + done.stderr
        nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
        return Built(
            {node["unique_id"].split(".")[2]: node["status"] for node in nodes},
            json.loads((written / "manifest.json").read_text(encoding="utf-8")),
        )


def target_of(warehouse: Warehouse) -> dict[str, str]:
    """Write the variables by which the profile finds a warehouse."""
    if isinstance(warehouse, DuckDB):
        return {"DBT_TARGET": "duckdb", "GENESYS_DUCKDB": str(warehouse.file)}
    url = urlsplit(warehouse.url)
    return {
        "DBT_TARGET": "postgres",
        "GENESYS_POSTGRES_HOST": url.hostname or parse_qs(url.query)["host"][0],
        "GENESYS_POSTGRES_PORT": str(url.port or 5432),
        "GENESYS_POSTGRES_USER": unquote(url.username or "postgres"),
        "GENESYS_POSTGRES_PASSWORD": unquote(url.password or ""),
        "GENESYS_POSTGRES_DATABASE": url.path.lstrip("/"),
    }


def install(folder: Path, *packages: str) -> Dbt:
    """Install dbt in an environment of its own."""
    environment = folder / "venv"
    python = environment / "bin" / "python"
    overrides = ("--override", PACKAGE / "overrides.txt")
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("venv", "--quiet", "--python", sys.executable, environment),
        ("pip", "install", "--quiet", "--python", python, *overrides, *packages),
    )
    for command in commands:
        subprocess.run([UV, *command], env=installing_environment(), check=True)
    return Dbt(environment, folder)
