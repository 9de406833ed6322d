"""What the page shows, read from the tables of a DuckDB file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tap_genesys_search.report.tables import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import duckdb


Rows = list[dict[str, Any]]


MOST_FACETS = 6

MOST_BUCKETS = 8

MOST_QUEUES = 12

MOST_WINDOWS = 50
"""Listed one by one."""


UNITS = {
    "hour": timedelta(days=2),
    "day": timedelta(days=150),
    "week": timedelta(days=3 * 366),
    "month": timedelta.max,
}
"""By what a span is shown, up to which length."""


USAGE_UNITS = {
    "minute": timedelta(hours=3),
    "hour": timedelta(days=5),
    "day": timedelta.max,
}
"""By what the use of the API is shown."""


_PERSONAL = frozenset(
    {"ani", "dnis", "address", "addresses", "email", "phone", "remote"}
    | {"customer", "participant", "contact", "callback"}
)
"""A facet with one of these words in its name counts customers, or their numbers."""


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


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
        duckdb.Error: It is no database, or its tables are not this tap's.
    """
    with opened(database, schema) as connection:

        def rows(query: str, **parameters: object) -> Rows:
            answer = connection.execute(query, parameters)
            names = [column[0] for column in answer.description or ()]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

        (totals,) = rows(_TOTALS)
        (searches,) = rows(_SEARCHES)
        connection.execute(_MINUTES)
        (use,) = rows(_USE)
        unit = _unit(totals["since"], totals["until"], UNITS)
        usage_unit = _unit(use["since"], use["until"], USAGE_UNITS)
        facets = rows(_BUCKETS, windows=_apart(connection), facets=_impersonal(connection))
        return Figures(
            interactions=totals["interactions"],
            first=totals["first"],
            last=totals["last"],
            loaded_at=totals["loaded_at"],
            unit=unit,
            by_time=rows(_BY_TIME.format(span=_span("timestamp", unit))),
            facets={
                facet: [
                    {"bucket": name_bucket(row["bucket"]), "interactions": row["interactions"]}
                    for row in facets
                    if row["facet"] == facet
                ]
                for facet in dict.fromkeys(row["facet"] for row in facets)
            },
            relevance=rows(_RELEVANCE),
            hit_rate=searches["hit_rate"],
            hit_rates=rows(_HIT_RATES.format(span=_span("window_start", unit))),
            median_latency=searches["median"],
            slow_latency=searches["slow"],
            latencies=rows(_LATENCIES.format(span=_span("window_start", unit))),
            requests=round(use["requests"]),
            busiest_minute=use["busiest"],
            usage_unit=usage_unit,
            usage=rows(_USAGE.format(span=_span("minute", usage_unit))),
            outcomes={row["status"]: row["windows"] for row in rows(_OUTCOMES)},
            outcomes_by_time=rows(_OUTCOMES_BY_TIME.format(span=_span("window_start", unit))),
            left=rows(_LEFT),
            handle_times=rows(_HANDLE_TIMES),
            abandons=rows(_ABANDONS),
        )


def is_personal(facet: str) -> bool:
    """Tell whether the values of a facet may be a customer's name, number or address."""
    return any(word.lower() in _PERSONAL for word in _WORD.findall(facet))


def name_bucket(key: str) -> str:
    """Name a bucket; one that counts a range has its bounds as a key, in JSON."""
    try:
        bounds = json.loads(key)
        low, high = bounds.get("gte"), bounds.get("lt")
        name = f"from {low:,.10g}" if high is None else f"{low or 0:,.10g} to {high:,.10g}"
    except (ValueError, TypeError, AttributeError, RecursionError):
        return key
    return name


def _impersonal(connection: duckdb.DuckDBPyConnection) -> list[str]:
    names = connection.execute(
        "select distinct facet from interaction_facets where facet is not null"
    ).fetchall()
    return [name for (name,) in names if not is_personal(name)]


