{{ config(enabled=var('genesys_using_user_status')) }}

select
    aggregate_id,
    {{ genesys.genesys_utc('interval_start') }} as interval_started_at,
    {{ genesys.genesys_utc('interval_end') }} as interval_ended_at,
    user_id,
    metric,
    qualifier,
    {{ genesys.genesys_quoted('sum') }} as duration_ms
from {{ source('genesys', 'user_status_aggregates') }}
