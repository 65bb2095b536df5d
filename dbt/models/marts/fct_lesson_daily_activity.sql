{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='user_id',
    pre_hook='{{ forget_unenrolled() }}'
) }}

{%- set counted -%}
    lesson_id is not null and user_id in (select user_id from {{ ref('dim_learners') }}) and {{ has_plausible_time() }}
{%- endset %}

with events as (

    select *
    from {{ ref('int_user_content_events') }}
    where {{ counted }}
    {{ and_learner_changed(ref('int_user_content_events'), counted) }}

),

completions as (

    select summary.user_id, content.lesson_id, summary.completed_on, count(*) as items_completed
    from {{ ref('int_user_content_summary') }} as summary
    inner join {{ ref('dim_content') }} as content on summary.content_id = content.content_id
    where summary.is_completed
    group by summary.user_id, content.lesson_id, summary.completed_on

),

days as (

    select
        user_id,
        lesson_id,
        occurred_on as activity_on,
        min(occurred_at) as first_event_at,
        count(*) as events,
        count(distinct content_id) as items_opened,
        {{ count_where('is_submission and is_course_item') }} as submissions,
        {{ count_where('is_correct_submission and is_course_item') }} as correct_submissions
    from events
    group by user_id, lesson_id, occurred_on

),

final as (

    select
        days.user_id,
        days.lesson_id,
        days.activity_on,
        days.first_event_at,
        days.events,
        days.items_opened,
        cast(coalesce(completions.items_completed, 0) as bigint) as items_completed,
        days.submissions,
        days.correct_submissions,
        {{ rate('days.correct_submissions', 'days.submissions') }} as correct_rate
    from days
    left join completions
        on days.user_id = completions.user_id
        and days.lesson_id = completions.lesson_id
        and days.activity_on = completions.completed_on

)

select * from final
