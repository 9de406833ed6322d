{%- set seen = ['int_genesys__interval_metrics', 'int_genesys__session_queues'] %}
{%- if var('genesys_using_surveys') %}{% do seen.append('stg_genesys__conversation_surveys') %}{% endif %}
{%- if var('genesys_using_evaluations') %}{% do seen.append('stg_genesys__conversation_evaluations') %}{% endif %}
{%- set media = {
    'voice': 'call', 'callback': 'callback', 'chat': 'chat', 'email': 'email', 'message': 'message'
} %}

with seen as (
    {{ genesys.genesys_seen(seen, 'queue_id') | indent(4) }}
),

ids as (
    select queue_id as id from {{ ref('stg_genesys__queues') }}
    union distinct
    select id from seen
    union distinct
    select 'none' as id
)

select
    ids.id as queue_id,
    case
        when ids.id = 'none' then 'No queue'
        when queues.queue_id is null then 'Deleted queue ' || ids.id
        else queues.queue_name
    end as queue_name,
    queues.queue_id is not null as is_listed,
    queues.division_id,
    {% for medium, setting in media.items() -%}
    cast({{ genesys.genesys_json('queues.media_settings', [setting, 'serviceLevel', 'percentage']) }} as {{ dbt.type_float() }}) * 100 as {{ medium }}_target_percent,
    cast({{ genesys.genesys_json('queues.media_settings', [setting, 'serviceLevel', 'durationMs']) }} as {{ dbt.type_bigint() }}) as {{ medium }}_target_ms{% if not loop.last %},
    {% endif %}
    {%- endfor %}
from ids
left join {{ ref('stg_genesys__queues') }} as queues on ids.id = queues.queue_id
