with ids as (
    select presence_id as id from {{ ref('stg_genesys__presence_definitions') }}
    {%- if var('genesys_using_user_status') %}
    union distinct
    select qualifier as id
    from {{ ref('stg_genesys__user_status_aggregates') }}
    where metric = 'tOrganizationPresence' and qualifier is not null
    {%- endif %}
)

select
    ids.id as presence_id,
    case
        when presences.presence_id is null then 'Deleted presence ' || ids.id
        else presences.presence_name
    end as presence_name,
    presences.system_presence,
    presences.presence_id is not null as is_listed,
    coalesce(presences.is_deactivated, false) as is_deactivated
from ids
left join {{ ref('stg_genesys__presence_definitions') }} as presences
    on ids.id = presences.presence_id
