{{ config(enabled=var('genesys_using_user_status')) }}

-- R4: the presences of a user fill an interval, and the routing statuses what of it is not offline.
with intervals as (
    select
        status.user_id,
        status.interval_started_at,
        {{ dbt.datediff('status.interval_started_at', 'max(status.interval_ended_at)', 'millisecond') }} as interval_ms,
        sum(case when status.metric = 'tSystemPresence' then status.duration_ms else 0 end) as presence_ms,
        sum(
            case
                when status.metric = 'tSystemPresence' and status.qualifier <> 'OFFLINE'
                    then status.duration_ms
                else 0
            end
        ) as present_ms,
        sum(case when status.metric = 'tAgentRoutingStatus' then status.duration_ms else 0 end) as routing_ms
    from {{ ref('stg_genesys__user_status_aggregates') }} as status
    cross join {{ ref('int_genesys__data_range') }} as data_range
    where
        status.interval_started_at >= data_range.compared_from
        and status.interval_started_at < data_range.compared_until
    group by status.user_id, status.interval_started_at
)

select *
from intervals
where
    (presence_ms > 0 and presence_ms <> interval_ms)
    or (routing_ms > 0 and routing_ms <> present_ms)
