"""What the view of the contact centre asks the marts.

`days`, `queues`, `media`, `directions`, `codes`, `agents` and `forms` are tables of places: each
dimension's value, and which place it has in the page's lists.
"""

RANGE = """
    select min(moment) as since, max(moment) as until
    from (
        select interval_start_utc as moment from fct_queue_interval
        union all
        select interval_start_utc + interval 30 minutes from fct_queue_interval
        union all
        select interval_start_utc + interval 30 minutes from fct_user_status_interval
        union all
        select coalesce(left_at, offered_at) from fct_queue_leg
    )
"""


_MEASURES = """
    coalesce(sum(offered), 0)::bigint as offered,
    coalesce(sum(answered), 0)::bigint as answered,
    coalesce(sum(abandoned), 0)::bigint as abandoned,
    coalesce(sum(sl_numerator), 0)::bigint as sl_numerator,
    coalesce(sum(sl_denominator), 0)::bigint as sl_denominator,
    coalesce(sum(answer_ms), 0)::bigint as answer_ms,
    coalesce(sum(handled), 0)::bigint as handled,
    coalesce(sum(handle_ms), 0)::bigint as handle_ms
"""


_DAY_MEASURES = f"""
    {_MEASURES},
    coalesce(sum(short_abandoned), 0)::bigint as short_abandoned,
    coalesce(sum(talk_ms), 0)::bigint as talk_ms,
    coalesce(sum(held_ms), 0)::bigint as held_ms,
    coalesce(sum(acw_ms), 0)::bigint as acw_ms,
    coalesce(sum(contacting_ms + dialing_ms), 0)::bigint as dial_ms,
    coalesce(sum(transferred), 0)::bigint as transferred,
    coalesce(sum(outbound), 0)::bigint as outbound,
    coalesce(max(longest_wait_ms), 0)::bigint as longest_wait_ms
"""


_QUEUE_INTERVALS = """
    from fct_queue_interval as facts
    asof inner join days on facts.interval_start_utc >= days.since
    inner join queues using (queue_id)
    inner join media using (media_type)
    inner join directions using (direction)
    where facts.interval_start_utc < days.until
"""


HALF_HOURS = f"""
    select
        day,
        ((epoch(interval_start_utc) - epoch(since)) // 1800)::integer as slot,
        queue,
        media,
        direction_place as direction,
        {_MEASURES}
    {_QUEUE_INTERVALS} and day >= $since
    group by all
    order by queue, media, direction, day, slot
"""


QUEUE_DAYS = f"""
    select day, queue, media, direction_place as direction, {_DAY_MEASURES}
    {_QUEUE_INTERVALS}
    group by all
    order by queue, media, direction, day
"""


STATUS_DAYS = """
    select
        day,
        coalesce(sum(duration_ms) filter (
            metric = 'tAgentRoutingStatus' and qualifier = 'INTERACTING'
        ), 0)::bigint as interacting_ms,
        coalesce(sum(duration_ms) filter (
            metric = 'tAgentRoutingStatus' and qualifier = 'COMMUNICATING'
        ), 0)::bigint as communicating_ms,
        coalesce(sum(duration_ms) filter (
            metric = 'tAgentRoutingStatus' and qualifier = 'IDLE'
        ), 0)::bigint as idle_ms,
        coalesce(sum(duration_ms) filter (
            metric = 'tSystemPresence' and qualifier = 'ON_QUEUE'
        ), 0)::bigint as on_queue_ms,
        coalesce(sum(duration_ms) filter (
            metric = 'tSystemPresence' and qualifier <> 'OFFLINE'
        ), 0)::bigint as logged_in_ms,
        count(distinct user_id) filter (
            metric = 'tAgentRoutingStatus' and qualifier in ('INTERACTING', 'IDLE')
        ) as agents
    from fct_user_status_interval as facts
    asof inner join days on facts.interval_start_utc >= days.since
    where facts.interval_start_utc < days.until
    group by all
    order by day
"""


AGENT_DAYS = """
    select
        day, agent, answered, handled, handle_ms, transferred,
        interacting_ms, communicating_ms, idle_ms, on_queue_ms, logged_in_ms
    from fct_agent_day
    inner join days on local_date = date
    inner join agents using (user_id)
    where handled > 0 or answered > 0 or interacting_ms > 0
    order by agent, day
"""


