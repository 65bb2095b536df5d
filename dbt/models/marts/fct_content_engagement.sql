with content as (

    select * from {{ ref('dim_content') }}

),

learner_items as (

    select * from {{ ref('fct_user_content_summary') }}

),

final as (

    select
        content.content_id,
        content.content_type,
        content.lesson_id,
        content.content_position,
        count(learner_items.user_id) as learners_enrolled,
        {{ count_where('learner_items.is_opened') }} as learners_opened,
        {{ count_where('learner_items.is_completed') }} as learners_completed,
        {{ rate(count_where('learner_items.is_completed'), count_where('learner_items.is_opened')) }} as completion_rate,
        cast(coalesce(sum(learner_items.events), 0) as bigint) as events,
        cast(coalesce(sum(learner_items.attempts), 0) as bigint) as attempts,
        cast(coalesce(sum(learner_items.interactions), 0) as bigint) as interactions,
        {{ rate('sum(learner_items.interactions)', count_where('learner_items.is_opened')) }} as interaction_rate,
        cast(coalesce(sum(learner_items.answers), 0) as bigint) as answers,
        cast(coalesce(sum(learner_items.submissions), 0) as bigint) as submissions,
        cast(coalesce(sum(learner_items.correct_submissions), 0) as bigint) as correct_submissions,
        {{ rate('sum(learner_items.correct_submissions)', 'sum(learner_items.submissions)') }} as correct_rate,
        cast(coalesce({{ exact_sum('learner_items.time_spent_seconds') }}, 0) as double) as time_spent_seconds
    from content
    left join learner_items on content.content_id = learner_items.content_id
    group by content.content_id, content.content_type, content.lesson_id, content.content_position

)

select * from final
