{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='user_id',
    pre_hook='{{ forget_unenrolled() }}'
) }}

{%- set counted -%}
    is_course_item and (is_answer or is_submission)
    and user_id in (select user_id from {{ ref('dim_learners') }}) and {{ has_plausible_time() }}
{%- endset %}

with events as (

    select *
    from {{ ref('int_user_content_events') }}
    where {{ counted }}
    {{ and_learner_changed(ref('int_user_content_events'), counted, held='answers + submissions') }}

),

final as (

    select
        user_id,
        content_id,
        coalesce(question_id, 'unknown') as question_id,
        occurred_on as activity_on,
        {{ count_where('is_answer') }} as answers,
        {{ count_where('is_submission') }} as submissions,
        {{ count_where('is_correct_submission') }} as correct_submissions,
        {{ rate(count_where('is_correct_submission'), count_where('is_submission')) }} as correct_rate,
        cast(coalesce({{ exact_sum('case when is_answer then time_spent_seconds end') }}, 0) as double) as time_spent_seconds
    from events
    group by user_id, content_id, coalesce(question_id, 'unknown'), occurred_on

)

select * from final
