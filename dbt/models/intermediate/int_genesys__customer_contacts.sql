-- Inbound conversations of known customers, with the one before and the one after.
with contacts as (
    select
        conversations.conversation_id,
        conversations.started_at,
        customers.customer_key,
        lag(conversations.conversation_id) over (
            partition by customers.customer_key
            order by conversations.started_at, conversations.conversation_id
        ) as previous_conversation_id,
        lag(conversations.started_at) over (
            partition by customers.customer_key
            order by conversations.started_at, conversations.conversation_id
        ) as previous_started_at,
        lead(conversations.started_at) over (
            partition by customers.customer_key
            order by conversations.started_at, conversations.conversation_id
        ) as next_started_at
    from {{ ref('stg_genesys__conversations') }} as conversations
    inner join {{ ref('int_genesys__customers') }} as customers
        on conversations.conversation_id = customers.conversation_id
    where conversations.originating_direction = 'inbound'
)

select
    contacts.conversation_id,
    contacts.customer_key,
    case
        when
            contacts.started_at
            <= {{ dbt.dateadd('day', var('genesys_repeat_days'), 'contacts.previous_started_at') }}
            then contacts.previous_conversation_id
    end as is_repeat_of,
    case
        when
            {{ dbt.dateadd('day', var('genesys_repeat_days'), 'contacts.started_at') }}
            > data_range.data_until
            then null
        else coalesce(
            contacts.next_started_at
            <= {{ dbt.dateadd('day', var('genesys_repeat_days'), 'contacts.started_at') }},
            false
        )
    end as is_followed_within_days
from contacts
cross join {{ ref('int_genesys__data_range') }} as data_range
