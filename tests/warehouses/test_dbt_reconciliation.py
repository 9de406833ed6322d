"""The dbt package over what Meltano has loaded: equal to the platform, and red on faults."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
import pytest

from genesys_cloud_simulator import Org
from tests.support.running_simulator import RunningSimulator, running_simulator
from tests.warehouses.conftest import DuckDB, Meltano, PostgreSQL
from tests.warehouses.dbt_package import PACKAGES, Built, Dbt, install

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.warehouses.conftest import Warehouse

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(900)]

RECONCILED = {
    "r1_metrics_agree",
    "r1_metrics_agree_closely",
    "r2_service_level_agrees",
    "r3_handle_time_adds_up",
    "r4_statuses_fill_intervals",
}

CONVERSATION_TABLES = (
    *("conversations", "conversation_participants", "conversation_sessions"),
    *("conversation_segments", "conversation_metrics"),
    *("conversation_evaluations", "conversation_surveys", "participant_attributes"),
)

STREAMS = (
    *CONVERSATION_TABLES,
    *("conversation_aggregates", "user_status_aggregates"),
    *("users", "groups", "queues", "queue_members", "wrapup_codes", "skills", "languages"),
    *("divisions", "locations", "presence_definitions", "flows", "flow_outcomes", "campaigns"),
    *("contact_lists", "management_units", "teams"),
)


@pytest.fixture(scope="module")
def simulated() -> Iterator[RunningSimulator]:
    """Two days: the statuses of users are many rows, and loaders write them one by one."""
    with running_simulator(Org(seed=7, days=2, interactions=400)) as running:
        yield running


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    folder = tmp_path_factory.mktemp("dbt")
    return Dbt(install(folder / "venv", *PACKAGES), folder)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    if request.param == "duckdb":
        return DuckDB(tmp_path_factory.mktemp("marts") / "warehouse.duckdb")
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(b"create database marts")
    return PostgreSQL(server.replace("/postgres?", "/marts?"))


@pytest.fixture(scope="module")
def loaded(
    empty: Warehouse,
    simulated: RunningSimulator,
    plugins: None,  # noqa: ARG001 - installed
    tmp_path_factory: pytest.TempPathFactory,
) -> Warehouse:
    config = {
        **simulated.config,
        "search_api": "conversation_jobs",
        "conversation_matching": "active",
        "aggregate_granularity": "PT30M",
    }
    Meltano(tmp_path_factory.mktemp("state")).run(
        empty, config, *(f"{stream}.*" for stream in STREAMS)
    )
    return empty


@pytest.fixture(scope="module")
def variables(simulated: RunningSimulator) -> dict[str, Any]:
    return {"genesys_history_begins_at": f"{simulated.simulator.org.start:%Y-%m-%d}"}


@pytest.fixture(scope="module")
def built(dbt: Dbt, loaded: Warehouse, variables: dict[str, Any]) -> Built:
    return dbt.run(loaded, "build", variables=variables)


@pytest.fixture
def copy(loaded: Warehouse, tmp_path: Path) -> Warehouse:
    """What was loaded, to be spoilt."""
    if isinstance(loaded, DuckDB):
        shutil.copy(loaded.file, tmp_path / "copy.duckdb")
        return DuckDB(tmp_path / "copy.duckdb")
    name = tmp_path.name.lower()
    with psycopg.connect(loaded.url.replace("/marts?", "/postgres?"), autocommit=True) as server:
        server.execute(f'create database "{name}" template marts'.encode())
    return PostgreSQL(loaded.url.replace("/marts?", f"/{name}?"))


def execute(warehouse: Warehouse, *statements: str) -> None:
    if isinstance(warehouse, DuckDB):
        with duckdb.connect(str(warehouse.file)) as connection:
            for statement in statements:
                connection.execute(statement)
    else:
        with psycopg.connect(warehouse.url) as server:
            for statement in statements:
                server.execute(statement.encode())


def test_all_models_are_built_and_all_tests_pass(built: Built) -> None:
    assert built.red == set()
    assert {name: built.statuses[name] for name in RECONCILED} == dict.fromkeys(RECONCILED, "pass")


def test_each_metric_is_equal_in_every_group(built: Built, loaded: Warehouse) -> None:
    assert built.statuses["rec_genesys__metric_totals"] == "success"
    totals = loaded.query(
        "select metric, compared_groups, agreeing_groups, events "
        "from genesys_marts.rec_genesys__metric_totals"
    )
    assert all(groups == agreeing for _, groups, agreeing, _ in totals)
    assert len(totals) >= 12
    events = {metric: int(count) for metric, _, _, count in totals}
    assert events["nOffered"] > 200
    assert events["tHandle"] > 200


def lost_page(warehouse: Warehouse) -> None:
    """Take away the conversations of a page, with all their parts."""
    execute(
        warehouse,
        *(
            f"delete from genesys.{table} where conversation_id like 'a%'"
            for table in reversed(CONVERSATION_TABLES)
        ),
    )


def doubled_segment(warehouse: Warehouse) -> None:
    """Load a segment twice, as a loader that appends does."""
    if isinstance(warehouse, PostgreSQL):
        execute(
            warehouse,
            "alter table genesys.conversation_segments drop constraint conversation_segments_pkey",
        )
    else:
        execute(
            warehouse,
            "create table genesys.doubled as from genesys.conversation_segments",
            "drop table genesys.conversation_segments",
            "alter table genesys.doubled rename to conversation_segments",
        )
    execute(
        warehouse,
        "insert into genesys.conversation_segments "
        "select * from genesys.conversation_segments where segment_type = 'wrapup' limit 1",
    )


def doubled_metric(warehouse: Warehouse) -> None:
    """Give a session one of its metrics once more, at another place."""
    columns = (
        "conversation_id, conversation_start, participant_id, session_id, emit_date, name, value"
    )
    execute(
        warehouse,
        f"insert into genesys.conversation_metrics ({columns}, position) "
        f"select {columns}, 999 from genesys.conversation_metrics "
        "where name = 'tTalkComplete' order by emit_date limit 1",
    )


def wrong_time_zone(warehouse: Warehouse) -> None:
    """Read the platform's UTC as if it were an hour west."""
    execute(
        warehouse,
        "update genesys.conversation_metrics set emit_date = emit_date + interval '1 hour'",
    )


