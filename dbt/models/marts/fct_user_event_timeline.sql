{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='user_id') }}

-- Beside the number of events, what staging thinks of them may change: a learner is enrolled, a time becomes plausible.
{%- set weight -%}
    case when is_enrolled then 2 else 1 end + case when {{ has_plausible_time() }} then 0 else 4 end
{%- endset %}
{%- set held -%}
    case when is_enrolled then 2 else 1 end + case when staging_note like '%timestamp can not be right%' then 4 else 0 end
{%- endset %}

with events as (

    select *
    from {{ ref('stg_learning_events') }}
    where true
    {{ and_learner_changed(ref('stg_learning_events'), counted='true', held=held, weight=weight) }}

),

metadata as (

    select * from {{ ref('stg_learning_metadata') }}

),

final as (

    select
        events.event_key,
        events.event_id,
        events.event_type,
        events.occurred_at,
        events.occurred_on,
        events.user_id,
        events.course_id,
        events.unit_id,
        events.lesson_id,
        events.content_id,
        events.content_type,
        metadata.question_id,
        metadata.answer_given,
        metadata.is_correct,
        metadata.time_spent_seconds,
        metadata.duration_seconds,
        metadata.slide_index,
        metadata.read_percent,
        metadata.score,
        metadata.total_questions,
        metadata.completion_ratio,
        events.is_enrolled,
        events.staging_note
    from events
    left join metadata on events.event_key = metadata.event_key

)

select * from final
