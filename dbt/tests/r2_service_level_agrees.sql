-- R2: fails with all combinations of the org's service-level options, the one that agrees first,
-- where the configured one is further apart than `genesys_error_percent`.
select *
from {{ ref('rec_genesys__service_level') }}
where exists (
    select 1
    from {{ ref('rec_genesys__service_level') }} as configured
    where configured.is_configured and configured.apart_percent > {{ var('genesys_error_percent') }}
)
order by apart_percent
