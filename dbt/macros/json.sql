{# Reading JSON: DuckDB's JSON and Snowflake's VARIANT. A path is names with dots between, such as `metadata.duration`. #}

{# The value as text; null where it is missing or null. #}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text')(column, path)) }}
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__json_text(column, path) -%}
    cast(get_path({{ column }}, '{{ path }}') as varchar)
{%- endmacro %}

{# The value as JSON. #}
{% macro json_value(column, path) -%}
    {{ return(adapter.dispatch('json_value')(column, path)) }}
{%- endmacro %}

{% macro duckdb__json_value(column, path) -%}
    json_extract({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__json_value(column, path) -%}
    get_path({{ column }}, '{{ path }}')
{%- endmacro %}

{# `object`, `array`, `string`, `number`, `boolean`; null where it is missing or null. #}
{% macro json_kind(column, path) -%}
    case {{ adapter.dispatch('json_type_name')(column, path) }}
        when 'OBJECT' then 'object'
        when 'ARRAY' then 'array'
        when 'VARCHAR' then 'string'
        when 'BOOLEAN' then 'boolean'
        when 'NULL' then null
        when 'NULL_VALUE' then null
        when 'UBIGINT' then 'number'
        when 'BIGINT' then 'number'
        when 'HUGEINT' then 'number'
        when 'INTEGER' then 'number'
        when 'DECIMAL' then 'number'
        when 'DOUBLE' then 'number'
    end
{%- endmacro %}

{% macro duckdb__json_type_name(column, path) -%}
    json_type({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro snowflake__json_type_name(column, path) -%}
    typeof(get_path({{ column }}, '{{ path }}'))
{%- endmacro %}

{# A number; null where the value is anything else, and where it is too large to count with. #}
{% macro json_number(column, path) -%}
    case
        when {{ json_kind(column, path) }} = 'number'
            and abs({{ dbt.safe_cast(json_text(column, path), 'double') }}) < 1e15
            then {{ dbt.safe_cast(json_text(column, path), 'double') }}
    end
{%- endmacro %}

{# A whole number; null where the value is anything else. #}
{% macro json_integer(column, path) -%}
    cast(case
        when {{ json_number(column, path) }} = floor({{ json_number(column, path) }}) then {{ json_number(column, path) }}
    end as bigint)
{%- endmacro %}

{# A text; null where the value is anything else. #}
{% macro json_string(column, path) -%}
    case when {{ json_kind(column, path) }} = 'string' then {{ json_text(column, path) }} end
{%- endmacro %}

{# A boolean; null where the value is anything else. #}
{% macro json_boolean(column, path) -%}
    case when {{ json_kind(column, path) }} = 'boolean' then {{ json_text(column, path) }} = 'true' end
{%- endmacro %}

{# The whole value as text: the words it was sent in on DuckDB, Snowflake's own on Snowflake, which doesn't keep them. #}
{% macro json_as_text(column) -%}
    {{ return(adapter.dispatch('json_as_text')(column)) }}
{%- endmacro %}

{% macro duckdb__json_as_text(column) -%}
    cast({{ column }} as varchar)
{%- endmacro %}

{% macro snowflake__json_as_text(column) -%}
    to_json({{ column }})
{%- endmacro %}
