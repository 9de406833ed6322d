{{ config(severity='warn') }}

-- R1, earlier: metrics that are further apart than `genesys_warn_percent`.
select *
from {{ ref('rec_genesys__metric_totals') }}
where
    events_apart_percent > {{ var('genesys_warn_percent') }}
    or milliseconds_apart_percent > {{ var('genesys_warn_percent') }}
