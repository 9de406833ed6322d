{# A key: no row lacks a part of it, and no two rows share it. #}
{% test genesys_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as copies
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1{% for column in columns %} or {{ column }} is null{% endfor %}

{% endtest %}


{% test genesys_not_negative(model, columns) %}
select *
from {{ model }}
where {% for column in columns %}{{ column }} < 0{% if not loop.last %} or {% endif %}{% endfor %}
{% endtest %}


{# No row has more of a part than of the whole. #}
{% test genesys_at_most(model, part, whole) %}
select *
from {{ model }}
where {{ part }} > {{ whole }}
{% endtest %}


{# `relationships` for a key of several columns. #}
{% test genesys_related(model, columns, to, to_columns) %}
select child.*
from {{ model }} as child
left join {{ to }} as parent
    on {% for column in columns %}child.{{ column }} = parent.{{ to_columns[loop.index0] }}{% if not loop.last %} and {% endif %}{% endfor %}

where child.{{ columns[-1] }} is not null and parent.{{ to_columns[-1] }} is null
{% endtest %}
