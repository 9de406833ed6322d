"""The search APIs of the platform, one file each; this is where a new one is entered."""

from tap_genesys_search.search_apis.interaction_search import InteractionSearch
from tap_genesys_search.search_apis.search_api import SearchApi

SEARCH_APIS: dict[str, type[SearchApi]] = {
    api.name: api
    for api in (InteractionSearch,)  # in the order in which `auto` tries them
}
