{{ config(unique_key='user_id') }}

{%- set counted = 'is_course_item and ' ~ has_plausible_time() %}

with events as (

    select *
    from {{ ref('int_user_content_events') }}
    where {{ counted }}
    {{ and_learner_changed(ref('int_user_content_events'), counted) }}

),

summary as (

    select
        user_id,
        content_id,
        count(*) as events,
        min(occurred_at) as opened_at,
        min(occurred_on) as opened_on,
        max(occurred_at) as last_event_at,
        min(case when is_completion then occurred_at end) as completed_at,
        min(case when is_completion then occurred_on end) as completed_on,
        -- Slides and articles have no event that opens them: a first slide, or reading, is an attempt.
        greatest(1, {{ count_where(
            "is_opening or event_type = 'article_read' or (event_type = 'slide_viewed' and slide_index = 1)"
        ) }}) as attempts,
        {{ count_where('not is_opening') }} as interactions,
        {{ count_where('is_answer') }} as answers,
        {{ count_where('is_submission') }} as submissions,
        {{ count_where('is_correct_submission') }} as correct_submissions,
        {{ exact_sum('case when is_answer then time_spent_seconds end') }} as time_spent_seconds
    from events
    group by user_id, content_id

)

select
    user_id,
    content_id,
    events,
    opened_at,
    opened_on,
    last_event_at,
    completed_at is not null as is_completed,
    completed_at,
    completed_on,
    attempts,
    interactions,
    answers,
    submissions,
    correct_submissions,
    time_spent_seconds
from summary
