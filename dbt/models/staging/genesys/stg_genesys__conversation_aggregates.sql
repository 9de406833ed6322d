{%- set aggregates = source('genesys', 'conversation_aggregates') %}

select
    aggregate_id,
    {{ genesys.genesys_utc('interval_start') }} as interval_started_at,
    {{ genesys.genesys_utc('interval_end') }} as interval_ended_at,
    {{ genesys.genesys_optional(aggregates, 'queue_id') }} as queue_id,
    {{ genesys.genesys_optional(aggregates, 'user_id') }} as user_id,
    {{ genesys.genesys_optional(aggregates, 'media_type') }} as media_type,
    {{ genesys.genesys_optional(aggregates, 'direction') }} as direction,
    metric,
    {{ genesys.genesys_quoted('count') }} as event_count,
    {{ genesys.genesys_quoted('sum') }} as event_sum,
    {{ genesys.genesys_quoted('max') }} as event_max,
    numerator,
    denominator
from {{ aggregates }}
