"""The search APIs of the platform, one file each; this is where a new one is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.conversation_jobs import ConversationJobs
from tap_genesys_search.search_apis.conversation_query import ConversationQuery
from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.search_apis.transcript_search import TranscriptSearch

if TYPE_CHECKING:
    from tap_genesys_search.search_apis.base import SearchApi

SEARCH_APIS: dict[str, type[SearchApi]] = {
    api.name: api
    # In the order in which `auto` tries them.
    for api in (InteractionSearch, ConversationJobs, ConversationQuery, TranscriptSearch)
}
