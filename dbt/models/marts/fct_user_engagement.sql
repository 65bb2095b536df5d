with learners as (

    select * from {{ ref('dim_learners') }}

),

learner_items as (

    select * from {{ ref('fct_user_content_summary') }}

),

sessions as (

    select
        user_id,
        count(*) as sessions,
        sum(events) as events,
        {{ exact_sum('learning_seconds') }} as learning_seconds,
        min(started_at) as first_seen_at,
        max(ended_at) as last_seen_at
    from {{ ref('int_user_sessions') }}
    group by user_id

),

days as (

    select user_id, count(*) as active_days
    from {{ ref('fct_learner_daily_activity') }}
    group by user_id

),

items as (

    select
        user_id,
        count(*) as items_total,
        {{ count_where('is_opened') }} as items_opened,
        {{ count_where('is_completed') }} as items_completed,
        {{ count_where("is_opened and content_type in ('video', 'slide', 'article')") }} as materials_opened,
        {{ count_where("is_completed and content_type = 'video'") }} as videos_completed,
        {{ count_where("is_completed and content_type = 'slide'") }} as slides_completed,
        {{ count_where("is_completed and content_type = 'article'") }} as articles_completed,
        {{ count_where("is_completed and content_type = 'quiz'") }} as quizzes_completed,
        {{ count_where("is_completed and content_type = 'exercise'") }} as exercises_completed,
        sum(answers) as answers,
        sum(submissions) as submissions,
        sum(correct_submissions) as correct_submissions
    from learner_items
    group by user_id

),

joined as (

    select
        learners.user_id,
        sessions.first_seen_at,
        sessions.last_seen_at,
        cast(coalesce(sessions.events, 0) as bigint) as events,
        cast(coalesce(sessions.sessions, 0) as bigint) as sessions,
        cast(coalesce(days.active_days, 0) as bigint) as active_days,
        cast(coalesce(sessions.learning_seconds, 0) as double) as learning_seconds,
        cast(coalesce(items.items_total, 0) as bigint) as items_total,
        cast(coalesce(items.items_opened, 0) as bigint) as items_opened,
        cast(coalesce(items.items_completed, 0) as bigint) as items_completed,
        cast(coalesce(items.materials_opened, 0) as bigint) as materials_opened,
        cast(coalesce(items.videos_completed, 0) as bigint) as videos_completed,
        cast(coalesce(items.slides_completed, 0) as bigint) as slides_completed,
        cast(coalesce(items.articles_completed, 0) as bigint) as articles_completed,
        cast(coalesce(items.quizzes_completed, 0) as bigint) as quizzes_completed,
        cast(coalesce(items.exercises_completed, 0) as bigint) as exercises_completed,
        cast(coalesce(items.answers, 0) as bigint) as answers,
        cast(coalesce(items.submissions, 0) as bigint) as submissions,
        cast(coalesce(items.correct_submissions, 0) as bigint) as correct_submissions
    from learners
    left join sessions on learners.user_id = sessions.user_id
    left join days on learners.user_id = days.user_id
    left join items on learners.user_id = items.user_id

),

final as (

    select
        user_id,
        -- The first rule that fits; whole numbers, so that 50 % and 70 % are exact.
        case
            when last_seen_at is null or last_seen_at <= {{ dbt.dateadd('day', -30, as_of()) }} then 'Lost'
            when last_seen_at <= {{ dbt.dateadd('day', -14, as_of()) }} then 'Inactive'
            when submissions >= 3 and correct_submissions * 100 < submissions * 50 then 'Low performance'
            when last_seen_at >= {{ dbt.dateadd('day', -7, as_of()) }}
                and videos_completed >= 3
                and submissions > 0
                and correct_submissions * 100 >= submissions * 70
                then 'Active'
            when last_seen_at >= {{ dbt.dateadd('day', -7, as_of()) }}
                and materials_opened >= 1
                and submissions = 0
                then 'Passive'
            else 'Regular'
        end as user_segment,
        last_seen_at is not null as has_started,
        coalesce(last_seen_at >= {{ dbt.dateadd('day', -7, as_of()) }}, false) as is_seen_within_7_days,
        first_seen_at,
        last_seen_at,
        {{ new_zealand_date('last_seen_at') }} as last_seen_on,
        events,
        sessions,
        active_days,
        learning_seconds,
        items_total,
        items_opened,
        items_completed,
        {{ rate('items_completed', 'items_total') }} as completion_rate,
        videos_completed,
        slides_completed,
        articles_completed,
        quizzes_completed,
        exercises_completed,
        answers,
        submissions,
        correct_submissions,
        {{ rate('correct_submissions', 'submissions') }} as correct_rate,
        case
            when submissions = 0 then null
            when correct_submissions = 0 then '0 %'
            when correct_submissions * 100 <= submissions * 40 then '1-40 %'
            when correct_submissions * 100 <= submissions * 60 then '41-60 %'
            when correct_submissions * 100 <= submissions * 80 then '61-80 %'
            else '81-100 %'
        end as correct_rate_range
    from joined

)

select * from final
