-- The medium that a conversation began with, its last wrap-up and how it ended.
with segments as (
    select
        segments.conversation_id,
        sessions.media_type,
        segments.wrap_up_code,
        segments.disconnect_type,
        row_number() over (
            partition by segments.conversation_id
            order by
                case when sessions.media_type is null then 1 else 0 end,
                segments.segment_started_at,
                segments.session_id,
                segments.segment_position
        ) as place,
        row_number() over (
            partition by segments.conversation_id
            order by
                case when segments.wrap_up_code is null then 1 else 0 end,
                segments.segment_ended_at desc,
                segments.session_id
        ) as wrap_up_place,
        row_number() over (
            partition by segments.conversation_id
            order by
                case when segments.disconnect_type is null then 1 else 0 end,
                segments.segment_ended_at desc,
                segments.session_id
        ) as disconnect_place
    from {{ ref('stg_genesys__conversation_segments') }} as segments
    inner join {{ ref('stg_genesys__conversation_sessions') }} as sessions
        on
            segments.conversation_id = sessions.conversation_id
            and segments.participant_id = sessions.participant_id
            and segments.session_id = sessions.session_id
)

select
    conversation_id,
    max(case when place = 1 then media_type end) as first_media_type,
    max(case when wrap_up_place = 1 then wrap_up_code end) as last_wrapup_code_id,
    max(case when disconnect_place = 1 then disconnect_type end) as disconnect_type
from segments
group by conversation_id
