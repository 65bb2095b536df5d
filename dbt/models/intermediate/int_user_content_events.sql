{{ config(unique_key='event_key') }}

with events as (

    select * from {{ ref('stg_learning_events') }}
    {{ where_staged_since() }}

),

metadata as (

    select * from {{ ref('stg_learning_metadata') }}
    {{ where_staged_since() }}

),

lessons as (

    select distinct lesson_id from {{ ref('content_items') }}

),

described as (

    select
        events.event_key,
        events.user_id,
        events.event_type,
        events.occurred_at,
        events.occurred_on,
        lessons.lesson_id,
        events.content_id,
        events.content_type,
        events.is_course_item,
        metadata.question_id,
        metadata.time_spent_seconds,
        metadata.duration_seconds,
        events.event_type in ('video_started', 'quiz_opened', 'exercise_opened') as is_opening,
        events.event_type = 'question_answered' as is_answer,
        events.event_type = 'question_submitted' as is_submission,
        events.event_type = 'question_submitted' and coalesce(metadata.is_correct, false) as is_correct_submission,
        -- read_percent is 0-100.
        coalesce(
            case events.content_type
                when 'video' then events.event_type = 'video_completed'
                when 'slide' then events.event_type = 'slide_viewed'
                when 'article' then events.event_type = 'article_read' and metadata.read_percent >= 90
                when 'quiz' then events.event_type = 'quiz_completed'
                when 'exercise' then events.event_type = 'exercise_completed'
            end,
            false
        ) as is_completion,
        metadata.slide_index,
        events.staged_in
    from events
    left join metadata on events.event_key = metadata.event_key
    left join lessons on events.lesson_id = lessons.lesson_id

)

select * from described
