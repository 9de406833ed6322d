"""What the page shows, read from the tables of a DuckDB file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tap_genesys_search.report.pipeline import queries
from tap_genesys_search.report.pipeline.facets import read_facets
from tap_genesys_search.report.pipeline.spans import UNITS, USAGE_UNITS, choose_unit, span_columns
from tap_genesys_search.report.pipeline.tables import opened
from tap_genesys_search.report.warehouse import Rows, fetch

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class Figures:
    """The figures of a database; what is not loaded has no rows.

    Spans of time are `since` and `until`, in milliseconds of the Unix epoch, and `when` in words.

    Attributes:
        interactions: How many interactions there are.
        first: When the first one was, UTC; None where there is none.
        last: When the last one was.
        loaded_at: When the last search was complete.
        unit: How long a span is: `hour`, `day`, `week` or `month`.
        by_time: Span, `media_type`, `interactions`.
        facets: Facet to `bucket` and `interactions`, largest first.
        relevance: `score` (lower end of a bin of 0.05), `to` and `interactions`.
        hit_rate: Share of the matching interactions that was extracted, in percent; None where
            nothing matched.
        hit_rates: Span, `matching`, `extracted`, `hit_rate`.
        median_latency: Seconds that half of the searches took at most.
        slow_latency: Seconds that 95 % of them took at most.
        latencies: Span, `searches`, `median`, `slow` (seconds).
        requests: How many requests the searches took.
        busiest_minute: The most of them in any minute.
        usage_unit: How long a span of `usage` is: `minute`, `hour` or `day`.
        usage: Span, and `requests` in its busiest minute.
        outcomes: Status to number of windows.
        outcomes_by_time: Span, `status`, `windows`.
        left: Windows that are not complete: `window_start`, `window_end`, `status`, `found`,
            `matching`, `error`; those that were split last.
        handle_times: `queue`, `handled`, `minutes` on average, the busiest first.
        abandons: `hour` of the day, `offered`, `abandoned`, `rate` in percent.
    """

    interactions: int
    first: datetime | None
    last: datetime | None
    loaded_at: datetime | None
    unit: str
    by_time: Rows
    facets: dict[str, Rows]
    relevance: Rows
    hit_rate: float | None
    hit_rates: Rows
    median_latency: float | None
    slow_latency: float | None
    latencies: Rows
    requests: int
    busiest_minute: float
    usage_unit: str
    usage: Rows
    outcomes: dict[str, int]
    outcomes_by_time: Rows
    left: Rows
    handle_times: Rows
    abandons: Rows


def read_figures(database: Path, schema: str) -> Figures:
    """Read the figures of a database.

    Args:
        database: The DuckDB file.
        schema: Where the tables are.

    Returns:
        The figures.

    Raises:
        NoTablesError: It has none of this tap's tables.
        duckdb.Error: The file is not a database, or its tables are not this tap's.
    """
    with opened(database, schema) as connection:
        rows = partial(fetch, connection)
        (totals,) = rows(queries.TOTALS)
        (searches,) = rows(queries.SEARCHES)
        connection.execute(queries.MINUTES)
        (use,) = rows(queries.USE)
        unit = choose_unit(totals["since"], totals["until"], UNITS)
        usage_unit = choose_unit(use["since"], use["until"], USAGE_UNITS)
        return Figures(
            interactions=totals["interactions"],
            first=totals["first"],
            last=totals["last"],
            loaded_at=totals["loaded_at"],
            unit=unit,
            by_time=rows(queries.BY_TIME.format(span=span_columns("timestamp", unit))),
            facets=read_facets(connection),
            relevance=rows(queries.RELEVANCE),
            hit_rate=searches["hit_rate"],
            hit_rates=rows(queries.HIT_RATES.format(span=span_columns("window_start", unit))),
            median_latency=searches["median"],
            slow_latency=searches["slow"],
            latencies=rows(queries.LATENCIES.format(span=span_columns("window_start", unit))),
            requests=round(use["requests"]),
            busiest_minute=use["busiest"],
            usage_unit=usage_unit,
            usage=rows(queries.USAGE.format(span=span_columns("minute", usage_unit))),
            outcomes={row["status"]: row["windows"] for row in rows(queries.OUTCOMES)},
            outcomes_by_time=rows(
                queries.OUTCOMES_BY_TIME.format(span=span_columns("window_start", unit))
            ),
            left=rows(queries.LEFT),
            handle_times=rows(queries.HANDLE_TIMES),
            abandons=rows(queries.ABANDONS),
        )
