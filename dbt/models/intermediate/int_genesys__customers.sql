-- Who the customer of a conversation is: an external contact, else the number or address of the
-- first session that has one. The platform's own placeholders are nobody's.
with known as (
    select
        participants.conversation_id,
        coalesce(
            participants.external_contact_id,
            case
                when sessions.media_type in ('voice', 'callback') then sessions.ani
                when sessions.direction = 'inbound' then sessions.address_from
            end,
            sessions.remote
        ) as customer,
        row_number() over (
            partition by participants.conversation_id
            order by
                case when participants.external_contact_id is not null then 0 else 1 end,
                sessions.session_id
        ) as place
    from {{ ref('stg_genesys__conversation_participants') }} as participants
    inner join {{ ref('stg_genesys__conversation_sessions') }} as sessions
        on
            participants.conversation_id = sessions.conversation_id
            and participants.participant_id = sessions.participant_id
    where
        participants.purpose in ('customer', 'external')
        and coalesce(
            participants.external_contact_id, sessions.ani, sessions.address_from, sessions.remote
        ) is not null
)

select
    conversation_id,
    {{ dbt.hash("'" ~ var('genesys_customer_salt') ~ "' || customer") }} as customer_key
from known
where place = 1 and customer is not null
