-- R3: the handle time of a session is talk, hold, after-call work, contacting and dialling.
select
    conversation_id,
    session_id,
    sum(case when metric = 'tHandle' then metric_value else 0 end) as handle_ms,
    sum(case when metric <> 'tHandle' then metric_value else 0 end) as parts_ms
from {{ ref('int_genesys__metric_events') }}
where metric in ('tHandle', 'tTalk', 'tHeld', 'tAcw', 'tContacting', 'tDialing')
group by conversation_id, session_id
having
    max(case when metric = 'tHandle' then 1 else 0 end) = 1
    and sum(case when metric = 'tHandle' then metric_value else 0 end)
    <> sum(case when metric <> 'tHandle' then metric_value else 0 end)
