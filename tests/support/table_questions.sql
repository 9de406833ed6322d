-- Five questions about conversations, over the tables as they are loaded, for DuckDB. They name no
-- schema. Days and hours are those of the session's time zone.


-- 1. How long does it take to handle a conversation, by queue and day?
-- The day is that on which the agent was done, as in the platform's own reports. A metric is of a
-- session; the queue is on that session's segments.
with session_queues as (
    select conversation_id, participant_id, session_id, max(queue_id) as queue_id
    from conversation_segments
    group by all
)

select
    session_queues.queue_id,
    coalesce(queues.name, session_queues.queue_id) as queue,
    cast(conversation_metrics.emit_date as date) as day,
    count(*) as handled,
    avg(conversation_metrics.value) / 1000 as average_handle_seconds
from conversation_metrics
inner join session_queues using (conversation_id, participant_id, session_id)
left join queues on session_queues.queue_id = queues.id
where conversation_metrics.name = 'tHandle' and session_queues.queue_id is not null
group by all
order by queue, day;


-- 2. How many conversations did each agent transfer?
select
    conversation_participants.user_id,
    coalesce(users.name, conversation_participants.user_id) as agent,
    sum(conversation_metrics.value) as transfers
from conversation_metrics
inner join conversation_participants using (conversation_id, participant_id)
left join users on conversation_participants.user_id = users.id
where conversation_metrics.name = 'nTransferred'
group by all
order by transfers desc, agent;


-- 3. How many customers abandon, by the hour of the day at which they came to a queue?
-- Only those that have left the queue count: their wait, tAcd, has been measured.
with offers as (
    select
        conversation_id,
        participant_id,
        session_id,
        min(emit_date) filter (where name = 'nOffered') as offered_at,
        count(*) filter (where name = 'tAbandon') > 0 as is_abandoned
    from conversation_metrics
    group by all
    having
        count(*) filter (where name = 'nOffered') > 0
        and count(*) filter (where name = 'tAcd') > 0
)

select
    extract(hour from offered_at) as hour,
    count(*) as offered,
    count(*) filter (where is_abandoned) as abandoned,
    count(*) filter (where is_abandoned) / count(*) as abandon_rate
from offers
group by all
order by hour;


-- 4. Which were the longest holds?
select
    conversation_segments.conversation_id,
    conversation_participants.user_id,
    coalesce(users.name, conversation_participants.user_id) as agent,
    coalesce(queues.name, conversation_segments.queue_id) as queue,
    conversation_segments.segment_start as held_from,
    date_diff(
        'millisecond', conversation_segments.segment_start, conversation_segments.segment_end
    ) / 1000 as hold_seconds
from conversation_segments
inner join conversation_participants using (conversation_id, participant_id)
left join users on conversation_participants.user_id = users.id
left join queues on conversation_segments.queue_id = queues.id
where
    conversation_segments.segment_type = 'hold'
    and conversation_segments.segment_end is not null
order by hold_seconds desc, conversation_segments.conversation_id
limit 20;


-- 5. Which wrap-up codes do agents give, by media type?
with wrap_ups as (
    select
        coalesce(conversation_sessions.media_type, 'unknown') as media_type,
        conversation_segments.wrap_up_code
    from conversation_segments
    inner join conversation_sessions using (conversation_id, participant_id, session_id)
    where conversation_segments.wrap_up_code is not null
),

counts as (
    select media_type, wrap_up_code, count(*) as wrap_ups
    from wrap_ups
    group by all
)

select
    counts.media_type,
    counts.wrap_up_code,
    coalesce(wrapup_codes.name, counts.wrap_up_code) as wrap_up,
    counts.wrap_ups,
    counts.wrap_ups / sum(counts.wrap_ups) over (partition by counts.media_type) as share
from counts
left join wrapup_codes on counts.wrap_up_code = wrapup_codes.id
order by counts.media_type, counts.wrap_ups desc, wrap_up;
