"""The search APIs of the platform, one file each; this is where a new one is entered."""

from tap_genesys_search.search_apis.conversation_jobs import ConversationJobs
from tap_genesys_search.search_apis.conversation_query import ConversationQuery
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.search_apis.search_api import SearchApi
from tap_genesys_search.search_apis.transcript_search import TranscriptSearch

SEARCH_APIS: dict[str, type[SearchApi]] = {
    api.name: api
    # In the order in which `auto` tries them.
    for api in (InteractionSearch, ConversationJobs, ConversationQuery, TranscriptSearch)
}
