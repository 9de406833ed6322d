{# The additive measures of a queue and an agent, from the long rows of interval metrics. #}
{% macro genesys_queue_counts() -%}
{{ genesys.genesys_metric('nOffered') }} as offered,
{{ genesys.genesys_metric('tAnswered') }} as answered,
{{ genesys.genesys_metric('tAbandon') }} as abandoned,
{{ genesys.genesys_metric('tShortAbandon') }} as short_abandoned,
{{ genesys.genesys_metric('tFlowOut') }} as flow_out,
{{ genesys.genesys_metric('nOverSla') }} as over_sla,
{{ genesys.genesys_metric('oServiceLevel', 'numerator') }} as platform_sl_numerator,
{{ genesys.genesys_metric('oServiceLevel', 'denominator') }} as platform_sl_denominator,
{{ genesys.genesys_metric('tAnswered', 'total_ms') }} as answer_ms,
{{ genesys.genesys_metric('tAbandon', 'total_ms') }} as abandon_ms,
max(case when metric = 'tAcd' then longest_ms end) as longest_wait_ms
{%- endmacro %}

{% macro genesys_handling_counts() -%}
{{ genesys.genesys_metric('tHandle') }} as handled,
{{ genesys.genesys_metric('tHandle', 'total_ms') }} as handle_ms,
{{ genesys.genesys_metric('tTalkComplete', 'total_ms') }} as talk_ms,
{{ genesys.genesys_metric('tHeldComplete', 'total_ms') }} as held_ms,
{{ genesys.genesys_metric('tAcw', 'total_ms') }} as acw_ms,
{{ genesys.genesys_metric('tContacting', 'total_ms') }} as contacting_ms,
{{ genesys.genesys_metric('tDialing', 'total_ms') }} as dialing_ms,
{{ genesys.genesys_metric('nTransferred') }} as transferred,
{{ genesys.genesys_metric('nBlindTransferred') }} as blind_transferred,
{{ genesys.genesys_metric('nConsultTransferred') }} as consult_transferred,
{{ genesys.genesys_metric('nOutbound') }} as outbound
{%- endmacro %}

{# All ids that a column of several models holds. #}
{% macro genesys_seen(models, column) -%}
{% for model in models -%}
select {{ column }} as id from {{ ref(model) }} where {{ column }} is not null
{% if not loop.last %}union distinct{% endif %}
{% endfor %}
{%- endmacro %}
