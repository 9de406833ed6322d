with ids as (
    select wrapup_code_id as id from {{ ref('stg_genesys__wrapup_codes') }}
    union distinct
    select wrap_up_code as id
    from {{ ref('stg_genesys__conversation_segments') }}
    where wrap_up_code is not null
)

select
    ids.id as wrapup_code_id,
    case
        when codes.wrapup_code_id is not null then codes.wrapup_code_name
        when ids.id like 'ININ-%' then 'System: ' || ids.id
        else 'Deleted code ' || ids.id
    end as wrapup_code_name,
    ids.id like 'ININ-%' as is_of_system,
    codes.wrapup_code_id is not null as is_listed,
    codes.division_id
from ids
left join {{ ref('stg_genesys__wrapup_codes') }} as codes on ids.id = codes.wrapup_code_id
