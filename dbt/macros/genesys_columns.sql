{# A source column whose name is a keyword somewhere. Snowflake's loaders write capitals. #}
{% macro genesys_quoted(name) %}{{ return(adapter.dispatch('genesys_quoted', 'genesys')(name)) }}{% endmacro %}

{% macro default__genesys_quoted(name) %}{{ return(adapter.quote(name)) }}{% endmacro %}

{% macro snowflake__genesys_quoted(name) %}{{ return(adapter.quote(name | upper)) }}{% endmacro %}


{# A column that the tap's settings may leave out, null where it is not there. #}
{% macro genesys_optional(relation, name) -%}
{%- set there = true -%}
{%- if execute and flags.WHICH not in ('compile', 'parse') -%}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
    {%- set there = name in columns -%}
{%- endif -%}
{{ name if there else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
{%- endmacro %}


{# The text or number at a path of names and places, as text. #}
{% macro genesys_json(column, path) %}{{ return(adapter.dispatch('genesys_json', 'genesys')(column, path)) }}{% endmacro %}

{% macro genesys_json_path(path) -%}
${% for step in path %}{% if step is number %}[{{ step }}]{% else %}.{{ step }}{% endif %}{% endfor %}
{%- endmacro %}

{% macro default__genesys_json(column, path) -%}
json_extract_string({{ column }}, '{{ genesys.genesys_json_path(path) }}')
{%- endmacro %}

{% macro postgres__genesys_json(column, path) -%}
{#- Loaders write lists as arrays of PostgreSQL, as JSON, or as text that holds JSON. -#}
(
    case
        when jsonb_typeof(to_jsonb({{ column }})) = 'string'
            then cast(to_jsonb({{ column }}) #>> '{}' as jsonb)
        else to_jsonb({{ column }})
    end #>> '{ {{- path | join(",") -}} }'
)
{%- endmacro %}

{% macro snowflake__genesys_json(column, path) -%}
cast(get_path({{ column }}, '{{ genesys.genesys_json_path(path)[1:] | trim(".") }}') as varchar)
{%- endmacro %}

{% macro bigquery__genesys_json(column, path) -%}
json_value({{ column }}, '{{ genesys.genesys_json_path(path) }}')
{%- endmacro %}


{# A sum over the long rows of interval metrics. #}
{% macro genesys_metric(metric, measure='events') -%}
coalesce(sum(case when metric = '{{ metric }}' then {{ measure }} end), 0)
{%- endmacro %}


{# The denominator of the service level, by the org's options. #}
{% macro genesys_service_level_denominator(flow_outs, short_abandons, abandons) -%}
(
    answered
    {%- if abandons %} + abandoned{% if not short_abandons %} - short_abandoned{% endif %}{% endif %}
    {%- if flow_outs %} + flow_out{% endif %}
)
{%- endmacro %}
