{# Schemas are named exactly as configured: staging, intermediate, marts (in upper case on Snowflake, where they are created so). #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set name = custom_schema_name | trim if custom_schema_name else target.schema -%}
    {{ name | upper if target.type == 'snowflake' else name }}
{%- endmacro %}
