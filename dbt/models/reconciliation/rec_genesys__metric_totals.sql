-- R1, by metric: how many groups agree, and how far apart the two are, in percent of the total.
select
    metric,
    count(*) as compared_groups,
    sum(
        case when events = aggregated_events and total_ms = aggregated_ms then 1 else 0 end
    ) as agreeing_groups,
    sum(events) as events,
    sum(aggregated_events) as aggregated_events,
    sum(total_ms) as total_ms,
    sum(aggregated_ms) as aggregated_ms,
    case
        when sum(abs(events - aggregated_events)) = 0 then 0.0
        else
            100.0 * sum(abs(events - aggregated_events))
            / case when sum(aggregated_events) = 0 then 1 else sum(aggregated_events) end
    end as events_apart_percent,
    case
        when sum(abs(total_ms - aggregated_ms)) = 0 then 0.0
        else
            100.0 * sum(abs(total_ms - aggregated_ms))
            / case when sum(aggregated_ms) = 0 then 1 else sum(aggregated_ms) end
    end as milliseconds_apart_percent
from {{ ref('rec_genesys__metrics') }}
group by metric
