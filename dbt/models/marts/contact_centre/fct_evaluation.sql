{{ config(enabled=var('genesys_using_evaluations')) }}

select
    evaluation_id,
    conversation_id,
    evaluated_at,
    cast({{ genesys.genesys_local('evaluated_at') }} as date) as local_date,
    coalesce(queue_id, 'none') as queue_id,
    coalesce(user_id, 'none') as user_id,
    form_id,
    form_name,
    evaluation_status,
    is_released,
    is_deleted,
    is_released and not is_deleted and evaluation_status = 'Finished' and score is not null as is_counted,
    score
from {{ ref('stg_genesys__conversation_evaluations') }}
