with enrolments as (

    select min(enrolled_on) as first_day from {{ ref('enrolments') }}

),

events as (

    select min(occurred_on) as first_day, max(occurred_on) as last_day
    from {{ ref('int_user_content_events') }}
    where {{ has_plausible_time() }}

),

bounds as (

    select
        least(cast(enrolments.first_day as date), coalesce(events.first_day, cast(enrolments.first_day as date))) as first_day,
        greatest({{ new_zealand_date(as_of()) }}, coalesce(events.last_day, {{ new_zealand_date(as_of()) }})) as last_day
    from enrolments
    cross join events

),

numbers as (

    {{ dbt.generate_series(16384) }}

),

days as (

    select cast({{ dbt.dateadd('day', 'numbers.generated_number - 1', 'bounds.first_day') }} as date) as date_day
    from bounds
    inner join numbers
        on numbers.generated_number - 1 <= {{ dbt.datediff('bounds.first_day', 'bounds.last_day', 'day') }}

),

-- Day names differ between DuckDB and Snowflake; the distance from a known Monday does not.
weekdays as (

    select
        date_day,
        mod({{ dbt.datediff("cast('1999-12-27' as date)", 'date_day', 'day') }}, 7) + 1 as day_of_week
    from days

),

final as (

    select
        date_day,
        cast(extract(year from date_day) as bigint) as calendar_year,
        cast(extract(month from date_day) as bigint) as calendar_month,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start,
        cast({{ dbt.dateadd('day', '1 - day_of_week', 'date_day') }} as date) as week_start,
        cast(day_of_week as bigint) as day_of_week,
        case day_of_week
            when 1 then 'Monday'
            when 2 then 'Tuesday'
            when 3 then 'Wednesday'
            when 4 then 'Thursday'
            when 5 then 'Friday'
            when 6 then 'Saturday'
            when 7 then 'Sunday'
        end as day_name,
        day_of_week >= 6 as is_weekend,
        cast({{ dbt.datediff('date_day', new_zealand_date(as_of()), 'day') }} as bigint) as days_ago
    from weekdays

)

select * from final