def open_conversation(warehouse: Warehouse) -> None:
    """Leave a conversation as it was before its agent was done."""
    ((conversation_id,),) = warehouse.query(
        "select conversation_id from genesys.conversation_metrics where name = 'tHandle' "
        "order by emit_date limit 1"
    )
    execute(
        warehouse,
        "update genesys.conversations set conversation_end = null "
        f"where conversation_id = '{conversation_id}'",
        "delete from genesys.conversation_metrics where name in ('tHandle', 'tAcw') "
        f"and conversation_id = '{conversation_id}'",
    )


@pytest.mark.parametrize(
    ("spoil", "red"),
    [
        (lost_page, {"r1_metrics_agree"}),
        (doubled_segment, {"genesys_source_genesys_key_genesys_conversation_segments"}),
        (doubled_metric, {"r1_metrics_agree"}),
        (wrong_time_zone, {"r1_metrics_agree"}),
        (open_conversation, {"r1_metrics_agree"}),
    ],
)
def test_a_fault_is_red(
    dbt: Dbt,
    copy: Warehouse,
    variables: dict[str, Any],
    spoil: Callable[[Warehouse], None],
    red: set[str],
) -> None:
    spoil(copy)
    found = dbt.run(
        copy,
        *("build", "--indirect-selection", "cautious"),
        *("--select", "source:genesys.conversation_segments", "+r1_metrics_agree"),
        variables=variables,
    )
    assert all(any(name.startswith(one) for name in found.red) for one in red)
