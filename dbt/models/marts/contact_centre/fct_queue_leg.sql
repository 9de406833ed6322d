-- The k-th answered entry of a conversation into a queue was answered by its k-th answer there.
with legs as (
    select
        *,
        case
            when abandons = 1 then 'abandoned'
            when flow_outs = 1 then 'flow_out'
            when left_at is null then 'open'
            else 'answered'
        end as outcome
    from {{ ref('int_genesys__queue_legs') }}
),

ranked_legs as (
    select
        *,
        row_number() over (
            partition by conversation_id, queue_id, outcome order by left_at, session_id
        ) as place
    from legs
),

agent_sessions as (
    select
        conversation_id,
        session_id,
        queue_id,
        user_id,
        min(case when metric = 'tAnswered' then emitted_at end) as answered_at,
        max(case when metric = 'nOverSla' then 1 else 0 end) as over_slas
    from {{ ref('int_genesys__metric_events') }}
    where metric in ('tAnswered', 'nOverSla') and queue_id is not null and user_id is not null
    group by conversation_id, session_id, queue_id, user_id
),

answers as (
    select
        *,
        row_number() over (
            partition by conversation_id, queue_id order by answered_at, session_id
        ) as place
    from agent_sessions
    where answered_at is not null
)

select
    legs.conversation_id,
    legs.participant_id,
    legs.session_id,
    legs.queue_id,
    coalesce(legs.media_type, 'unknown') as media_type,
    coalesce(legs.direction, 'unknown') as direction,
    legs.offered_at,
    cast({{ genesys.genesys_local('legs.offered_at') }} as date) as local_date,
    legs.left_at,
    legs.outcome,
    legs.wait_ms,
    answers.user_id as answered_by,
    -- That an answer came late is on the session that waited, or on the one that answered.
    case
        when legs.outcome = 'answered' then legs.over_slas + coalesce(answers.over_slas, 0) = 0
    end as is_within_target
from ranked_legs as legs
left join answers
    on
        legs.conversation_id = answers.conversation_id
        and legs.queue_id = answers.queue_id
        and legs.place = answers.place
        and legs.outcome = 'answered'
