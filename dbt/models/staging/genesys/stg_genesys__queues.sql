select
    id as queue_id,
    {{ genesys.genesys_quoted('name') }} as queue_name,
    division_id,
    media_settings
from {{ source('genesys', 'queues') }}
