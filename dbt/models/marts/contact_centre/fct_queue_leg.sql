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

answers as (
    select
        conversation_id,
        queue_id,
        user_id,
        row_number() over (
            partition by conversation_id, queue_id order by emitted_at, session_id
        ) as place
    from {{ ref('int_genesys__metric_events') }}
    where metric = 'tAnswered' and queue_id is not null
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
    case when legs.outcome = 'answered' then legs.over_slas = 0 end as is_within_target
from ranked_legs as legs
left join answers
    on
        legs.conversation_id = answers.conversation_id
        and legs.queue_id = answers.queue_id
        and legs.place = answers.place
        and legs.outcome = 'answered'
