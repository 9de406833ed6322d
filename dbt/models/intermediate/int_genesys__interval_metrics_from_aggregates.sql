select
    interval_started_at,
    queue_id,
    user_id,
    media_type,
    direction,
    metric,
    sum(coalesce(event_count, 0)) as events,
    sum(case when metric like 't%' then coalesce(event_sum, 0) else 0 end) as total_ms,
    max(case when metric like 't%' then event_max end) as longest_ms,
    sum(coalesce(numerator, 0)) as numerator,
    sum(coalesce(denominator, 0)) as denominator
from {{ ref('stg_genesys__conversation_aggregates') }}
group by interval_started_at, queue_id, user_id, media_type, direction, metric
