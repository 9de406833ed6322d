"""A simulated org in warehouses of both kinds, loaded by Meltano once, and the marts in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from genesys_cloud_simulator import Org
from scripts.generate.relations import CORE, FURTHER, SWITCHES
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.warehouses.conftest import DuckDB, Meltano, PostgreSQL
from tests.warehouses.marts.dbt_package import PACKAGES, Built, Dbt, install, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.warehouses.conftest import Warehouse

STATUSES = "user_status_aggregates"

STREAMS = tuple(sorted({*CORE, *SWITCHES, *FURTHER} - {STATUSES}))


@pytest.fixture(scope="session")
def platform() -> Iterator[RunningSimulator]:
    """The days of the demo, with fewer interactions."""
    with running_simulator(Org(seed=7, days=8, interactions=1000)) as running:
        yield running


@pytest.fixture(scope="session")
def variables(platform: RunningSimulator) -> dict[str, Any]:
    """Nothing was before the first day, so all that is loaded is compared."""
    return {"genesys_history_begins_at": f"{platform.simulator.org.start:%Y-%m-%d}"}


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return install(tmp_path_factory.mktemp("dbt"), *PACKAGES)


@pytest.fixture(scope="session", params=["duckdb", "postgresql"])
def loaded(
    request: pytest.FixtureRequest,
    platform: RunningSimulator,
    plugins: None,  # noqa: ARG001 - installed
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    warehouse = _empty(request, tmp_path_factory)
    config = {
        **platform.config,
        "search_api": "conversation_jobs",
        "conversation_matching": "active",
        "aggregate_granularity": "PT30M",
    }
    meltano = Meltano(tmp_path_factory.mktemp("state"))
    meltano.run(warehouse, config, *(f"{stream}.*" for stream in STREAMS))
    # Of the statuses one day is enough: they are many rows, and loaders write them one by one.
    statuses = {
        "start_date": f"{platform.simulator.org.end - timedelta(days=1):%Y-%m-%d}",
        "user_aggregate_metrics": ["tSystemPresence", "tAgentRoutingStatus"],
    }
    meltano.run(warehouse, {**config, **statuses}, f"{STATUSES}.*")
    return warehouse


def _empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    if request.param == "duckdb":
        return DuckDB(tmp_path_factory.mktemp("marts") / "warehouse.duckdb")
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(b"create database marts")
    return PostgreSQL(server.replace("/postgres?", "/marts?"))


@pytest.fixture(scope="session")
def built(dbt: Dbt, loaded: Warehouse, variables: dict[str, Any]) -> Built:
    return dbt.run(target_of(loaded), "build", variables=variables)
