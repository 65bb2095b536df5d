with events as (

    select * from {{ ref('base_learning_events') }}

),

content_items as (

    select * from {{ ref('content_items') }}

),

event_types as (

    select * from {{ ref('event_types') }}

),

enrolled_learners as (

    select distinct user_id from {{ ref('enrolments') }}

),

-- Where the item is known, the course says what it is and where it stands: producers may leave that out.
placed as (

    select
        events.event_key,
        events.event_id,
        events.event_type,
        events.occurred_at,
        events.occurred_on,
        events.user_id,
        coalesce(content_items.course_id, events.course_id) as course_id,
        coalesce(content_items.unit_id, events.unit_id) as unit_id,
        coalesce(content_items.lesson_id, events.lesson_id) as lesson_id,
        events.content_id,
        coalesce(content_items.content_type, events.content_type) as content_type,
        events.metadata,
        events.metadata_kind,
        event_types.event_level,
        content_items.content_id is not null as is_course_item,
        enrolled_learners.user_id is not null as is_enrolled,
        events.kafka_cluster,
        events.kafka_topic,
        events.kafka_partition,
        events.kafka_offset,
        events.ingested_at,
        events.staged_in
    from events
    left join content_items on events.content_id = content_items.content_id
    left join event_types on events.event_type = event_types.event_type
    left join enrolled_learners on events.user_id = enrolled_learners.user_id

),

noted as (

    select
        *,
        case when event_level is null then 'unknown event type; ' else '' end
        || case when is_enrolled then '' else 'learner is not enrolled; ' end
        || case
            when is_course_item then ''
            when content_id is not null then 'content item is not in the course; '
            when event_level in ('content', 'question') then 'names no content item; '
            else ''
        end
        || case
            when not is_course_item then ''
            when event_level = 'content' and event_type not like content_type || '%' then 'event type does not fit the content item; '
            when event_level = 'question' and content_type not in ('quiz', 'exercise') then 'event type does not fit the content item; '
            else ''
        end
        || case
            when metadata_kind = 'object' then ''
            when metadata_kind is null then 'metadata is missing; '
            else 'metadata is not an object; '
        end
        || case when {{ has_plausible_time('occurred_at') }} then '' else 'timestamp can not be right; ' end
        as notes
    from placed

),

final as (

    select
        event_key,
        event_id,
        event_type,
        occurred_at,
        occurred_on,
        user_id,
        course_id,
        unit_id,
        lesson_id,
        content_id,
        content_type,
        case when metadata_kind = 'object' then metadata end as metadata,
        is_course_item,
        is_enrolled,
        nullif(rtrim(notes, '; '), '') as staging_note,
        kafka_cluster,
        kafka_topic,
        kafka_partition,
        kafka_offset,
        ingested_at,
        staged_in
    from noted

)

select * from final
