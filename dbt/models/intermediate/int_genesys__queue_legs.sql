-- One row for each entry into a queue: the session of the participant acd that was offered.
select
    conversation_id,
    participant_id,
    session_id,
    queue_id,
    max(media_type) as media_type,
    max(direction) as direction,
    min(case when metric = 'nOffered' then emitted_at end) as offered_at,
    max(case when metric = 'tAcd' then emitted_at end) as left_at,
    max(case when metric = 'tAcd' then metric_value end) as wait_ms,
    max(case when metric = 'tAbandon' then 1 else 0 end) as abandons,
    max(case when metric = 'tFlowOut' then 1 else 0 end) as flow_outs,
    max(case when metric = 'nOverSla' then 1 else 0 end) as over_slas
from {{ ref('int_genesys__metric_events') }}
where purpose = 'acd' and queue_id is not null
group by conversation_id, participant_id, session_id, queue_id
having min(case when metric = 'nOffered' then emitted_at end) is not null
