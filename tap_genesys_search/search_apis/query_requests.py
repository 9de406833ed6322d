"""What a conversation query is asked, and how its answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.platform.responses import place_of, size_of
from tap_genesys_search.search_apis.conversation_facets import build_aggregations, read_aggregations
from tap_genesys_search.search_apis.conversation_filters import build_filters
from tap_genesys_search.search_apis.page import Page, read_count

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


PATH = "/api/v2/analytics/conversations/details/query"

LARGEST_PAGE = 100

LARGEST_SEARCH = 100_000
"""Paging works through as many conversations and no more: so the platform refuses what lies
deeper (https://github.com/splunk/genesys_cloud_ta, release 0.2.2)."""


def build_query(
    settings: Settings,
    window: Window,
    page_number: int,
    page_size: int,
    *predicates: JsonObject,
) -> JsonObject:
    """Build the body that asks for one page.

    Args:
        settings: Give filters and facets.
        window: Span of time in which the conversations start.
        page_number: From 1 on.
        page_size: How many conversations to ask for.
        predicates: Further predicates on conversations.

    Returns:
        The body, model `ConversationQuery` of the official SDK. Facets are asked for with the
        first page only.
    """
    filters = build_filters((*settings.filters, *predicates))
    aggregations = build_aggregations(settings.facets)
    return {
        "interval": str(window),
        "order": "asc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": page_size, "pageNumber": page_number},
        **filters,
        **({"aggregations": aggregations} if aggregations and page_number == 1 else {}),
    }


def read_answer(answer: JsonObject) -> Page:
    """Check an answer and read its page; one without `conversations` is empty.

    Later pages may come without `totalHits`.

    Raises:
        SearchFailedError: Conversations or total are not what the model says.
    """
    records = answer.get("conversations") or []
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SearchFailedError(
            f"{place_of(answer, PATH)} answered conversations that are no list of objects"
        )
    said = answer.get("totalHits")
    total = read_count(said)
    if total is None and said is not None:
        raise SearchFailedError(f"{place_of(answer, PATH)} answered a totalHits that is no count")
    facets = read_aggregations(answer, place_of(answer, PATH))
    return Page(records, total, facets, size_of(answer))
