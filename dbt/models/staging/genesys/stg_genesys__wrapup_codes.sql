select
    id as wrapup_code_id,
    {{ genesys.genesys_quoted('name') }} as wrapup_code_name,
    division_id
from {{ source('genesys', 'wrapup_codes') }}
