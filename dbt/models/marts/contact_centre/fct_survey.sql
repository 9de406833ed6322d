{{ config(enabled=var('genesys_using_surveys')) }}

select
    survey_id,
    conversation_id,
    surveyed_at,
    completed_at,
    cast({{ genesys.genesys_local('coalesce(completed_at, surveyed_at)') }} as date) as local_date,
    coalesce(queue_id, 'none') as queue_id,
    coalesce(user_id, 'none') as user_id,
    form_id,
    form_name,
    survey_status,
    survey_status = 'Finished' as is_completed,
    promoter_score,
    score
from {{ ref('stg_genesys__conversation_surveys') }}
