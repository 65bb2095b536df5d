{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook={'sql': '{{ attach_landing() }}', 'transaction': false},
    post_hook={'sql': '{{ detach_landing() }}', 'transaction': false}
) }}

-- A plain copy: on DuckDB the consumer's file is held while it runs.
with records as (

    select * from {{ source('raw', 'raw_learning_events_v2') }}

),

{% if is_incremental() %}
-- Offsets commit in order within a partition; clocks don't.
taken as (

    select kafka_cluster, kafka_topic, kafka_partition, max(kafka_offset) as last_offset
    from {{ this }}
    group by kafka_cluster, kafka_topic, kafka_partition

),
{% endif %}

new_records as (

    select records.*
    from records
    {% if is_incremental() %}
    left join taken
        on records.kafka_cluster = taken.kafka_cluster
        and records.kafka_topic = taken.kafka_topic
        and records.kafka_partition = taken.kafka_partition
    where taken.last_offset is null or records.kafka_offset > taken.last_offset
    {% endif %}

)

select
    md5(event_id || '|' || {{ json_as_text('raw_payload') }}) as event_key,
    event_id,
    event_type,
    new_records.timestamp as occurred_at,
    raw_payload,
    kafka_cluster,
    kafka_topic,
    kafka_partition,
    kafka_offset,
    ingested_at,
    cast({{ next_build_number() }} as bigint) as staged_in
from new_records
