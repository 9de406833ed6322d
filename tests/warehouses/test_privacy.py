"""The worked example: names that reach no warehouse."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.support.singer_run import run_tap
from tests.warehouses.conftest import SCHEMA, Meltano
from tests.warehouses.documented import WAREHOUSES

if TYPE_CHECKING:
    from tests.warehouses.conftest import PostgreSQL, Warehouse

pytestmark = [pytest.mark.warehouses, pytest.mark.timeout(300)]


def test_hashed_names_are_the_same_for_the_same_customer_and_tell_nothing(
    warehouse: Warehouse, meltano: Meltano, config: dict[str, Any]
) -> None:
    documented = WAREHOUSES.settings("Privacy")["plugins"]["extractors"][0]["config"]
    pepper = "a long secret"  # Meltano fills in variables that meltano.yml names
    assert documented["stream_map_config"] == {"pepper": "$CUSTOMER_PEPPER"}
    documented["stream_map_config"] = {"pepper": pepper}
    said = meltano.run(warehouse, {**config, **documented}, "interactions.*")
    names = {
        record["id"]: record["customer_name"] for record in run_tap(config).records("interactions")
    }
    rows = warehouse.query(f"select id, customer_name from {SCHEMA}.interactions")
    assert dict(rows) == {
        key: sha256(f"{pepper}{name}".encode()).hexdigest() for key, name in names.items()
    }
    columns = warehouse.query(
        "select column_name from information_schema.columns "
        f"where table_schema = '{SCHEMA}' and table_name = 'interactions'"
    )
    assert ("customer_name",) in columns
    assert ("metadata",) not in columns
    assert not [name for name in set(names.values()) - {"anonymous"} if name in said]


CUSTOMERS = ("conversations", "conversation_participants", "conversation_sessions", "interactions")


@pytest.mark.parametrize("warehouse", ["postgresql"], indirect=True)
def test_the_documented_check_finds_what_is_plain_and_nothing_once_it_is_hashed(
    warehouse: PostgreSQL, meltano: Meltano, config: dict[str, Any]
) -> None:
    documented = WAREHOUSES.settings("Privacy")["plugins"]["extractors"][0]["config"]
    documented["stream_map_config"] = {"pepper": "a long secret"}
    select = [f"{name}.*" for name in CUSTOMERS]
    meltano.run(warehouse, {**config, **documented}, *select)
    assert warehouse.query("select count(*) > 300 from genesys.conversation_sessions") == [(True,)]
    assert plain_values(warehouse) == []
    ((sessions, *plain),) = warehouse.query(WAREHOUSES.blocks("Privacy", "sql")[0])
    assert sessions > 300
    assert plain == [0, 0]
    with psycopg.connect(warehouse.url) as connection:
        connection.execute(f"drop schema {SCHEMA} cascade".encode())
    other = meltano.folder / "plain"
    other.mkdir()
    Meltano(other).run(warehouse, config, *select)
    no_object, no_value = "flow = 'null'", "flow is null"
    assert warehouse.query(
        f"select count(*) filter (where {no_object}) > 0, count(*) filter (where {no_value}) "
        f"from {SCHEMA}.conversation_sessions"
    ) == [(True, 0)]
    found = {(table, column) for table, column, _ in plain_values(warehouse)}
    assert {("conversation_sessions", "flow"), ("interactions", "metadata")} <= found
    assert {
        ("conversation_sessions", column) for column in ("ani", "address_from", "callback_numbers")
    } <= found
    ((name,), *_) = warehouse.query(
        f"select customer_name from {SCHEMA}.interactions where customer_name like '%''%'"
    )
    named = {(table, column) for table, column, _ in plain_values(warehouse, name)} - found
    assert {
        ("interactions", "customer_name"),
        ("conversation_participants", "participant_name"),
    } <= named


def plain_values(warehouse: PostgreSQL, name: str = "") -> list[tuple[Any, ...]]:
    """Run the documented statements, and read which columns have plain values."""
    statements = WAREHOUSES.block("Privacy", "sql")
    if name:
        statements = statements.replace("Zoë O'Brien", name)
    with psycopg.connect(warehouse.url) as connection:
        answers = connection.execute(statements.encode())
        while answers.description is None:
            assert answers.nextset()
        found = answers.fetchall()
    assert len(found) > 50, "a line for each column"
    return [line for line in found if line[2]]
