with learners as (

    select * from {{ ref('learners') }}

),

cities as (

    select * from {{ ref('cities') }}

),

enrolments as (

    select user_id, min(enrolled_on) as enrolled_on
    from {{ ref('enrolments') }}
    group by user_id

),

final as (

    select
        learners.user_id,
        learners.learner_name,
        learners.class_name,
        cast(learners.grade as bigint) as grade,
        learners.gender,
        learners.city,
        cities.region,
        cast(cities.latitude as double) as latitude,
        cast(cities.longitude as double) as longitude,
        cast(enrolments.enrolled_on as date) as enrolled_on
    from enrolments
    inner join learners on enrolments.user_id = learners.user_id
    left join cities on learners.city = cities.city

)

select * from final