def _apart(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Choose searches whose facets count no moment twice.

    Those of conversations count whole days, whatever the window; and with `lookback_hours` windows
    overlap.
    """
    windows = connection.execute(_FACET_WINDOWS).fetchall()
    chosen: list[str] = []
    until = None
    for start, end, search_id in windows:
        if until is None or start >= until:
            chosen.append(search_id)
            until = end
    return chosen


def _unit(since: datetime | None, until: datetime | None, units: Mapping[str, timedelta]) -> str:
    """Choose a unit of time that divides a span into as many parts as can be drawn."""
    length = until - since if since and until else timedelta()
    return next(unit for unit, longest in units.items() if length <= longest)


_WORDS = {
    "minute": "%a %-d %b %Y %H:%M",
    "hour": "%a %-d %b %Y %H:00",
    "day": "%a %-d %b %Y",
    "week": "week from %-d %b %Y",
    "month": "%B %Y",
}


def _span(moment: str, unit: str) -> str:
    """Write the columns that tell in which span of time a moment is."""
    start = f"date_trunc('{unit}', {moment})"
    return (
        f"epoch_ms({start}) as since, epoch_ms({start} + interval 1 {unit}) as until, "
        f"strftime({start}, '{_WORDS[unit]}') as \"when\""
    )


_TOTALS = """
    select
        (select count(*) from interactions) as interactions,
        (select min(timestamp) from interactions) as first,
        (select max(timestamp) from interactions) as last,
        (select max(coalesce(completed_at, started_at)) from search_audits) as loaded_at,
        least(
            (select min(timestamp) from interactions), (select min(window_start) from search_audits)
        ) as since,
        greatest(
            (select max(timestamp) from interactions), (select max(window_end) from search_audits)
        ) as until
"""


_BY_TIME = """
    select {span}, coalesce(media_type, 'unknown') as media_type, count(*) as interactions
    from interactions
    where timestamp is not null
    group by all
    order by since, media_type
"""


_RELEVANCE = """
    with counted as (
        select least(floor(relevance_score * 20), 19) as place, count(*) as interactions
        from interactions
        where relevance_score > 0
        group by all
    )

    select
        place / 20 as score,
        (place + 1) / 20 as "to",
        coalesce(interactions, 0) as interactions
    from (select unnest(generate_series(0, 19)) as place)
    left join counted using (place)
    where exists (from counted)
    order by place
"""


_FACET_WINDOWS = """
    select window_start, window_end, max_by(search_id, coalesce(started_at, window_start))
    from (
        select distinct search_id, window_start, window_end from interaction_facets
        where window_start is not null and window_end is not null
    )
    left join (
        select search_id, max(started_at) as started_at from search_audits group by all
    ) using (search_id)
    group by all
    order by window_start, window_end desc
"""


_BUCKETS = f"""
    with counted as (
        select
            facet,
            coalesce(queues.name, bucket_key) as bucket,
            sum(bucket_count)::bigint as interactions
        from interaction_facets
        left join queues on facet = 'queueId' and bucket_key = queues.id
        where list_contains($windows, search_id) and list_contains($facets, facet)
        group by all
        having sum(bucket_count) > 0
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


_HIT_RATE = "100 * sum(extracted_records) / nullif(sum(total_matching_records), 0)"


_READ = "from windows where status in ('completed', 'incomplete')"


_SEARCHES = f"""
    select
        {_HIT_RATE} as hit_rate,
        quantile_cont(latency_ms, 0.5) / 1000 as median,
        quantile_cont(latency_ms, 0.95) / 1000 as slow
    {_READ}
"""


_HIT_RATES = f"""
    select
        {{span}},
        sum(total_matching_records)::bigint as matching,
        sum(extracted_records)::bigint as extracted,
        {_HIT_RATE} as hit_rate
    {_READ} and window_start is not null
    group by all
    having sum(total_matching_records) > 0
    order by since
"""


_LATENCIES = f"""
    select
        {{span}},
        count(*) as searches,
        quantile_cont(latency_ms, 0.5) / 1000 as median,
        quantile_cont(latency_ms, 0.95) / 1000 as slow
    {_READ} and window_start is not null and latency_ms is not null
    group by all
    order by since
"""


_OUTCOMES = """
    select status, count(*) as windows from windows where status is not null
    group by all order by status
"""


_OUTCOMES_BY_TIME = """
    select {span}, status, count(*) as windows
    from windows
    where status is not null and window_start is not null
    group by all
    order by since, status
"""


# What a search has sent: a submission for each query id, its polls, and the pages that do not come
# with the last poll. Requests that were tried again count. They are taken to be spread evenly over
# the time that it took.
_MINUTES = """
    create table minutes as
    with searches as (
        select
            started_at,
            greatest(coalesce(completed_at, started_at), started_at) as ended_at,
            coalesce(retry_count, 0) + case search_api
                when 'interaction_search'
                    then coalesce(json_array_length(query_ids), 0) + coalesce(poll_count, 0)
                when 'conversation_jobs'
                    then
                        coalesce(json_array_length(query_ids), 0)
                        + coalesce(poll_count, 0)
                        + coalesce(page_count, 0)
                else coalesce(page_count, 0)
            end as requests
        from search_audits
        where started_at is not null
    ),

    parts as (
        select
            *,
            unnest(
                generate_series(date_trunc('minute', started_at), ended_at, interval 1 minute)
            ) as minute
        from searches
    )

    select
        minute,
        sum(
            requests * case
                when ended_at = started_at then 1
                else
                    epoch(
                        least(ended_at, minute + interval 1 minute) - greatest(started_at, minute)
                    ) / epoch(ended_at - started_at)
            end
        )::double as requests
    from parts
    group by all
"""


_USE = """
    select
        coalesce(sum(requests), 0) as requests,
        coalesce(max(requests), 0) as busiest,
        min(minute) as since,
        max(minute) as until
    from minutes
"""


_USAGE = """
    select {span}, max(requests) as requests from minutes group by all order by since
"""


_LEFT = f"""
    select
        strftime(window_start, '%Y-%m-%d %H:%M:%S') as window_start,
        strftime(window_end, '%Y-%m-%d %H:%M:%S') as window_end,
        status,
        extracted_records as found,
        total_matching_records as matching,
        error
    from windows
    where status <> 'completed'
    order by status = 'split', windows.window_start desc, windows.window_end
    limit {MOST_WINDOWS}
"""


# As in the platform's own reports: a session's handle time belongs to the queue on its segments.
_HANDLE_TIMES = f"""
    with session_queues as (
        select conversation_id, participant_id, session_id, max(queue_id) as queue_id
        from conversation_segments
        group by all
    )

    select
        coalesce(queues.name, session_queues.queue_id) as queue,
        count(*) as handled,
        avg(conversation_metrics.value) / 60_000 as minutes
    from conversation_metrics
    inner join session_queues using (conversation_id, participant_id, session_id)
    left join queues on session_queues.queue_id = queues.id
    where conversation_metrics.name = 'tHandle' and session_queues.queue_id is not null
    group by all
    order by handled desc, queue
    limit {MOST_QUEUES}
"""


# Only those that have left the queue count: their wait, tAcd, has been measured.
_ABANDONS = """
    with offers as (
        select
            min(emit_date) filter (where name = 'nOffered') as offered_at,
            count(*) filter (where name = 'tAbandon') > 0 as is_abandoned
        from conversation_metrics
        group by conversation_id, participant_id, session_id
        having
            count(*) filter (where name = 'nOffered') > 0
            and count(*) filter (where name = 'tAcd') > 0
    )

    select
        extract(hour from offered_at) as hour,
        count(*) as offered,
        count(*) filter (where is_abandoned) as abandoned,
        100 * count(*) filter (where is_abandoned) / count(*) as rate
    from offers
    where offered_at is not null
    group by all
    order by hour
"""
