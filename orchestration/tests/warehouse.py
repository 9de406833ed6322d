"""What is loaded into the PostgreSQL server."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from tests.simulated_org import CHECKOUT, COMMANDS, DAYS, FIRST_DAY

COLUMNS = {
    "interactions": "*",
    "interaction_facets": "*",
    # When a search was sent and what it cost differ from run to run.
    "search_audits": (
        "search_id, search_api, window_start, window_end, status, total_matching_records, "
        "extracted_records, page_count, missing_fields, defaults_applied"
    ),
}


def load_sequentially(schema: str, days: int = DAYS) -> None:
    """Load the org's first days by one run, without partitions."""
    subprocess.run(
        [
            COMMANDS / "meltano",
            "--environment=production",
            "run",
            "--no-install",
            "tap-genesys-search",
            "target-postgres",
        ],
        cwd=CHECKOUT,
        check=True,
        env={
            **os.environ,
            "TAP_GENESYS_SEARCH_START_DATE": FIRST_DAY.isoformat(),
            "TAP_GENESYS_SEARCH_END_DATE": (FIRST_DAY + timedelta(days=days)).isoformat(),
            "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema,
        },
    )


def loaded(database: str, schema: str) -> dict[str, list[tuple[str, ...]]]:
    """Read all rows of a schema, sorted, without what the loader adds to them."""
    return {table: _rows(database, schema, table, columns) for table, columns in COLUMNS.items()}


def interaction_ids(database: str, schema: str) -> list[str]:
    """Read the ids of the interactions loaded."""
    return [row[0].strip("'") for row in _rows(database, schema, "interactions", "id")]


def _rows(database: str, schema: str, table: str, columns: str) -> list[tuple[str, ...]]:
    query = sql.SQL("select {} from {}").format(
        sql.SQL(columns),
        sql.Identifier(schema, table),
    )
    with psycopg.connect(database.replace("postgresql+psycopg", "postgresql")) as connection:
        cursor: psycopg.Cursor[tuple[Any, ...]] = connection.execute(query)
        kept = [
            number
            for number, column in enumerate(cursor.description or ())
            if not column.name.startswith("_sdc_")
        ]
        return sorted(tuple(repr(row[number]) for number in kept) for row in cursor)
