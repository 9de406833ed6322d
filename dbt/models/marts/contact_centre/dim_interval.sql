{%- set hours = var('genesys_business_hours') %}

-- The half-hours of a week, on the org's clocks.
with numbers as (
    {{ dbt.generate_series(336) | indent(4) }}
),

counted as (
    select cast(generated_number as integer) - 1 as half_hour_of_week from numbers
),

places as (
    select
        cast(floor(half_hour_of_week / 48.0) as integer) + 1 as weekday,
        mod(half_hour_of_week, 48) as half_hour
    from counted
)

select
    weekday as local_weekday,
    half_hour as local_half_hour,
    case weekday
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        else 'Sunday'
    end as weekday_name,
    case when half_hour < 20 then '0' else '' end
    || cast(cast(floor(half_hour / 2.0) as integer) as {{ dbt.type_string() }})
    || case when mod(half_hour, 2) = 1 then ':30' else ':00' end as half_hour_name,
    weekday <= 5 and half_hour >= {{ 2 * hours[0] }} and half_hour < {{ 2 * hours[1] }} as is_business_hour
from places
