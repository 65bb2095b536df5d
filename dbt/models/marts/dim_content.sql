with content_items as (

    select * from {{ ref('content_items') }}

),

questions as (

    select content_id, count(*) as questions
    from {{ ref('questions') }}
    group by content_id

),

final as (

    select
        content_items.content_id,
        content_items.content_title,
        content_items.content_type,
        cast(content_items.content_position as bigint) as content_position,
        content_items.lesson_id,
        content_items.lesson_title,
        -- Lessons and units stand in the order of their first items.
        cast(dense_rank() over (order by lesson_start) as bigint) as lesson_position,
        content_items.unit_id,
        content_items.unit_title,
        cast(dense_rank() over (order by unit_start) as bigint) as unit_position,
        content_items.course_id,
        content_items.course_title,
        cast(coalesce(questions.questions, 0) as bigint) as questions
    from (
        select
            *,
            min(content_position) over (partition by course_id, unit_id, lesson_id) as lesson_start,
            min(content_position) over (partition by course_id, unit_id) as unit_start
        from content_items
    ) as content_items
    left join questions on content_items.content_id = questions.content_id

)

select * from final
