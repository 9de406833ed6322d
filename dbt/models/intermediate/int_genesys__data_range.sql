-- Until when the data reach, and between which moments details and aggregates must agree: from when
-- nothing may be left that began before the first conversation loaded, until the last whole interval.
with details as (
    select min(started_at) as first_started_at from {{ ref('stg_genesys__conversations') }}
),

events as (
    select max(emitted_at) as last_emitted_at from {{ ref('int_genesys__metric_events') }}
),

aggregates as (
    select max(interval_ended_at) as aggregated_until
    from {{ ref('stg_genesys__conversation_aggregates') }}
)

select
    details.first_started_at,
    events.last_emitted_at as data_until,
    {% if var('genesys_history_begins_at') -%}
    {{ genesys.genesys_utc("'" ~ var('genesys_history_begins_at') ~ "'") }}
    {%- else -%}
    {{ genesys.genesys_bucket(
        dbt.dateadd('day', var('genesys_longest_life_days'), 'details.first_started_at')
    ) }}
    {%- endif %} as compared_from,
    case
        when aggregates.aggregated_until < {{ genesys.genesys_bucket('events.last_emitted_at') }}
            then aggregates.aggregated_until
        else {{ genesys.genesys_bucket('events.last_emitted_at') }}
    end as compared_until
from details
cross join events
cross join aggregates
