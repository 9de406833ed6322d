"""What the page shows, read from the tables of a DuckDB file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[dict[str, Any]]

MOST_FACETS = 6
MOST_BUCKETS = 8
MOST_WINDOWS = 100
"""Listed one by one."""

# What a search has sent: a submission for each query id, its polls, and the pages that do not come
# with the last poll. Requests that were tried again count.
_REQUESTS = """
    retry_count + case search_api
        when 'interaction_search' then json_array_length(query_ids) + poll_count
        when 'conversation_jobs' then json_array_length(query_ids) + poll_count + page_count
        else page_count
    end
"""

# A window that was read again has an audit each time; the last one counts.
_LATEST = """
    select * from search_audits
    qualify row_number() over (partition by search_id order by started_at desc) = 1
"""


@dataclass(frozen=True)
class Figures:
    """The figures of a database; what has no table has no rows.

    Attributes:
        interactions: How many interactions there are.
        first: When the first one was, ISO 8601; None where there is none.
        last: When the last one was.
        by_day: `day`, `media_type`, `interactions`.
        facets: Facet to `bucket` and `interactions`, largest first.
        relevance: `score` (lower end of a bin of 0.05) and `interactions`.
        searches: Each search as last read: `window_start`, `seconds`, `hit_rate`, `status`.
        usage: `minute` and `requests`, of all searches together.
        outcomes: Status to number of windows.
        left: Windows that are not complete: `window_start`, `window_end`, `status`, `found`,
            `matching`, `error`.
    """

    interactions: int
    first: str | None
    last: str | None
    by_day: Rows
    facets: dict[str, Rows]
    relevance: Rows
    searches: Rows
    usage: Rows
    outcomes: dict[str, int]
    left: Rows

    @property
    def requests(self) -> int:
        """How many requests the searches took."""
        return round(sum(float(row["requests"]) for row in self.usage))

    @property
    def busiest_minute(self) -> float:
        """The most requests in any minute."""
        return max((row["requests"] for row in self.usage), default=0.0)

    @property
    def hit_rate(self) -> float | None:
        """Share of the matching interactions that complete windows have, in percent."""
        rates = [row["hit_rate"] for row in self.searches if row["status"] == "completed"]
        return sum(rates) / len(rates) if rates else None

    def latency(self, share: float) -> float | None:
        """Seconds that a share of the searches took at most."""
        seconds = sorted(row["seconds"] for row in self.searches)
        return seconds[min(len(seconds) - 1, int(share * len(seconds)))] if seconds else None


def read_figures(database: Path, schema: str) -> Figures:
    """Read the figures of a database.

    Args:
        database: The DuckDB file.
        schema: Where the tables are.

    Returns:
        The figures.

    Raises:
        duckdb.Error: It is no database, or its tables are not this tap's.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        # What is not loaded is empty; views would be written, so these are of this session.
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = ?", [schema]
            ).fetchall()
        }

        def rows(table: str, query: str) -> Rows:
            if table not in tables:
                return []
            answer = connection.execute(query)
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

        if tables:
            connection.execute("set schema = ?", [schema])
        span = rows(
            "interactions",
            "select count(*) as interactions, strftime(min(timestamp), '%Y-%m-%dT%H:%M:%SZ') "
            "as first, strftime(max(timestamp), '%Y-%m-%dT%H:%M:%SZ') as last from interactions",
        )
        buckets = rows("interaction_facets", _BUCKETS)
        outcomes = rows(
            "search_audits",
            _OUTCOMES,
        )
        return Figures(
            interactions=span[0]["interactions"] if span else 0,
            first=span[0]["first"] if span else None,
            last=span[0]["last"] if span else None,
            by_day=rows("interactions", _BY_DAY),
            facets={
                facet: [
                    {"bucket": row["bucket"], "interactions": row["interactions"]}
                    for row in buckets
                    if row["facet"] == facet
                ]
                for facet in dict.fromkeys(row["facet"] for row in buckets)
            },
            relevance=rows("interactions", _RELEVANCE),
            searches=rows("search_audits", _SEARCHES),
            usage=rows("search_audits", _USAGE),
            outcomes={row["status"]: row["windows"] for row in outcomes},
            left=rows("search_audits", _LEFT),
        )


_BY_DAY = """
    select
        strftime(timestamp, '%Y-%m-%d') as day,
        media_type,
        count(*) as interactions
    from interactions
    group by all
    order by all
"""

_RELEVANCE = """
    select
        round(least(floor(relevance_score * 20), 19) / 20, 2) as score,
        count(*) as interactions
    from interactions
    where relevance_score > 0
    group by all
    order by all
"""

_BUCKETS = f"""
    with counted as (
        select facet, bucket_key as bucket, sum(bucket_count)::bigint as interactions
        from interaction_facets
        group by all
    ),

    wanted as (
        select facet from counted group by facet order by sum(interactions) desc, facet
        limit {MOST_FACETS}
    )

    select * from counted
    where facet in (select facet from wanted)
    qualify row_number() over (
        partition by facet order by interactions desc, bucket
    ) <= {MOST_BUCKETS}
    order by facet, interactions desc, bucket
"""

_OUTCOMES = f"select status, count(*) as windows from ({_LATEST}) group by all order by status"

_SEARCHES = f"""
    select
        strftime(window_start, '%Y-%m-%dT%H:%M:%SZ') as window_start,
        latency_ms / 1000 as seconds,
        hit_rate_percentage as hit_rate,
        status
    from ({_LATEST})
    order by all
"""

# What a search sends is taken to be spread evenly over the time it took.
_USAGE = f"""
    with searches as (
        select
            started_at,
            greatest(coalesce(completed_at, started_at), started_at) as ended_at,
            {_REQUESTS} as requests
        from search_audits
    ),

    minutes as (
        select
            *,
            unnest(
                generate_series(
                    date_trunc('minute', started_at), ended_at, interval 1 minute
                )
            ) as minute
        from searches
    )

    select
        strftime(minute, '%Y-%m-%dT%H:%M:%SZ') as minute,
        sum(
            requests * case
                when ended_at = started_at then 1
                else epoch(
                    least(ended_at, minute + interval 1 minute) - greatest(started_at, minute)
                ) / epoch(ended_at - started_at)
            end
        )::double as requests
    from minutes
    group by all
    order by all
"""

_LEFT = f"""
    select
        strftime(window_start, '%Y-%m-%d %H:%M:%S') as window_start,
        strftime(window_end, '%Y-%m-%d %H:%M:%S') as window_end,
        status,
        extracted_records::bigint as found,
        total_matching_records::bigint as matching,
        error
    from ({_LATEST})
    where status <> 'completed'
    order by all
    limit {MOST_WINDOWS}
"""
