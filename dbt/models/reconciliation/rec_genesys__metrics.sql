-- R1: each metric by interval, queue, user, medium and direction, from the conversations and as the
-- platform aggregates it. A side without the group has zero.
with sides as (
    select
        metric,
        interval_started_at,
        queue_id,
        user_id,
        media_type,
        direction,
        events,
        total_ms,
        0 as aggregated_events,
        0 as aggregated_ms
    from {{ ref('int_genesys__interval_metrics_from_events') }}

    union all

    select
        metric,
        interval_started_at,
        queue_id,
        user_id,
        media_type,
        direction,
        0 as events,
        0 as total_ms,
        events as aggregated_events,
        total_ms as aggregated_ms
    from {{ ref('int_genesys__interval_metrics_from_aggregates') }}
),

asked as (
    select distinct metric from {{ ref('int_genesys__interval_metrics_from_aggregates') }}
),

-- Intervals may have been loaded before the aggregates were grouped by direction.
directed as (
    select distinct interval_started_at
    from {{ ref('int_genesys__interval_metrics_from_aggregates') }}
    where direction is not null
)

select
    sides.metric,
    sides.interval_started_at,
    sides.queue_id,
    sides.user_id,
    sides.media_type,
    case when directed.interval_started_at is not null then sides.direction end as direction,
    sum(sides.events) as events,
    sum(sides.aggregated_events) as aggregated_events,
    sum(sides.total_ms) as total_ms,
    sum(sides.aggregated_ms) as aggregated_ms
from sides
inner join asked on sides.metric = asked.metric
left join directed on sides.interval_started_at = directed.interval_started_at
cross join {{ ref('int_genesys__data_range') }} as data_range
where
    sides.metric in (
        {%- for metric in var('genesys_reconciled_metrics') %}'{{ metric }}'{% if not loop.last %}, {% endif %}{% endfor -%}
    )
    and sides.interval_started_at >= data_range.compared_from
    and sides.interval_started_at < data_range.compared_until
group by
    sides.metric,
    sides.interval_started_at,
    sides.queue_id,
    sides.user_id,
    sides.media_type,
    case when directed.interval_started_at is not null then sides.direction end
