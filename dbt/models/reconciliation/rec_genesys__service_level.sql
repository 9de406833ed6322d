-- R2: the service level as the platform gives it, and as each combination of the org's options
-- computes it from the platform's own counts.
with groups_of_intervals as (
    select
        metrics.interval_started_at,
        metrics.queue_id,
        metrics.media_type,
        {{ genesys.genesys_metric('tAnswered') }} as answered,
        {{ genesys.genesys_metric('nOverSla') }} as over_sla,
        {{ genesys.genesys_metric('tAbandon') }} as abandoned,
        {{ genesys.genesys_metric('tShortAbandon') }} as short_abandoned,
        {{ genesys.genesys_metric('tFlowOut') }} as flow_out,
        {{ genesys.genesys_metric('oServiceLevel', 'numerator') }} as sl_numerator,
        {{ genesys.genesys_metric('oServiceLevel', 'denominator') }} as sl_denominator
    from {{ ref('int_genesys__interval_metrics_from_aggregates') }} as metrics
    cross join {{ ref('int_genesys__data_range') }} as data_range
    where
        metrics.queue_id is not null
        and metrics.interval_started_at >= data_range.compared_from
        and metrics.interval_started_at < data_range.compared_until
    group by metrics.interval_started_at, metrics.queue_id, metrics.media_type
),

combinations as (
    {%- for flow_outs in [false, true] %}
    {%- for short_abandons in [true, false] %}
    {%- for abandons in [true, false] %}
    select
        {{ flow_outs | lower }} as includes_flow_outs,
        {{ short_abandons | lower }} as includes_short_abandons,
        {{ abandons | lower }} as includes_abandons,
        sl_numerator,
        sl_denominator,
        answered - over_sla as numerator,
        {{ genesys.genesys_service_level_denominator(flow_outs, short_abandons, abandons) }} as denominator
    from groups_of_intervals
    {% if not (flow_outs and not short_abandons and not abandons) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
)

select
    includes_flow_outs,
    includes_short_abandons,
    includes_abandons,
    includes_flow_outs = {{ var('genesys_sl_include_flow_outs') | lower }}
    and includes_short_abandons = {{ var('genesys_sl_include_short_abandons') | lower }}
    and includes_abandons = {{ var('genesys_sl_include_abandons') | lower }} as is_configured,
    count(*) as compared_groups,
    sum(
        case when numerator = sl_numerator and denominator = sl_denominator then 1 else 0 end
    ) as agreeing_groups,
    sum(sl_numerator) as sl_numerator,
    sum(numerator) as numerator,
    sum(sl_denominator) as sl_denominator,
    sum(denominator) as denominator,
    100.0 * sum(abs(numerator - sl_numerator) + abs(denominator - sl_denominator))
    / case when sum(sl_denominator) = 0 then 1 else sum(sl_denominator) end as apart_percent
from combinations
group by includes_flow_outs, includes_short_abandons, includes_abandons
