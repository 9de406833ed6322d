with placed as (
    select
        *,
        cast({{ genesys.genesys_local('interval_started_at') }} as date) as local_date
    from {{ ref('int_genesys__interval_metrics') }}
    where user_id is not null
)

select
    local_date,
    user_id,
    coalesce(queue_id, 'none') as queue_id,
    coalesce(media_type, 'unknown') as media_type,
    {{ genesys.genesys_metric('tAnswered') }} as answered,
    {{ genesys.genesys_handling_counts() | indent(4) }}
from placed
group by local_date, user_id, coalesce(queue_id, 'none'), coalesce(media_type, 'unknown')
