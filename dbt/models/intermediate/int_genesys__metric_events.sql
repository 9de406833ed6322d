{{ config(materialized='table') }}

-- One row for each metric that the platform has emitted. A length belongs whole to the moment at
-- which it is complete; where a session moves on to another queue, it is of the one it leaves.
select
    metrics.conversation_id,
    metrics.participant_id,
    metrics.session_id,
    metrics.metric_position,
    metrics.emitted_at,
    {{ genesys.genesys_bucket('metrics.emitted_at') }} as interval_started_at,
    metrics.metric,
    metrics.metric_value,
    participants.purpose,
    participants.user_id,
    sessions.media_type,
    sessions.direction,
    queues.queue_id
from {{ ref('stg_genesys__conversation_metrics') }} as metrics
inner join {{ ref('stg_genesys__conversation_sessions') }} as sessions
    on
        metrics.conversation_id = sessions.conversation_id
        and metrics.participant_id = sessions.participant_id
        and metrics.session_id = sessions.session_id
inner join {{ ref('stg_genesys__conversation_participants') }} as participants
    on
        metrics.conversation_id = participants.conversation_id
        and metrics.participant_id = participants.participant_id
left join {{ ref('int_genesys__session_queues') }} as queues
    on
        metrics.conversation_id = queues.conversation_id
        and metrics.participant_id = queues.participant_id
        and metrics.session_id = queues.session_id
        and (
            queues.valid_from is null
            or metrics.emitted_at > queues.valid_from
            or (metrics.emitted_at = queues.valid_from and metrics.metric like 'n%')
        )
        and (
            queues.valid_until is null
            or metrics.emitted_at < queues.valid_until
            or (metrics.emitted_at = queues.valid_until and metrics.metric not like 'n%')
        )
