with measures as (
    select
        interval_started_at,
        queue_id,
        coalesce(media_type, 'unknown') as media_type,
        coalesce(direction, 'unknown') as direction,
        {{ genesys.genesys_queue_counts() | indent(8) }},
        {{ genesys.genesys_handling_counts() | indent(8) }}
    from {{ ref('int_genesys__interval_metrics') }}
    where queue_id is not null
    group by
        interval_started_at,
        queue_id,
        coalesce(media_type, 'unknown'),
        coalesce(direction, 'unknown')
),

placed as (
    select
        *,
        {{ genesys.genesys_local('interval_started_at') }} as local_started_at
    from measures
)

select
    interval_started_at as interval_start_utc,
    cast(local_started_at as date) as local_date,
    {{ genesys.genesys_weekday('local_started_at') }} as local_weekday,
    {{ genesys.genesys_half_hour('local_started_at') }} as local_half_hour,
    queue_id,
    media_type,
    direction,
    offered,
    answered,
    abandoned,
    short_abandoned,
    flow_out,
    over_sla,
    {% if var('genesys_queue_metrics_from') == 'events' -%}
    answered - over_sla as sl_numerator,
    {{ genesys.genesys_service_level_denominator(
        var('genesys_sl_include_flow_outs'),
        var('genesys_sl_include_short_abandons'),
        var('genesys_sl_include_abandons')
    ) }} as sl_denominator,
    {%- else -%}
    platform_sl_numerator as sl_numerator,
    platform_sl_denominator as sl_denominator,
    {%- endif %}
    answer_ms,
    abandon_ms,
    handled,
    handle_ms,
    talk_ms,
    held_ms,
    acw_ms,
    contacting_ms,
    dialing_ms,
    transferred,
    blind_transferred,
    consult_transferred,
    outbound,
    longest_wait_ms,
    '{{ var("genesys_queue_metrics_from") }}' as source
from placed
