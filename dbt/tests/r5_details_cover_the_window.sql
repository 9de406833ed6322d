{{ config(severity='warn') }}

-- R5: what the comparison can't know. A row says that no interval is compared, or which conversation
-- has been open for longer than any lives: it was perhaps last read before it ended.
select 'nothing is compared' as reason, cast(null as {{ dbt.type_string() }}) as conversation_id
from {{ ref('int_genesys__data_range') }}
where compared_from >= compared_until

union all

select 'open for too long' as reason, conversations.conversation_id
from {{ ref('stg_genesys__conversations') }} as conversations
cross join {{ ref('int_genesys__data_range') }} as data_range
where
    conversations.ended_at is null
    and {{ dbt.dateadd('day', var('genesys_longest_life_days'), 'conversations.started_at') }}
    < data_range.data_until
