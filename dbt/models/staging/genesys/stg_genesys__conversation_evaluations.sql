{{ config(enabled=var('genesys_using_evaluations')) }}

select
    conversation_id,
    evaluation_id,
    {{ genesys.genesys_utc('event_time') }} as evaluated_at,
    queue_id,
    user_id,
    evaluator_id,
    form_id,
    form_name,
    evaluation_status,
    coalesce(released, false) as is_released,
    coalesce(deleted, false) as is_deleted,
    o_total_score as score
from {{ source('genesys', 'conversation_evaluations') }}
