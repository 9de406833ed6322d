-- Fifteen questions that managers and analysts ask, over the marts of the dbt package. They name no
-- schema: `use genesys_marts;` in DuckDB, `set search_path to genesys_marts;` in PostgreSQL.
-- Yesterday is the last day of the demo, Monday 12 January 2026, and the week ends with it. Put days of
-- your own in their place: `current_date - 1`.


-- 1. What was the service level yesterday, by queue?
-- The platform's own, with the org's options for abandons. Over several queues numerators and
-- denominators are added up first.
select
    queue_name,
    sum(offered) as offered,
    sum(answered) as answered,
    100.0 * sum(sl_numerator) / nullif(sum(sl_denominator), 0) as service_level_percent,
    max(voice_target_percent) as target_percent
from fct_queue_interval
inner join dim_queue using (queue_id)
where local_date = date '2026-01-12' and media_type = 'voice'
group by queue_id, queue_name
order by queue_name;


-- 2. How many customers gave up yesterday, and how many of them at once?
-- E-mails and messages have no abandons on the platform.
select
    media_type,
    sum(offered) as offered,
    sum(abandoned) as abandoned,
    sum(short_abandoned) as short_abandoned,
    100.0 * sum(abandoned) / nullif(sum(offered), 0) as abandoned_percent,
    100.0 * (sum(abandoned) - sum(short_abandoned))
    / nullif(sum(offered) - sum(short_abandoned), 0) as abandoned_percent_without_short
from fct_queue_interval
where local_date = date '2026-01-12' and media_type not in ('email', 'message')
group by media_type
order by media_type;


-- 3. How long did callers wait yesterday, by queue?
-- Until they were answered on average, until they gave up on average, and at most.
select
    queue_name,
    sum(answered) as answered,
    sum(answer_ms) / nullif(sum(answered), 0) / 1000.0 as average_answer_seconds,
    sum(abandon_ms) / nullif(sum(abandoned), 0) / 1000.0 as average_abandon_seconds,
    max(longest_wait_ms) / 1000.0 as longest_wait_seconds
from fct_queue_interval
inner join dim_queue using (queue_id)
where local_date = date '2026-01-12' and media_type = 'voice'
group by queue_id, queue_name
order by queue_name;


-- 4. What does the handle time of the week consist of, by media type?
-- Of what queues have handled. A length counts on the day on which the agent was done.
select
    media_type,
    sum(handled) as handled,
    sum(handle_ms) / nullif(sum(handled), 0) / 1000.0 as handle_seconds,
    sum(talk_ms) / nullif(sum(handled), 0) / 1000.0 as talk_seconds,
    sum(held_ms) / nullif(sum(handled), 0) / 1000.0 as hold_seconds,
    sum(acw_ms) / nullif(sum(handled), 0) / 1000.0 as after_call_seconds
from fct_queue_interval
where local_date between date '2026-01-06' and date '2026-01-12'
group by media_type
order by media_type;


-- 5. Which were the busiest half-hours yesterday?
select
    half_hour_name,
    sum(offered) as offered,
    sum(answer_ms) / nullif(sum(answered), 0) / 1000.0 as average_answer_seconds,
    100.0 * sum(sl_numerator) / nullif(sum(sl_denominator), 0) as service_level_percent
from fct_queue_interval
inner join dim_interval using (local_weekday, local_half_hour)
where local_date = date '2026-01-12' and media_type = 'voice'
group by local_half_hour, half_hour_name
order by offered desc, local_half_hour
limit 5;


-- 6. How was yesterday against the same day of the week before?
select
    local_date,
    sum(offered) as offered,
    sum(answered) as answered,
    100.0 * sum(abandoned) / nullif(sum(offered), 0) as abandoned_percent,
    100.0 * sum(sl_numerator) / nullif(sum(sl_denominator), 0) as service_level_percent,
    sum(handle_ms) / nullif(sum(handled), 0) / 1000.0 as average_handle_seconds
from fct_queue_interval
where local_date in (date '2026-01-12', date '2026-01-05') and media_type = 'voice'
group by local_date
order by local_date;


-- 7. How busy were the agents yesterday?
-- Occupancy is of the time on queue, the share on queue of the time logged in. Neither is by queue.
select
    count(*) as agents,
    100.0 * sum(interacting_ms)
    / nullif(sum(interacting_ms + communicating_ms + idle_ms), 0) as occupancy_percent,
    100.0 * sum(on_queue_ms) / nullif(sum(logged_in_ms), 0) as on_queue_percent
