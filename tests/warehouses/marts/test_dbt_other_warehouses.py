"""The dbt package compiled for Snowflake and BigQuery, as far as that goes without an account."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.warehouses.marts.dbt_package import Dbt, install

pytestmark = [pytest.mark.dbt, pytest.mark.timeout(600)]

READ = """
import json, sys, sqlglot

dialect = sys.argv[1]
faults = {}
for name, statement in json.load(sys.stdin).items():
    try:
        sqlglot.parse(statement, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.ParseError as error:
        faults[name] = str(error)
print(json.dumps(faults))
"""
"""Reads statements by the grammar of a warehouse, and tells those that it does not have."""


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Dbt:
    return install(
        tmp_path_factory.mktemp("dbt"),
        *("dbt-core~=1.11.0", "dbt-snowflake~=1.11.0", "dbt-bigquery~=1.11.0", "sqlglot>=27"),
    )


def compiled(dbt: Dbt, warehouse: str) -> dict[str, str]:
    """Compile all models and tests: name to statement."""
    manifest = dbt.run(
        {"DBT_TARGET": warehouse},
        *("compile", "--no-populate-cache", "--no-introspect"),
        variables={"genesys_history_begins_at": "2026-01-05"},
    ).manifest
    return {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "test"}
    }


@pytest.mark.parametrize(
    ("warehouse", "moment"),
    [
        (
            "snowflake",
            "to_timestamp_ntz(convert_timezone('UTC', cast('2026-01-05' as timestamp_tz)))",
        ),
        # A comparison of a datetime with a timestamp is an error there.
        ("bigquery", "datetime(cast('2026-01-05' as timestamp), 'UTC')"),
    ],
)
def test_all_models_and_tests_are_sql_of_the_warehouse(
    dbt: Dbt, warehouse: str, moment: str
) -> None:
    statements = compiled(dbt, warehouse)
    assert len(statements) > 100
    assert moment in statements["int_genesys__data_range"]
    read = subprocess.run(
        [dbt.python, "-c", READ, warehouse],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(read.stdout) == {}
