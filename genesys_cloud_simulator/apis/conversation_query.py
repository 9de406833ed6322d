"""The conversation query: one page of conversations at once, chosen by the days they began on.

Where the platform's documentation is silent: a day is touched by an interval that contains a
moment of it, so that an interval up to midnight does not touch the day after; a page past the end
has no `conversations`; fields that are not known are refused unless the simulator is set to
ignore them; a metric of several sessions is added up; a page size over 100 is refused. It is not
clamped as in a list, because nothing in the answer would say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from genesys_cloud_simulator.faults.pages import (
    faulty_rows,
    faulty_slice,
    page_response,
    shown_total,
)
from genesys_cloud_simulator.searches.counted_twice import CountedTwice
from genesys_cloud_simulator.searches.dialects import (
    QUERY_KEYS,
    DialectRoute,
    is_conversation_query,
)
from genesys_cloud_simulator.timestamps import MILLISECOND
from genesys_cloud_simulator.validation.body import (
    bad_request,
    integer,
    known_object,
    optional_list,
    read_json,
)
from genesys_cloud_simulator.validation.details.aggregations import (
    Aggregation,
    aggregate,
    read_aggregation,
)
from genesys_cloud_simulator.validation.details.intervals import IntervalLimits
from genesys_cloud_simulator.validation.details.query import (
    DetailsSearch,
    arrange,
    pagination_problem,
    read_query,
    read_search,
)
from genesys_cloud_simulator.views.conversations import ConversationView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


PATH = "/api/v2/analytics/conversations/details/query"

DEFAULT_PAGE = 25

LARGEST_PAGE = 100

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Query:
    search: DetailsSearch
    aggregations: tuple[Aggregation, ...]
    page_size: int
    page_number: int

    @property
    def searched(self) -> tuple[datetime, datetime]:
        return self.search.start, self.search.end


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the route of the conversation query.

    Args:
        simulator: The simulator whose organisation it searches.

    Returns:
        The route.
    """
    # A query is sent once for each of its pages: what holds for all of them is kept.
    matching = lru_cache(maxsize=16)(_matching)
    facets = lru_cache(maxsize=64)(
        lambda view, search, aggregations: aggregate(
            aggregations,
            view.documents(matching(view, search)),
            simulator.media_unknown_from(view.seen),
        )
    )

    def answer(query: _Query, fault: Fault | None) -> Response:
        offset = (query.page_number - 1) * query.page_size
        view = ConversationView(simulator.org, simulator.begin_page(offset, fault))
        matches = simulator.moving.listed(
            matching(view, query.search),
            (offset, query.page_size),
            fault,
            expects_insertion=simulator.faults.expects("inserted_record", "query", query.searched),
        )
        counted = CountedTwice(matches, simulator.counted_twice_every)
        page = list(view.documents(counted.page(faulty_slice(offset, query.page_size, fault))))
        page = faulty_rows(page, fault, id_name="conversationId", time_name="conversationStart")
        document: Properties = {}
        if page or not simulator.bare_page_past_end:
            limit = simulator.total_limits.get("conversation_query")
            document.update(shown_total("totalHits", counted.total, fault, limit))
        if page:
            document["conversations"] = page
        if query.aggregations:
            document["aggregations"] = facets(view, query.search, query.aggregations)
        return page_response(document, fault)

    async def search(request: Request) -> Response:
        body = read_json(request.headers.get("content-type", ""), await request.body())
        query = _read(body, simulator)
        first = query.page_number == 1
        fault = simulator.faults.take("page", "query", query.searched, is_first_page=first)
        if fault is not None:
            request.state.fault = fault.kind
        # In a thread: a large search takes a while, and other requests must not wait.
        return await run_in_threadpool(answer, query, fault)

    # Without an interaction search, this API answers or refuses every body.
    alone = "interaction_search" not in simulator.search_apis
    return [
        DialectRoute(
            PATH,
            search,
            "conversation_query.query",
            lambda document: alone or is_conversation_query(document),
        )
    ]


def _matching(view: ConversationView, search: DetailsSearch) -> Sequence[int]:
    first = datetime.combine(search.start.date(), time.min, timezone.utc)
    last = datetime.combine((search.end - MILLISECOND).date(), time.min, timezone.utc)
    return arrange(search, view, view.started(first, last + _DAY))


def _read(body: object, simulator: SimulatedPlatform) -> _Query:
    fields = read_query(body, QUERY_KEYS, ignores_unknown_fields=simulator.ignores_unknown_fields)
    paging = known_object(fields.get("paging", {}), "paging", ("pageSize", "pageNumber"))
    size = integer(paging.get("pageSize", DEFAULT_PAGE), "paging.pageSize", 1, LARGEST_PAGE)
    page = integer(paging.get("pageNumber", 1), "paging.pageNumber", 1, None)
    if size * page > simulator.query_depth_limit:
        bad_request(pagination_problem(simulator.query_depth_limit), "paging.pageNumber")
    aggregations = optional_list(fields, "aggregations", "body")
    limits = IntervalLimits(
        simulator.unfiltered_query_interval_days, simulator.query_interval_days, simulator.moment
    )
    return _Query(
        read_search(fields, limits, partial_addresses=False),
        tuple(
            read_aggregation(one, f"aggregations[{position}]")
            for position, one in enumerate(aggregations)
        ),
        size,
        page,
    )
