select
    id as presence_id,
    {{ genesys.genesys_quoted('name') }} as presence_name,
    system_presence,
    deactivated as is_deactivated
from {{ source('genesys', 'presence_definitions') }}
