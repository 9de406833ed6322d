select
    conversation_id,
    participant_id,
    purpose,
    user_id,
    external_contact_id
from {{ source('genesys', 'conversation_participants') }}