WRAPUP_DAYS = """
    select day, queue, media, code, sum(wrapups)::bigint as wrapups
    from fct_wrapup_day
    inner join days on local_date = date
    inner join queues using (queue_id)
    inner join media using (media_type)
    inner join codes using (wrapup_code_id)
    group by all
    order by code, queue, media, day
"""


SURVEY_DAYS = """
    select
        day,
        queue,
        form,
        count(*) as sent,
        count(*) filter (is_completed) as completed,
        count(score) filter (is_completed) as scored,
        coalesce(sum(score) filter (is_completed), 0) as points,
        count(promoter_score) filter (is_completed) as asked,
        count(*) filter (is_completed and promoter_score >= 9) as promoters,
        count(*) filter (is_completed and promoter_score <= 6) as detractors
    from (select *, coalesce(completed_at, surveyed_at) as moment from fct_survey) as facts
    asof inner join days on facts.moment >= days.since
    inner join queues using (queue_id)
    inner join forms on forms.form_id = coalesce(facts.form_id, '')
    where facts.moment < days.until
    group by all
    order by form, queue, day
"""


EVALUATION_DAYS = """
    select day, queue, form, count(*) as evaluations, sum(score) as points
    from fct_evaluation as facts
    asof inner join days on facts.evaluated_at >= days.since
    inner join queues using (queue_id)
    inner join forms on forms.form_id = coalesce(facts.form_id, '')
    where facts.evaluated_at < days.until and is_counted
    group by all
    order by form, queue, day
"""


REPEAT_DAYS = """
    select
        day,
        queue,
        media,
        count(*) as judged,
        count(*) filter (is_followed_within_days) as repeated
    from fct_conversation as facts
    asof inner join days on facts.started_at >= days.since
    inner join queues on queue_id = first_queue_id
    inner join media on media_type = first_media_type
    where
        facts.started_at < days.until
        and originating_direction = 'inbound'
        and is_followed_within_days is not null
    group by all
    order by queue, media, day
"""


# They have conversations' ids, which can't be packed. The longest of each day and media type come
# first, so that any day has some; then those of each queue, of the last days.
LONGEST_WAITS = """
    with waits as (
        select
            day,
            queue,
            media,
            direction_place as direction,
            wait_ms,
            conversation_id,
            row_number() over (
                partition by day, media order by wait_ms desc, conversation_id
            ) as place,
            row_number() over (
                partition by day, queue, media order by wait_ms desc, conversation_id
            ) as place_of_queue
        from (from fct_queue_leg where wait_ms > 0 and left_at is not null) as facts
        asof inner join days on facts.left_at >= days.since
        inner join queues using (queue_id)
        inner join media using (media_type)
        inner join directions using (direction)
        where facts.left_at < days.until and day >= $since
    ),

    listed as (
        from waits
        where place <= 3 or place_of_queue <= 3
        order by place > 3, day desc, wait_ms desc, conversation_id
        limit 1500
    )

    select day, queue, media, direction, wait_ms, conversation_id
    from listed
    order by wait_ms desc, conversation_id
"""


WAITING = """
    select
        queue,
        media,
        direction_place as direction,
        count(*) as entries,
        epoch_ms(min(offered_at)) as since
    from fct_queue_leg
    inner join queues using (queue_id)
    inner join media using (media_type)
    inner join directions using (direction)
    where outcome = 'open'
    group by all
    order by queue, media, direction
"""


RANGES = """
    with moments as (
        select 'queues' as section, interval_start_utc as moment from fct_queue_interval
        union all
        select 'agents', interval_start_utc from fct_user_status_interval
        union all
        select 'conversations', coalesce(left_at, offered_at) from fct_queue_leg
        union all
        select 'repeats', started_at from fct_conversation where is_followed_within_days is not null
        union all
        select 'surveys', coalesce(completed_at, surveyed_at) from fct_survey
        union all
        select 'evaluations', evaluated_at from fct_evaluation where is_counted
    ),

    placed as (
        select section, date
        from moments as facts
        asof inner join days on facts.moment >= days.since
        where facts.moment < days.until
        union all
        select 'wrapups', date from fct_wrapup_day inner join days on local_date = date
    )

    select section, min(date) as since, max(date) as until
    from placed
    group by section
    order by section
"""


ZONE_DIFFERS = """
    select count(*) > 0
    from fct_queue_interval as facts
    asof inner join days on facts.interval_start_utc >= days.since
    where facts.interval_start_utc < days.until and facts.local_date <> days.date
"""
