select
    conversation_id,
    {{ genesys.genesys_utc('conversation_start') }} as started_at,
    {{ genesys.genesys_utc('conversation_end') }} as ended_at,
    originating_direction,
    {{ genesys.genesys_json('division_ids', [0]) }} as division_id,
    cast({{ genesys.genesys_json('resolutions', [0, 'nNextContactAvoided']) }} as integer) as next_contact_avoided
from {{ source('genesys', 'conversations') }}
