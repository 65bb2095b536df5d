{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='event_key') }}

with events as (

    select event_key, event_id, event_type, metadata, staged_in
    from {{ ref('base_learning_events') }}
    {{ where_staged_since() }}

),

typed as (

    select
        event_key,
        {{ json_string('metadata', 'question_id') }} as question_id,
        {{ json_text('metadata', 'answer_given') }} as answer_given,
        {{ json_boolean('metadata', 'correct') }} as is_correct,
        {{ json_number('metadata', 'time_spent') }} as time_spent_seconds,
        {{ json_number('metadata', 'duration') }} as duration_seconds,
        {{ json_integer('metadata', 'slide_index') }} as slide_index,
        {{ json_number('metadata', 'read_percent') }} as read_percent,
        {{ json_integer('metadata', 'score') }} as score,
        {{ json_integer('metadata', 'total_questions') }} as total_questions,
        {{ json_number('metadata', 'completion_ratio') }} as completion_ratio,
        staged_in
    from events

)

select * from typed
