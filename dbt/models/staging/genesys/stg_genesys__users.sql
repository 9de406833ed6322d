select
    id as user_id,
    {{ genesys.genesys_quoted('name') }} as user_name,
    {{ genesys.genesys_quoted('state') }} as user_state,
    department,
    division_id,
    manager_id
from {{ source('genesys', 'users') }}
