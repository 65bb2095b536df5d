{{ config(unique_key='user_id') }}

{%- set counted = has_plausible_time() %}

with events as (

    select
        user_id,
        event_type,
        occurred_at,
        occurred_on,
        duration_seconds,
        lag(occurred_at) over (partition by user_id order by occurred_at) as previous_at
    from {{ ref('int_user_content_events') }}
    where {{ counted }}
    {{ and_learner_changed(ref('int_user_content_events'), counted) }}

),

numbered as (

    select
        *,
        -- A gap of exactly 30 minutes is still the same session.
        sum(
            case when previous_at is null or occurred_at > {{ dbt.dateadd('minute', 30, 'previous_at') }} then 1 else 0 end
        ) over (partition by user_id order by occurred_at) as session_number
    from events

),

with_end as (

    select
        *,
        max(occurred_at) over (partition by user_id, session_number) as ended_at
    from numbered

),

sessions as (

    select
        user_id,
        cast(session_number as bigint) as session_number,
        min(occurred_at) as started_at,
        min(occurred_on) as started_on,
        max(ended_at) as ended_at,
        count(*) as events,
        -- The session's last event: a video that ends it was watched before it.
        coalesce(max(
            case when occurred_at = ended_at and event_type = 'video_completed' and duration_seconds > 0 then duration_seconds end
        ), 0) as last_video_seconds
    from with_end
    group by user_id, session_number

)

select
    user_id,
    session_number,
    started_at,
    started_on,
    ended_at,
    events,
    cast({{ seconds_between('started_at', 'ended_at') }} + last_video_seconds as double) as learning_seconds
from sessions
