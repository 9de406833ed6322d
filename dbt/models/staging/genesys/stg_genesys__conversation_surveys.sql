{{ config(enabled=var('genesys_using_surveys')) }}

select
    conversation_id,
    survey_id,
    {{ genesys.genesys_utc('event_time') }} as surveyed_at,
    {{ genesys.genesys_utc('survey_completed_date') }} as completed_at,
    queue_id,
    user_id,
    survey_form_id as form_id,
    survey_form_name as form_name,
    survey_status,
    survey_promoter_score as promoter_score,
    o_survey_total_score as score
from {{ source('genesys', 'conversation_surveys') }}
