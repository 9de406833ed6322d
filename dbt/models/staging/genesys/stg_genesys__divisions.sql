select
    id as division_id,
    {{ genesys.genesys_quoted('name') }} as division_name,
    home_division as is_home_division
from {{ source('genesys', 'divisions') }}
