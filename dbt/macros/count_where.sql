{# Rows for which a condition holds. count_if would do, but gives another type on DuckDB than on Snowflake. #}
{% macro count_where(condition) -%}
    count(case when {{ condition }} then 1 end)
{%- endmacro %}
