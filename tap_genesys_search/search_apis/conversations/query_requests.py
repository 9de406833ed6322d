"""What a conversation query is asked, and how its answers are read."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.responses import place_of, size_of
from tap_genesys_search.records.conversations.fields import conversation_start
from tap_genesys_search.search_apis.conversations.facets import (
    build_aggregations,
    read_aggregations,
)
from tap_genesys_search.search_apis.conversations.filters import build_filters
from tap_genesys_search.search_apis.page import Page, read_count
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window

logger = logging.getLogger("tap-genesys-search.search_api")


SETTLES_AFTER = timedelta(days=7)
"""So long after a day its list is likely to change while it is read: conversations are listed late,
and what ends, is wrapped up or deleted enters or leaves the filters. Of a row that moves from a
page not read yet to one that was read, no total tells, where another row arrives."""


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
    if not are_objects(records):
        raise SearchFailedError(
            f"{place_of(answer, PATH)} answered conversations that are not a list of objects"
        )
    said = answer.get("totalHits")
    total = read_count(said)
    if total is None and said is not None:
        raise SearchFailedError(
            f"{place_of(answer, PATH)} answered a totalHits that is not a count"
        )
    facets = read_aggregations(answer, place_of(answer, PATH))
    return Page(records, total, facets, size_of(answer))


def may_change(window: Window, now: datetime) -> bool:
    """Tell whether what is listed for the days that a window touches is likely to change still.

    Args:
        window: The window.
        now: The time on the platform.
    """
    return window.whole_days().end + SETTLES_AFTER > now


def warn_of_other_days(records: Collection[JsonObject], window: Window) -> None:
    """Warn where all conversations of a page have started on other days than were asked for.

    The interval of a query selects the conversations that started on its days
    (`startOfDayIntervalMatching` of jobs is documented as doing the same).

    Args:
        records: The conversations.
        window: The window searched.
    """
    days = window.whole_days()
    starts = [conversation_start(one) for one in records]
    if starts and all(start and not days.start <= start < days.end for start in starts):
        logger.warning(
            "Window %s: %s found, none started on its days, so none is taken. Check whether "
            "the address is the platform's",
            window,
            counted(len(starts), "conversation"),
        )
