{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='user_id',
    pre_hook='{{ forget_unenrolled() }}'
) }}

{%- set counted -%}
    user_id in (select user_id from {{ ref('dim_learners') }}) and {{ has_plausible_time() }}
{%- endset %}

with events as (

    select *
    from {{ ref('int_user_content_events') }}
    where {{ counted }}
    {{ and_learner_changed(ref('int_user_content_events'), counted) }}

),

-- A session belongs to the day on which it starts.
sessions as (

    select user_id, started_on, count(*) as sessions, {{ exact_sum('learning_seconds') }} as learning_seconds
    from {{ ref('int_user_sessions') }}
    group by user_id, started_on

),

completions as (

    select user_id, completed_on, count(*) as items_completed
    from {{ ref('int_user_content_summary') }}
    where is_completed
    group by user_id, completed_on

),

days as (

    select
        user_id,
        occurred_on as activity_on,
        count(*) as events,
        {{ count_where('is_submission and is_course_item') }} as submissions,
        {{ count_where('is_correct_submission and is_course_item') }} as correct_submissions
    from events
    group by user_id, occurred_on

),

final as (

    select
        days.user_id,
        days.activity_on,
        days.events,
        cast(coalesce(sessions.sessions, 0) as bigint) as sessions,
        cast(coalesce(sessions.learning_seconds, 0) as double) as learning_seconds,
        cast(coalesce(completions.items_completed, 0) as bigint) as items_completed,
        days.submissions,
        days.correct_submissions,
        {{ rate('days.correct_submissions', 'days.submissions') }} as correct_rate
    from days
    left join sessions on days.user_id = sessions.user_id and days.activity_on = sessions.started_on
    left join completions on days.user_id = completions.user_id and days.activity_on = completions.completed_on

)

select * from final
