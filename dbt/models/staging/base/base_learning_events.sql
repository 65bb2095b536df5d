{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='event_key') }}

with records as (

    select * from {{ ref('stg_event_records') }}
    {{ where_staged_since() }}

),

-- The newest copy stands for all: it carries the newest build number, so copies are read once and never again.
newest_copies as (

    select *
    from records
    qualify row_number() over (
        partition by event_key
        order by staged_in desc, ingested_at desc, kafka_cluster, kafka_topic, kafka_partition, kafka_offset desc
    ) = 1

),

typed as (

    select
        event_key,
        event_id,
        event_type,
        occurred_at,
        {{ new_zealand_date('occurred_at') }} as occurred_on,
        {{ json_text('raw_payload', 'user_id') }} as user_id,
        {{ json_text('raw_payload', 'course_id') }} as course_id,
        {{ json_text('raw_payload', 'unit_id') }} as unit_id,
        {{ json_text('raw_payload', 'lesson_id') }} as lesson_id,
        {{ json_text('raw_payload', 'content_id') }} as content_id,
        {{ json_text('raw_payload', 'content_type') }} as content_type,
        {{ json_kind('raw_payload', 'metadata') }} as metadata_kind,
        {{ json_value('raw_payload', 'metadata') }} as metadata,
        kafka_cluster,
        kafka_topic,
        kafka_partition,
        kafka_offset,
        ingested_at,
        staged_in
    from newest_copies

)

select * from typed
