select
    conversation_id,
    participant_id,
    session_id,
    {{ genesys.genesys_quoted('position') }} as segment_position,
    {{ genesys.genesys_utc('segment_start') }} as segment_started_at,
    {{ genesys.genesys_utc('segment_end') }} as segment_ended_at,
    segment_type,
    queue_id,
    wrap_up_code,
    disconnect_type
from {{ source('genesys', 'conversation_segments') }}
