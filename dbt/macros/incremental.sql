{#
    The number of this build, larger than any that this model has seen: what came with it is found by it further down.
    A full refresh goes on counting, so that a model further down that isn't refreshed with it sees every row as new.
#}
{% macro next_build_number() -%}
    {%- set existing = load_relation(this) if execute else none -%}
    {%- if existing -%}
        (select coalesce(max(staged_in), 0) + 1 from {{ this }})
    {%- else -%}
        1
    {%- endif -%}
{%- endmacro %}

{# In an incremental run, only what was staged after the newest row of this model. #}
{% macro where_staged_since() -%}
    {%- if is_incremental() -%}
        where staged_in > (select coalesce(max(staged_in), 0) from {{ this }})
    {%- endif -%}
{%- endmacro %}

{#
    In an incremental run, only learners whose events are not all in this model: it holds another number of them than
    there are. Events are only ever added, so an equal number means equal rows. That needs no watermark: it finds late
    events, learners who were enrolled later, and whatever an earlier build left undone.

    `counted` says which of the events this model counts, `held` in which column it holds their number, and `weight` by how much
    each counts where more than its being there matters.
#}
{% macro and_learner_changed(events, counted, held='events', weight='1') -%}
    {%- if is_incremental() -%}
        and user_id in (
            select there.user_id
            from (
                select user_id, sum({{ weight }}) as events from {{ events }} where {{ counted }} group by user_id
            ) as there
            left join (
                select user_id, sum({{ held }}) as events from {{ this }} group by user_id
            ) as here on there.user_id = here.user_id
            where there.events <> coalesce(here.events, 0)
        )
    {%- endif -%}
{%- endmacro %}

{# Takes learners who are no longer enrolled out of an incremental mart. #}
{% macro forget_unenrolled() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where user_id not in (select user_id from {{ ref('dim_learners') }})
    {%- endif -%}
{%- endmacro %}
