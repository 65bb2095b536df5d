{# A sum of seconds that doesn't depend on the order of the rows, as one of floating-point numbers does. #}
{% macro exact_sum(expression) -%}
    cast(sum(cast({{ expression }} as decimal(18, 3))) as double)
{%- endmacro %}
