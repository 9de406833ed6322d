{%- set seen = ['int_genesys__interval_metrics', 'stg_genesys__conversation_participants'] %}
{%- if var('genesys_using_user_status') %}{% do seen.append('stg_genesys__user_status_aggregates') %}{% endif %}
{%- if var('genesys_using_surveys') %}{% do seen.append('stg_genesys__conversation_surveys') %}{% endif %}
{%- if var('genesys_using_evaluations') %}{% do seen.append('stg_genesys__conversation_evaluations') %}{% endif %}

with seen as (
    {{ genesys.genesys_seen(seen, 'user_id') | indent(4) }}
),

ids as (
    select user_id as id from {{ ref('stg_genesys__users') }}
    union distinct
    select id from seen
    union distinct
    select 'none' as id
)

select
    ids.id as user_id,
    case
        when ids.id = 'none' then 'Nobody'
        when users.user_id is null then 'Deleted user ' || ids.id
        else users.user_name
    end as user_name,
    users.user_id is not null as is_listed,
    users.user_state,
    users.department,
    users.division_id,
    users.manager_id
from ids
left join {{ ref('stg_genesys__users') }} as users on ids.id = users.user_id
