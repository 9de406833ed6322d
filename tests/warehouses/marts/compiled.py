"""The SQL that dbt has compiled, run again without dbt, which takes long to start."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import psycopg

from tests.warehouses.conftest import DuckDB

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.warehouses.conftest import Rows, Warehouse
    from tests.warehouses.marts.dbt_package import Built


class Connection(Protocol):
    """A connection to a warehouse of either kind."""

    def rows(self, statement: str) -> Rows:
        """Run a statement that answers rows."""

    def execute(self, statement: str) -> None:
        """Run a statement."""

    def drop_key(self, table: str) -> None:
        """Let a table of the loader take rows twice."""


@dataclass(frozen=True)
class _DuckDB:
    connection: duckdb.DuckDBPyConnection

    def rows(self, statement: str) -> Rows:
        return self.connection.execute(statement).fetchall()

    def execute(self, statement: str) -> None:
        self.connection.execute(statement)

    def drop_key(self, table: str) -> None:
        self.execute(f"create table genesys.without_key as from genesys.{table}")
        self.execute(f"drop table genesys.{table}")
        self.execute(f"alter table genesys.without_key rename to {table}")


@dataclass(frozen=True)
class _PostgreSQL:
    connection: psycopg.Connection[Any]

    def rows(self, statement: str) -> Rows:
        return self.connection.execute(statement.encode()).fetchall()

    def execute(self, statement: str) -> None:
        self.connection.execute(statement.encode())

    def drop_key(self, table: str) -> None:
        self.execute(f"alter table genesys.{table} drop constraint {table}_pkey")


@contextmanager
def undone(warehouse: Warehouse) -> Iterator[Connection]:
    """Open a transaction that is rolled back at the end."""
    if isinstance(warehouse, DuckDB):
        with duckdb.connect(str(warehouse.file)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.begin()
            yield _DuckDB(connection)
            connection.rollback()
    else:
        with psycopg.connect(warehouse.url) as server:
            yield _PostgreSQL(server)
            server.rollback()


@dataclass(frozen=True)
class Compiled:
    """What dbt has compiled for a warehouse.

    Attributes:
        nodes: Unique id of a node to what the manifest says of it.
    """

    nodes: dict[str, Any]

    def statements(self) -> Iterator[str]:
        """Write what makes all views and tables of the package where there are none."""
        models = {
            name: node for name, node in self.nodes.items() if node["resource_type"] == "model"
        }
        for schema in {node["schema"] for node in models.values()}:
            yield f"create schema {schema}"
        for node in self._in_order({name: self._parents(name) for name in models}):
            kind = node["config"]["materialized"]
            yield f"create {kind} {node['relation_name']} as {node['compiled_code']}"

    def refill(self, connection: Connection, tests: set[str]) -> None:
        """Compute the tables again that some tests read. The views are what they were.

        Args:
            connection: To the warehouse.
            tests: Names of the tests.
        """
        for model in self._read_by(tests):
            if model["config"]["materialized"] == "table":
                connection.execute(f"delete from {model['relation_name']}")
                connection.execute(f"insert into {model['relation_name']} {model['compiled_code']}")

    def red(self, connection: Connection, tests: set[str]) -> set[str]:
        """Find the tests that find anything.

        Args:
            connection: To the warehouse.
            tests: Names of the tests to run.
        """
        return {
            test["name"]
            for test in self._tests(tests)
            if connection.rows(f"select count(*) from ({test['compiled_code']}) as found") != [(0,)]
        }

    def _tests(self, names: set[str]) -> list[dict[str, Any]]:
        return [
            node
            for node in self.nodes.values()
            if node["resource_type"] == "test" and node["name"] in names
        ]

    def _read_by(self, tests: set[str]) -> Iterator[dict[str, Any]]:
        """The models that some tests depend on, each after those that it depends on."""
        ahead: dict[str, list[str]] = {}
        behind = [name for test in self._tests(tests) for name in test["depends_on"]["nodes"]]
        while behind:
            name = behind.pop()
            if name in self.nodes and name not in ahead:
                ahead[name] = self._parents(name)
                behind += ahead[name]
        return self._in_order(ahead)

    def _parents(self, name: str) -> list[str]:
        return list(self.nodes[name]["depends_on"]["nodes"])

    def _in_order(self, parents: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
        return (
            self.nodes[name]
            for name in TopologicalSorter(parents).static_order()
            if name in parents
        )


def compiled_by(built: Built) -> Compiled:
    """Take the SQL of a build."""
    return Compiled(built.manifest["nodes"])
