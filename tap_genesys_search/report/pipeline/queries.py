"""The queries behind the figures, for DuckDB.

`{span}` stands for the columns of `spans.span_columns`.
"""

MOST_QUEUES = 12


MOST_WINDOWS = 50
"""Listed one by one."""


TOTALS = """
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


BY_TIME = """
    select {span}, coalesce(media_type, 'unknown') as media_type, count(*) as interactions
    from interactions
    where timestamp is not null
    group by all
    order by since, media_type
"""


RELEVANCE = """
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


_HIT_RATE = "100 * sum(extracted_records) / nullif(sum(total_matching_records), 0)"


_READ = "from windows where status in ('completed', 'incomplete')"


SEARCHES = f"""
    select
        {_HIT_RATE} as hit_rate,
        quantile_cont(latency_ms, 0.5) / 1000 as median,
        quantile_cont(latency_ms, 0.95) / 1000 as slow
    {_READ}
"""


HIT_RATES = f"""
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


LATENCIES = f"""
    select
        {{span}},
        count(*) as searches,
        quantile_cont(latency_ms, 0.5) / 1000 as median,
        quantile_cont(latency_ms, 0.95) / 1000 as slow
    {_READ} and window_start is not null and latency_ms is not null
    group by all
    order by since
"""


OUTCOMES = """
    select status, count(*) as windows from windows where status is not null
    group by all order by status
"""


OUTCOMES_BY_TIME = """
    select {span}, status, count(*) as windows
    from windows
    where status is not null and window_start is not null
    group by all
    order by since, status
"""


# What a search has sent: a submission for each query id, its polls, and the pages that do not come
# with the last poll. Requests that were tried again count. They are taken to be spread evenly over
# the time that it took.
MINUTES = """
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


USE = """
    select
        coalesce(sum(requests), 0) as requests,
        coalesce(max(requests), 0) as busiest,
        min(minute) as since,
        max(minute) as until
    from minutes
"""


USAGE = """
    select {span}, max(requests) as requests from minutes group by all order by since
"""


LEFT = f"""
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
HANDLE_TIMES = f"""
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
ABANDONS = """
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
