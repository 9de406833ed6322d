with ids as (
    select division_id as id from {{ ref('stg_genesys__divisions') }}
    union distinct
    select division_id as id from {{ ref('stg_genesys__conversations') }} where division_id is not null
    union distinct
    select division_id as id from {{ ref('stg_genesys__queues') }} where division_id is not null
)

select
    ids.id as division_id,
    case
        when divisions.division_id is null then 'Deleted division ' || ids.id
        else divisions.division_name
    end as division_name,
    divisions.division_id is not null as is_listed,
    coalesce(divisions.is_home_division, false) as is_home_division
from ids
left join {{ ref('stg_genesys__divisions') }} as divisions on ids.id = divisions.division_id
