-- The interval metrics that the facts are made of.
{% if var('genesys_queue_metrics_from') == 'events' -%}
select
    *,
    cast(null as {{ dbt.type_numeric() }}) as numerator,
    cast(null as {{ dbt.type_numeric() }}) as denominator
from {{ ref('int_genesys__interval_metrics_from_events') }}
{%- else -%}
select * from {{ ref('int_genesys__interval_metrics_from_aggregates') }}
{%- endif %}
