select
    conversation_id,
    participant_id,
    session_id,
    media_type,
    direction,
    ani,
    address_from,
    remote
from {{ source('genesys', 'conversation_sessions') }}
