-- The handle time of a session is with the first of its wrap-ups.
with wrapups as (
    select
        segments.conversation_id,
        segments.participant_id,
        segments.session_id,
        cast({{ genesys.genesys_local('segments.segment_ended_at') }} as date) as local_date,
        coalesce(segments.queue_id, 'none') as queue_id,
        coalesce(sessions.media_type, 'unknown') as media_type,
        segments.wrap_up_code as wrapup_code_id,
        row_number() over (
            partition by segments.conversation_id, segments.participant_id, segments.session_id
            order by segments.segment_started_at, segments.segment_position
        ) as place
    from {{ ref('stg_genesys__conversation_segments') }} as segments
    inner join {{ ref('stg_genesys__conversation_sessions') }} as sessions
        on
            segments.conversation_id = sessions.conversation_id
            and segments.participant_id = sessions.participant_id
            and segments.session_id = sessions.session_id
    where
        segments.segment_type = 'wrapup'
        and segments.wrap_up_code is not null
        and segments.segment_ended_at is not null
),

handlings as (
    select conversation_id, participant_id, session_id, sum(metric_value) as handle_ms
    from {{ ref('int_genesys__metric_events') }}
    where metric = 'tHandle'
    group by conversation_id, participant_id, session_id
)

select
    wrapups.local_date,
    wrapups.queue_id,
    wrapups.media_type,
    wrapups.wrapup_code_id,
    count(*) as wrapups,
    coalesce(sum(case when wrapups.place = 1 then handlings.handle_ms end), 0) as handle_ms
from wrapups
left join handlings
    on
        wrapups.conversation_id = handlings.conversation_id
        and wrapups.participant_id = handlings.participant_id
        and wrapups.session_id = handlings.session_id
group by
    wrapups.local_date, wrapups.queue_id, wrapups.media_type, wrapups.wrapup_code_id