from fct_agent_day
where local_date = date '2026-01-12' and on_queue_ms > 0;


-- 8. Which agents took longest for a call this week?
-- Of those with five calls and more: an average of fewer says little.
select
    user_name,
    sum(handled) as handled,
    sum(handle_ms) / nullif(sum(handled), 0) / 1000.0 as average_handle_seconds,
    sum(acw_ms) / nullif(sum(handled), 0) / 1000.0 as after_call_seconds
from fct_agent_queue_day
inner join dim_user using (user_id)
where local_date between date '2026-01-06' and date '2026-01-12' and media_type = 'voice'
group by user_id, user_name
having sum(handled) >= 5
order by average_handle_seconds desc, user_name
limit 10;


-- 9. How much did each queue transfer this week?
select
    queue_name,
    sum(answered) as answered,
    sum(blind_transferred) as blind,
    sum(consult_transferred) as after_consulting,
    100.0 * sum(transferred) / nullif(sum(answered), 0) as transferred_percent
from fct_queue_interval
inner join dim_queue using (queue_id)
where local_date between date '2026-01-06' and date '2026-01-12'
group by queue_id, queue_name
order by queue_name;


-- 10. By which media do customers and the org reach each other?
-- Conversations that began this week, each one once, by the media type that they began with.
select
    first_media_type as media_type,
    originating_direction as direction,
    count(*) as conversations,
    100.0 * count(*) / sum(count(*)) over () as percent
from fct_conversation
where local_date between date '2026-01-06' and date '2026-01-12'
group by first_media_type, originating_direction
order by conversations desc, media_type, direction;


-- 11. How many customers come again within seven days?
-- Of inbound conversations old enough to tell, whose customer is known.
select
    count(*) as judged,
    count(*) filter (where is_followed_within_days) as followed,
    100.0 * count(*) filter (where is_followed_within_days) / nullif(count(*), 0) as followed_percent
from fct_conversation
where is_followed_within_days is not null;


-- 12. What do customers want, by wrap-up code?
select
    wrapup_code_name,
    sum(wrapups) as wrapups,
    100.0 * sum(wrapups) / sum(sum(wrapups)) over () as percent,
    sum(handle_ms) / nullif(sum(wrapups), 0) / 1000.0 as average_handle_seconds
from fct_wrapup_day
inner join dim_wrapup_code using (wrapup_code_id)
where local_date between date '2026-01-06' and date '2026-01-12'
group by wrapup_code_id, wrapup_code_name
order by wrapups desc, wrapup_code_name
limit 10;


-- 13. How satisfied are customers, and how many of them answer?
-- Scores of different forms don't compare. NPS is promoters (9 and 10) less detractors (0 to 6).
select
    form_name,
    count(*) as sent,
    count(*) filter (where is_completed) as completed,
    100.0 * count(*) filter (where is_completed) / count(*) as completed_percent,
    avg(score) as average_score,
    count(promoter_score) as rated,
    100.0 * (
        count(*) filter (where promoter_score >= 9) - count(*) filter (where promoter_score <= 6)
    ) / nullif(count(promoter_score), 0) as nps
from fct_survey
where local_date between date '2026-01-06' and date '2026-01-12'
group by form_name
order by form_name;


-- 14. How do supervisors rate the work, by queue?
-- Evaluations that are finished, released and not deleted, by the day of the evaluation.
select
    queue_name,
    count(*) as evaluations,
    count(distinct user_id) as agents,
    avg(score) as average_score,
    min(score) as lowest_score
from fct_evaluation
inner join dim_queue using (queue_id)
where local_date between date '2026-01-06' and date '2026-01-12' and is_counted
group by queue_id, queue_name
order by queue_name;


-- 15. How long do customers wait for a callback, and who waits still?
-- From when they were offered to the queue, with the time until which the callback was scheduled: so
-- the median says more than the mean.
select
    queue_name,
    count(*) as callbacks,
    count(*) filter (where outcome = 'answered') as called_back,
    count(*) filter (where outcome = 'open') as still_waiting,
    avg(wait_ms) / 60000.0 as average_wait_minutes,
    percentile_cont(0.5) within group (order by wait_ms) / 60000.0 as median_wait_minutes
from fct_queue_leg
inner join dim_queue using (queue_id)
where local_date between date '2026-01-06' and date '2026-01-12' and media_type = 'callback'
group by queue_id, queue_name
order by queue_name;
