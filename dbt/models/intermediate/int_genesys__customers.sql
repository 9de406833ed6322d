-- Who the customer of a conversation is: an external contact, else the number or address of the
-- first session that has one. A name is no identity: two customers may share it.
with sessions as (
    select
        conversation_id,
        participant_id,
        session_id,
        case
            when direction = 'outbound' then coalesce(dnis, address_to)
            else coalesce(ani, address_from)
        end as address
    from {{ ref('stg_genesys__conversation_sessions') }}
),

known as (
    select
        participants.conversation_id,
        coalesce(participants.external_contact_id, sessions.address) as customer,
        row_number() over (
            partition by participants.conversation_id
            order by
                case when participants.external_contact_id is not null then 0 else 1 end,
                sessions.session_id
        ) as place
    from {{ ref('stg_genesys__conversation_participants') }} as participants
    inner join sessions
        on
            participants.conversation_id = sessions.conversation_id
            and participants.participant_id = sessions.participant_id
    where
        participants.purpose in ('customer', 'external')
        and (
            participants.external_contact_id is not null
            -- A caller who withholds the number is anonymous@anonymous.invalid (RFC 3323).
            or lower(sessions.address) not like '%anonymous%'
        )
)

select
    conversation_id,
    {{ dbt.hash("'" ~ var('genesys_customer_salt') ~ "' || customer") }} as customer_key
from known
where place = 1
