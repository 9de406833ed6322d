"""Whether the warehouse has what was announced, and agrees with the platform's own aggregates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.report.warehouse import attached, define_views, fetch, read_columns

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from tap_genesys_search.report.pipeline.figures import Figures
    from tap_genesys_search.report.warehouse import Rows


MOST_APART = 0.5
"""Percent of a metric's total; above it the dbt package warns."""


RECONCILIATION = {
    "rec_genesys__metric_totals": {
        "metric": "varchar",
        "compared_groups": "bigint",
        "agreeing_groups": "bigint",
        "events_apart_percent": "double",
        "milliseconds_apart_percent": "double",
    },
    "rec_genesys__service_level": {
        "is_configured": "boolean",
        "compared_groups": "bigint",
        "agreeing_groups": "bigint",
        "apart_percent": "double",
    },
}


MOMENTS = (
    *("timestamp", "conversation_end", "emit_date", "interval_end", "completed_at", "event_time"),
    *("segment_end", "completed_date", "window_end"),
)
"""Columns that tell until when a stream's records reach, the first that it has."""


READ = ("_sdc_batched_at", "_sdc_received_at", "_sdc_extracted_at")
"""Columns that tell when a record was loaded."""


@dataclass(frozen=True)
class Health:
    """What the pipeline's view says of the warehouse.

    Attributes:
        freshness: `stream`, `records`, `until` and `loaded_at` of each table.
        reconciled: `metric`, `groups`, `agreeing` and `apart`, percent, of each metric.
        problems: What is wrong, in words; none where all is well.
        searches: How many searches are known.
    """

    freshness: Rows
    reconciled: Rows
    problems: list[str]
    searches: int

    @property
    def is_known(self) -> bool:
        """Whether anything tells that all is well: searches, or a comparison."""
        return bool(self.searches or self.reconciled)

    @property
    def knows_loading(self) -> bool:
        """Whether the loader has written when it loaded a record; not all loaders do."""
        return any(row["loaded_at"] for row in self.freshness)

    @property
    def line(self) -> str:
        """The whole in one sentence."""
        if self.problems:
            return "; ".join(self.problems)
        known = [
            "all searches found what they announced" if self.searches else "",
            f"{len(self.reconciled)} metrics agree with the platform's" if self.reconciled else "",
        ]
        return "; ".join(filter(None, known)) or (
            "no search and no comparison is loaded that would tell whether data are missing"
        )


def read_health(database: Path, schema: str, marts: str, figures: Figures) -> Health:
    """Read how complete and how fresh a warehouse is.

    Args:
        database: The DuckDB file.
        schema: Where the tap's tables are.
        marts: Where dbt has built the marts.
        figures: The figures of the searches.

    Returns:
        Its health.

    Raises:
        duckdb.Error: The file is not a database.
    """
    with attached(database) as connection:
        define_views(connection, marts, RECONCILIATION)
        reconciled = fetch(connection, _RECONCILED)
        apart = [row["metric"] for row in reconciled if (row["apart"] or 0) > MOST_APART]
        return Health(
            freshness=_read_freshness(connection, schema),
            reconciled=reconciled,
            problems=[*_problems(figures), *_apart(apart)],
            searches=sum(figures.outcomes.values()),
        )


def _problems(figures: Figures) -> list[str]:
    counts = {name: figures.outcomes.get(name, 0) for name in ("incomplete", "failed")}
    return [
        f"{count:,} search{'' if count == 1 else 'es'} {name}"
        for name, count in counts.items()
        if count
    ]


def _apart(metrics: list[str]) -> list[str]:
    if not metrics:
        return []
    return [f"{', '.join(metrics)} differ{'s' if len(metrics) == 1 else ''} from the platform's"]


def _read_freshness(connection: duckdb.DuckDBPyConnection, schema: str) -> Rows:
    quoted_schema = schema.replace('"', '""')
    queries = []
    for table, columns in sorted(read_columns(connection).get(schema, {}).items()):
        until, loaded_at = _latest(columns, MOMENTS), _latest(columns, READ)
        quoted = table.replace('"', '""')
        name = table.replace("'", "''")
        queries.append(
            f"select '{name}' as stream, count(*) as records, {until} as until, "
            f'{loaded_at} as loaded_at from loaded."{quoted_schema}"."{quoted}"'
        )
    return fetch(connection, " union all ".join(queries)) if queries else []


def _latest(columns: set[str], wanted: tuple[str, ...]) -> str:
    """Write the latest of the first wanted column, to the minute."""
    column = next((name for name in wanted if name in columns), None)
    if column is None:
        return "null::varchar"
    return f"strftime(try_cast(max({column}) as timestamp), '%Y-%m-%d %H:%M')"


_RECONCILED = """
    select
        metric,
        compared_groups as groups,
        agreeing_groups as agreeing,
        greatest(events_apart_percent, milliseconds_apart_percent) as apart
    from rec_genesys__metric_totals
    union all
    select 'oServiceLevel', compared_groups, agreeing_groups, apart_percent
    from rec_genesys__service_level
    where is_configured
    order by metric
"""
