with questions as (

    select * from {{ ref('questions') }}

),

content_items as (

    select * from {{ ref('content_items') }}

),

final as (

    select
        questions.content_id,
        content_items.content_title,
        questions.question_id,
        cast(questions.question_position as bigint) as question_position,
        questions.question_kind,
        questions.question_text,
        questions.correct_answer
    from questions
    inner join content_items on questions.content_id = content_items.content_id

)

select * from final
