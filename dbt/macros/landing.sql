{#
    On DuckDB the consumer's file belongs to one process at a time. The model that takes new records attaches it for
    just that step; the consumer waits and retries meanwhile, as dbt does when the consumer holds it.
#}
{% macro attach_landing() -%}
    {%- if target.type == 'duckdb' -%}
        attach if not exists '{{ env_var('LANDING_DUCKDB', '.data/landing.duckdb') | replace("'", "''") }}' as landing (read_only)
    {%- endif -%}
{%- endmacro %}

{% macro detach_landing() -%}
    {%- if target.type == 'duckdb' -%}
        detach database if exists landing
    {%- endif -%}
{%- endmacro %}
