-- R1: each metric of the conversations adds up to what the platform's aggregates say. A row is a
-- metric that is further apart than `genesys_error_percent`.
select *
from {{ ref('rec_genesys__metric_totals') }}
where
    events_apart_percent > {{ var('genesys_error_percent') }}
    or milliseconds_apart_percent > {{ var('genesys_error_percent') }}
