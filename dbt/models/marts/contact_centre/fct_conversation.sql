with queue_legs as (
    select
        conversation_id,
        queue_id,
        row_number() over (partition by conversation_id order by offered_at, session_id) as place,
        row_number() over (
            partition by conversation_id order by offered_at desc, session_id desc
        ) as place_from_end
    from {{ ref('int_genesys__queue_legs') }}
),

visits as (
    select
        conversation_id,
        count(*) as queue_leg_count,
        max(case when place = 1 then queue_id end) as first_queue_id,
        max(case when place_from_end = 1 then queue_id end) as last_queue_id
    from queue_legs
    group by conversation_id
)

{%- if var('genesys_using_surveys') %},

surveys as (
    select conversation_id, max(score) as survey_score, max(promoter_score) as promoter_score
    from {{ ref('fct_survey') }}
    where is_completed
    group by conversation_id
)
{%- endif %}

{%- if var('genesys_using_evaluations') %},

evaluations as (
    select conversation_id, avg(score) as evaluation_score
    from {{ ref('fct_evaluation') }}
    where is_counted
    group by conversation_id
)
{%- endif %}

select
    conversations.conversation_id,
    conversations.started_at,
    conversations.ended_at,
    cast({{ genesys.genesys_local('conversations.started_at') }} as date) as local_date,
    conversations.ended_at is null as is_open,
    conversations.originating_direction,
    coalesce(ends.first_media_type, 'unknown') as first_media_type,
    coalesce(visits.first_queue_id, 'none') as first_queue_id,
    coalesce(visits.last_queue_id, 'none') as last_queue_id,
    coalesce(visits.queue_leg_count, 0) as queue_leg_count,
    coalesce(measures.agent_count, 0) as agent_count,
    coalesce(measures.first_user_id, 'none') as first_user_id,
    coalesce(measures.last_user_id, 'none') as last_user_id,
    customers.customer_key,
    coalesce(measures.wait_ms, 0) as wait_ms,
    coalesce(measures.talk_ms, 0) as talk_ms,
    coalesce(measures.held_ms, 0) as held_ms,
    coalesce(measures.acw_ms, 0) as acw_ms,
    coalesce(measures.handle_ms, 0) as handle_ms,
    coalesce(measures.abandons, 0) > 0 as is_abandoned,
    coalesce(measures.transfers, 0) > 0 as is_transferred,
    ends.last_wrapup_code_id,
    ends.disconnect_type,
    conversations.division_id,
    contacts.is_repeat_of,
    contacts.is_followed_within_days,
    conversations.next_contact_avoided,
    {% if var('genesys_using_surveys') -%}
    surveys.survey_score,
    surveys.promoter_score,
    {%- else -%}
    cast(null as {{ dbt.type_numeric() }}) as survey_score,
    cast(null as {{ dbt.type_numeric() }}) as promoter_score,
    {%- endif %}
    {% if var('genesys_using_evaluations') -%}
    evaluations.evaluation_score
    {%- else -%}
    cast(null as {{ dbt.type_numeric() }}) as evaluation_score
    {%- endif %}
from {{ ref('stg_genesys__conversations') }} as conversations
left join visits on conversations.conversation_id = visits.conversation_id
left join {{ ref('int_genesys__conversation_measures') }} as measures
    on conversations.conversation_id = measures.conversation_id
left join {{ ref('int_genesys__conversation_ends') }} as ends
    on conversations.conversation_id = ends.conversation_id
left join {{ ref('int_genesys__customers') }} as customers
    on conversations.conversation_id = customers.conversation_id
left join {{ ref('int_genesys__customer_contacts') }} as contacts
    on conversations.conversation_id = contacts.conversation_id
{%- if var('genesys_using_surveys') %}
left join surveys on conversations.conversation_id = surveys.conversation_id
{%- endif %}
{%- if var('genesys_using_evaluations') %}
left join evaluations on conversations.conversation_id = evaluations.conversation_id
{%- endif %}
