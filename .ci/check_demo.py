"""Check what the demo loaded, without the demo's own code."""

from pathlib import Path

import duckdb

DATABASE = Path(__file__).parent.parent / "output" / "simulator.duckdb"
LEAST_INTERACTIONS = 20_000
LEAST_WINDOWS = 7
LEAST_METRICS = 15

with duckdb.connect(str(DATABASE), read_only=True) as connection:

    def number(query: str) -> int:
        """Read the one number that a query answers."""
        return int(connection.execute(query).fetchall()[0][0])

    interactions = number("select count(*) from genesys.interactions")
    expected = {
        "distinct ids": number("select count(distinct id) from genesys.interactions"),
        "matching by the audits": number(
            "select sum(total_matching_records) from genesys.search_audits "
            "where status = 'completed'"
        ),
        "extracted by the audits": number(
            "select sum(extracted_records) from genesys.search_audits"
        ),
    }
    windows = number("select count(distinct window_start) from genesys.search_audits")
    facets = number("select count(*) from genesys.interaction_facets")
    metrics = number("select count(*) from genesys_marts.rec_genesys__metric_totals")
    unequal = number(
        "select count(*) from genesys_marts.rec_genesys__metric_totals "
        "where compared_groups <> agreeing_groups or compared_groups = 0"
    )

if interactions < LEAST_INTERACTIONS or windows < LEAST_WINDOWS or not facets:
    raise SystemExit(f"Too little loaded: {interactions} interactions, {windows} windows")
if set(expected.values()) != {interactions}:
    raise SystemExit(f"{interactions} interactions loaded, but {expected}")
if metrics < LEAST_METRICS or unequal:
    raise SystemExit(f"{metrics} metrics compared with the platform's, {unequal} of them differ")
print(  # noqa: T201
    f"{interactions} interactions, {windows} windows, {facets} facets, {metrics} metrics: checked"
)
