select
    conversation_id,
    participant_id,
    session_id,
    media_type,
    direction,
    ani,
    dnis,
    address_from,
    address_to
from {{ source('genesys', 'conversation_sessions') }}
