select
    conversation_id,
    participant_id,
    session_id,
    {{ genesys.genesys_quoted('position') }} as metric_position,
    {{ genesys.genesys_utc('emit_date') }} as emitted_at,
    {{ genesys.genesys_quoted('name') }} as metric,
    {{ genesys.genesys_quoted('value') }} as metric_value
from {{ source('genesys', 'conversation_metrics') }}
