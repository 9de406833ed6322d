-- What the metrics, sessions and segments of a conversation add up to.
with events as (
    select
        conversation_id,
        count(distinct user_id) as agent_count,
        sum(case when metric = 'tAcd' then metric_value else 0 end) as wait_ms,
        sum(case when metric = 'tTalkComplete' then metric_value else 0 end) as talk_ms,
        sum(case when metric = 'tHeldComplete' then metric_value else 0 end) as held_ms,
        sum(case when metric = 'tAcw' then metric_value else 0 end) as acw_ms,
        sum(case when metric = 'tHandle' then metric_value else 0 end) as handle_ms,
        sum(case when metric = 'tAbandon' then 1 else 0 end) as abandons,
        sum(case when metric = 'nTransferred' then metric_value else 0 end) as transfers
    from {{ ref('int_genesys__metric_events') }}
    group by conversation_id
),

handlers as (
    select
        conversation_id,
        user_id,
        row_number() over (partition by conversation_id order by emitted_at, session_id) as place,
        row_number() over (
            partition by conversation_id order by emitted_at desc, session_id desc
        ) as place_from_end
    from {{ ref('int_genesys__metric_events') }}
    where metric = 'nConnected' and user_id is not null
),

first_and_last as (
    select
        conversation_id,
        max(case when place = 1 then user_id end) as first_user_id,
        max(case when place_from_end = 1 then user_id end) as last_user_id
    from handlers
    group by conversation_id
)

select events.*, first_and_last.first_user_id, first_and_last.last_user_id
from events
left join first_and_last on events.conversation_id = first_and_last.conversation_id
