-- The queue of a session, and from when until when where it has had several.
with visits as (
    select
        conversation_id,
        participant_id,
        session_id,
        queue_id,
        min(segment_started_at) as first_seen_at
    from {{ ref('stg_genesys__conversation_segments') }}
    where queue_id is not null
    group by conversation_id, participant_id, session_id, queue_id
)

select
    conversation_id,
    participant_id,
    session_id,
    queue_id,
    case
        when row_number() over (
            partition by conversation_id, participant_id, session_id
            order by first_seen_at, queue_id
        ) > 1 then first_seen_at
    end as valid_from,
    lead(first_seen_at) over (
        partition by conversation_id, participant_id, session_id
        order by first_seen_at, queue_id
    ) as valid_until
from visits
