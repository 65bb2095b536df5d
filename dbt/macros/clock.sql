{# The moment at which the marts stand: one for the whole build, so that no two models disagree about it. #}
{% macro as_of() -%}
    {%- set given = var('as_of', '') -%}
    {{- timestamp_literal(utc_of_iso(given) if given else run_started_at) -}}
{%- endmacro %}

{#
    Whether a timestamp can be true. A device with a wrong clock would otherwise keep its learner active for years, or
    stretch the calendar over a century. Such events stay in staging and in the timeline, with a note.
#}
{% macro has_plausible_time(column='occurred_at') -%}
    {%- set given = var('as_of', '') -%}
    {%- set now = [utc_of_iso(given), run_started_at] | max if given else run_started_at -%}
    {{ column }} between {{ earliest_plausible_time() }}
        and {{ timestamp_literal(now + modules.datetime.timedelta(days=1)) }}
{%- endmacro %}

{% macro earliest_plausible_time() -%}
    cast('2000-01-01 00:00:00' as timestamp)
{%- endmacro %}

{% macro timestamp_literal(moment) -%}
    cast('{{ moment.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as timestamp)
{%- endmacro %}

{% macro utc_of_iso(text) -%}
    {%- if not modules.re.fullmatch('\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.]\d{3}|[.]\d{6})?)?(Z|[+]00:00)', text | string) -%}
        {{ exceptions.raise_compiler_error("as_of is '" ~ text ~ "': write it as 2026-06-01T00:00:00Z") }}
    {%- endif -%}
    {{- return(modules.datetime.datetime.fromisoformat((text | string).replace('Z', '+00:00'))) -}}
{%- endmacro %}

{# The learners' day of a UTC timestamp. #}
{% macro new_zealand_date(column) -%}
    {{ return(adapter.dispatch('new_zealand_date')(column)) }}
{%- endmacro %}

{% macro duckdb__new_zealand_date(column) -%}
    cast(timezone('Pacific/Auckland', timezone('UTC', {{ column }})) as date)
{%- endmacro %}

{% macro snowflake__new_zealand_date(column) -%}
    cast(convert_timezone('UTC', 'Pacific/Auckland', {{ column }}) as date)
{%- endmacro %}

{# Seconds between two timestamps, with their fraction. #}
{% macro seconds_between(earlier, later) -%}
    {{ dbt.datediff(earlier, later, 'millisecond') }} / 1000.0
{%- endmacro %}
