with learner_items as (

    select * from {{ ref('fct_user_content_summary') }}

),

-- A lesson is entered by any event in it, also by one that names no item.
entries as (

    select user_id, lesson_id, min(first_event_at) as first_entered_at, min(activity_on) as first_entered_on
    from {{ ref('fct_lesson_daily_activity') }}
    group by user_id, lesson_id

),

progress as (

    select
        user_id,
        lesson_id,
        count(*) as items_total,
        {{ count_where('is_completed') }} as items_completed,
        max(completed_at) as last_completed_at,
        max(completed_on) as last_completed_on
    from learner_items
    group by user_id, lesson_id

),

final as (

    select
        progress.user_id,
        progress.lesson_id,
        entries.first_entered_at,
        entries.first_entered_on,
        progress.items_completed,
        progress.items_total,
        {{ rate('progress.items_completed', 'progress.items_total') }} as completion_rate,
        progress.items_completed = progress.items_total as is_completed,
        case when progress.items_completed = progress.items_total then progress.last_completed_at end as completed_at,
        case when progress.items_completed = progress.items_total then progress.last_completed_on end as completed_on
    from progress
    left join entries on progress.user_id = entries.user_id and progress.lesson_id = entries.lesson_id

)

select * from final
