{{ config(enabled=var('genesys_using_user_status')) }}

with placed as (
    select
        *,
        {{ genesys.genesys_local('interval_started_at') }} as local_started_at
    from {{ ref('stg_genesys__user_status_aggregates') }}
)

select
    placed.interval_started_at as interval_start_utc,
    cast(placed.local_started_at as date) as local_date,
    {{ genesys.genesys_half_hour('placed.local_started_at') }} as local_half_hour,
    placed.user_id,
    placed.metric,
    placed.qualifier,
    coalesce(max(presences.presence_name), placed.qualifier) as status_name,
    sum(placed.duration_ms) as duration_ms
from placed
left join {{ ref('stg_genesys__presence_definitions') }} as presences
    on placed.metric = 'tOrganizationPresence' and placed.qualifier = presences.presence_id
where placed.user_id is not null
group by
    placed.interval_started_at,
    placed.local_started_at,
    placed.user_id,
    placed.metric,
    placed.qualifier
