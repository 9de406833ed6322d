{%- set handling = [
    'answered', 'handled', 'handle_ms', 'talk_ms', 'held_ms', 'acw_ms', 'transferred', 'outbound'
] %}
{%- set status = [
    'interacting_ms', 'idle_ms', 'communicating_ms', 'not_responding_ms', 'on_queue_ms', 'logged_in_ms'
] %}
{%- set quality = [
    'evaluations', 'evaluation_points', 'surveys', 'survey_points', 'promoters', 'detractors'
] %}

-- One row for each day on which an agent did, was or was judged anything.
with parts as (
    select
        local_date,
        user_id,
        {% for name in handling %}{{ name }}, {% endfor %}
        {% for name in status + quality %}0 as {{ name }}{% if not loop.last %}, {% endif %}{% endfor %}
    from {{ ref('fct_agent_queue_day') }}

    {%- if var('genesys_using_user_status') %}

    union all

    select
        local_date,
        user_id,
        {% for name in handling %}0 as {{ name }}, {% endfor %}
        case when metric = 'tAgentRoutingStatus' and qualifier = 'INTERACTING' then duration_ms else 0 end,
        case when metric = 'tAgentRoutingStatus' and qualifier = 'IDLE' then duration_ms else 0 end,
        case when metric = 'tAgentRoutingStatus' and qualifier = 'COMMUNICATING' then duration_ms else 0 end,
        case when metric = 'tAgentRoutingStatus' and qualifier = 'NOT_RESPONDING' then duration_ms else 0 end,
        case when metric = 'tSystemPresence' and qualifier = 'ON_QUEUE' then duration_ms else 0 end,
        case when metric = 'tSystemPresence' and qualifier <> 'OFFLINE' then duration_ms else 0 end,
        {% for name in quality %}0 as {{ name }}{% if not loop.last %}, {% endif %}{% endfor %}
    from {{ ref('fct_user_status_interval') }}
    {%- endif %}

    {%- if var('genesys_using_evaluations') %}

    union all

    select
        local_date,
        user_id,
        {% for name in handling + status %}0 as {{ name }}, {% endfor %}
        1,
        score,
        0,
        0,
        0,
        0
    from {{ ref('fct_evaluation') }}
    where is_counted and local_date is not null and user_id <> 'none'
    {%- endif %}

    {%- if var('genesys_using_surveys') %}

    union all

    select
        local_date,
        user_id,
        {% for name in handling + status %}0 as {{ name }}, {% endfor %}
        0,
        0,
        case when score is not null then 1 else 0 end,
        coalesce(score, 0),
        case when promoter_score >= 9 then 1 else 0 end,
        case when promoter_score <= 6 then 1 else 0 end
    from {{ ref('fct_survey') }}
    where is_completed and local_date is not null and user_id <> 'none'
    {%- endif %}
)

select
    local_date,
    user_id,
    {% for name in handling + status + quality %}sum({{ name }}) as {{ name }}{% if not loop.last %},
    {% endif %}{% endfor %}
from parts
group by local_date, user_id
having
    {% for name in handling + status + quality %}sum({{ name }}) > 0{% if not loop.last %}
    or {% endif %}{% endfor %}
