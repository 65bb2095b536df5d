-- Every enrolled learner with every item of the course, also those who never came: it depends on the enrolments and the
-- course as much as on events, so it is built anew each time; int_user_content_summary carries the work on the events.
with enrolments as (

    select * from {{ ref('enrolments') }}

),

learners as (

    select user_id from {{ ref('dim_learners') }}

),

content as (

    select * from {{ ref('dim_content') }}

),

activity as (

    select * from {{ ref('int_user_content_summary') }}

),

started_learners as (

    select distinct user_id from {{ ref('int_user_sessions') }}

),

final as (

    select
        learners.user_id,
        content.content_id,
        content.content_type,
        content.lesson_id,
        started_learners.user_id is not null as has_started,
        activity.user_id is not null as is_opened,
        coalesce(activity.is_completed, false) as is_completed,
        activity.opened_at,
        activity.opened_on,
        activity.completed_at,
        activity.completed_on,
        activity.last_event_at,
        cast(coalesce(activity.events, 0) as bigint) as events,
        cast(coalesce(activity.attempts, 0) as bigint) as attempts,
        cast(coalesce(activity.interactions, 0) as bigint) as interactions,
        cast(coalesce(activity.answers, 0) as bigint) as answers,
        cast(coalesce(activity.submissions, 0) as bigint) as submissions,
        cast(coalesce(activity.correct_submissions, 0) as bigint) as correct_submissions,
        {{ rate('activity.correct_submissions', 'activity.submissions') }} as correct_rate,
        cast(coalesce(activity.time_spent_seconds, 0) as double) as time_spent_seconds
    from enrolments
    inner join learners on enrolments.user_id = learners.user_id
    inner join content on enrolments.course_id = content.course_id
    left join activity on learners.user_id = activity.user_id and content.content_id = activity.content_id
    left join started_learners on learners.user_id = started_learners.user_id

)

select * from final
