{# Moments are UTC without a zone from staging on, whatever type the loader has given them. #}
{% macro genesys_utc(column) %}{{ return(adapter.dispatch('genesys_utc', 'genesys')(column)) }}{% endmacro %}

{% macro default__genesys_utc(column) -%}
cast({{ column }} as timestamp)
{%- endmacro %}

{% macro duckdb__genesys_utc(column) -%}
case
    when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
        then cast({{ column }} as timestamp with time zone) at time zone 'UTC'
    else cast({{ column }} as timestamp)
end
{%- endmacro %}

{% macro postgres__genesys_utc(column) -%}
case
    when pg_typeof({{ column }}) = cast('timestamp with time zone' as regtype)
        then cast({{ column }} as timestamp with time zone) at time zone 'UTC'
    else cast({{ column }} as timestamp without time zone)
end
{%- endmacro %}

{% macro snowflake__genesys_utc(column) -%}
to_timestamp_ntz(convert_timezone('UTC', cast({{ column }} as timestamp_tz)))
{%- endmacro %}

{% macro bigquery__genesys_utc(column) -%}
datetime(cast({{ column }} as timestamp), 'UTC')
{%- endmacro %}


{# A moment of UTC as the clocks of the org's zone show it. #}
{% macro genesys_local(column) %}{{ return(adapter.dispatch('genesys_local', 'genesys')(column)) }}{% endmacro %}

{% macro default__genesys_local(column) -%}
(({{ column }} at time zone 'UTC') at time zone '{{ var("genesys_time_zone") }}')
{%- endmacro %}

{% macro snowflake__genesys_local(column) -%}
convert_timezone('UTC', '{{ var("genesys_time_zone") }}', {{ column }})
{%- endmacro %}

{% macro bigquery__genesys_local(column) -%}
datetime(timestamp({{ column }}, 'UTC'), '{{ var("genesys_time_zone") }}')
{%- endmacro %}


{# The start of the interval that a moment falls into. #}
{% macro genesys_bucket(column) %}{{ return(adapter.dispatch('genesys_bucket', 'genesys')(column)) }}{% endmacro %}

{% macro default__genesys_bucket(column) -%}
time_bucket(interval '{{ var("genesys_interval_minutes") }} minutes', {{ column }}, timestamp '2000-01-03 00:00:00')
{%- endmacro %}

{% macro postgres__genesys_bucket(column) -%}
date_bin(interval '{{ var("genesys_interval_minutes") }} minutes', {{ column }}, timestamp '2000-01-03 00:00:00')
{%- endmacro %}

{% macro snowflake__genesys_bucket(column) -%}
time_slice({{ column }}, {{ var("genesys_interval_minutes") }}, 'MINUTE')
{%- endmacro %}

{% macro bigquery__genesys_bucket(column) -%}
datetime_bucket({{ column }}, interval {{ var("genesys_interval_minutes") }} minute, datetime '2000-01-03 00:00:00')
{%- endmacro %}


{# 1 for Monday to 7 for Sunday. #}
{% macro genesys_weekday(column) %}{{ return(adapter.dispatch('genesys_weekday', 'genesys')(column)) }}{% endmacro %}

{% macro default__genesys_weekday(column) -%}
cast(extract(isodow from {{ column }}) as integer)
{%- endmacro %}

{% macro snowflake__genesys_weekday(column) -%}
dayofweekiso({{ column }})
{%- endmacro %}

{% macro bigquery__genesys_weekday(column) -%}
(mod(extract(dayofweek from {{ column }}) + 5, 7) + 1)
{%- endmacro %}


{# 0 for 00:00 to 47 for 23:30. #}
{% macro genesys_half_hour(column) -%}
cast(extract(hour from {{ column }}) * 2 + case when extract(minute from {{ column }}) >= 30 then 1 else 0 end as integer)
{%- endmacro %}
