{{ config(materialized='table') }}

-- What the platform's aggregates count and add up, computed from the conversations.
select
    interval_started_at,
    queue_id,
    user_id,
    media_type,
    direction,
    metric,
    sum(case when metric like 'n%' then metric_value else 1 end) as events,
    sum(case when metric like 't%' then metric_value else 0 end) as total_ms,
    max(case when metric like 't%' then metric_value end) as longest_ms
from {{ ref('int_genesys__metric_events') }}
where emitted_at is not null and (metric like 'n%' or metric like 't%')
group by interval_started_at, queue_id, user_id, media_type, direction, metric
