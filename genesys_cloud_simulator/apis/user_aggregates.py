"""The user aggregates: how long users were in which status, by user and span of time.

"Filtering and group-by is limited to the userId dimension only. A single query may contain no more
than 100 userId predicates"
(https://developer.genesys.cloud/analyticsdatamanagement/analytics/aggregate/user-query). Where
that is silent, this is the stricter: a query must name its users, and a bucket is of whole half
hours, as the platform's own figures are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from genesys_cloud_simulator.conversations.sessions import MINUTE
from genesys_cloud_simulator.errors import json_response
from genesys_cloud_simulator.org.directory import USERS, presence_id
from genesys_cloud_simulator.timestamps import MILLISECOND, to_milliseconds
from genesys_cloud_simulator.validation.aggregate_query import (
    USER_KEYS,
    Names,
    read_aggregate_query,
    results,
)
from genesys_cloud_simulator.validation.body import bad_request, invalid_value, read_json
from genesys_cloud_simulator.validation.names import USER_METRICS
from genesys_cloud_simulator.validation.predicates import Vocabulary
from genesys_cloud_simulator.views.conversations import ConversationView
from genesys_cloud_simulator.views.user_status import (
    SYSTEM_PRESENCES,
    one_at_a_time,
    presences,
    routing_spans,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.state.platform import SimulatedPlatform
    from genesys_cloud_simulator.validation.aggregate_query import AggregateQuery, Group
    from genesys_cloud_simulator.validation.predicates import Filter, Predicate


PATH = "/api/v2/analytics/users/aggregates/query"

NAMES = Names(USER_KEYS, {"userId"}, Vocabulary({"userId"}), USER_METRICS)

LARGEST_FILTER = 100

_FINEST = 30 * MINUTE

_KNOWN = frozenset(user_id for user_id, _ in USERS)


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the route of the user aggregates.

    Args:
        simulator: The simulator whose organisation it counts.

    Returns:
        The route.
    """
    # Users are asked for a hundred at a time: what all queries of an interval need is kept.
    handled = lru_cache(maxsize=8)(_handled)

    def answer(query: AggregateQuery) -> Response:
        view = ConversationView(simulator.org, simulator.moment)
        work = handled(view, query.start, query.end)
        limit = simulator.aggregate_result_limit
        return json_response(
            {
                "systemToOrganizationMappings": _mappings(),
                "results": results(query, _figures(query, work, to_milliseconds(view.seen)), limit),
            }
        )

    async def aggregate(request: Request) -> Response:
        body = read_json(request.headers.get("content-type", ""), await request.body())
        query = read_aggregate_query(
            body,
            NAMES,
            simulator.aggregate_interval_days,
            ignores_unknown_fields=simulator.ignores_unknown_fields,
        )
        _check(query)
        # In a thread: counting may take a while, and other requests must not wait.
        return await run_in_threadpool(answer, query)

    return [Route(PATH, aggregate, methods=["POST"], name="user_aggregates.user_aggregates")]


def _check(query: AggregateQuery) -> None:
    if query.filter is None:
        bad_request("A filter of userId is required", "filter")
    count = len(query.filter.predicates) + sum(len(one.predicates) for one in query.filter.clauses)
    if count > LARGEST_FILTER:
        bad_request(
            f"A query may contain no more than {LARGEST_FILTER} userId predicates", "filter"
        )
    length = query.granularity
    if length and length % _FINEST and length != query.end - query.start:
        invalid_value("granularity", "must be of whole half hours")


def _figures(
    query: AggregateQuery, work: Mapping[str, Sequence[tuple[str, int, int]]], seen: int
) -> dict[Group, dict[int, list[Properties]]]:
    lengths: defaultdict[Group, defaultdict[int, Counter[tuple[str, str]]]]
    lengths = defaultdict(lambda: defaultdict(Counter))
    for user_id in _users(query.filter):
        group = (("userId", user_id),) if query.group_by else ()
        for metric, qualifier, start, end in _spans(query, user_id, work.get(user_id, ()), seen):
            moment = start
            while moment < end:
                bucket = query.buckets.holding(moment)
                until = min(end, query.buckets.end_of(bucket))
                lengths[group][bucket][metric, qualifier] += until - moment
                moment = until
    return {
        group: {
            bucket: [
                {"metric": metric, "qualifier": qualifier, "stats": {"sum": length}}
                for (metric, qualifier), length in sorted(found.items())
                if metric in query.metrics
            ]
            for bucket, found in buckets.items()
        }
        for group, buckets in lengths.items()
    }


def _spans(
    query: AggregateQuery, user_id: str, work: Sequence[tuple[str, int, int]], seen: int
) -> Iterator[tuple[str, str, int, int]]:
    """Metric, qualifier, start and end of each span of a user's status."""
    for one in presences(user_id, query.start, max(query.start, min(query.end, seen))):
        yield "tSystemPresence", SYSTEM_PRESENCES[one.name], one.start, one.end
        yield "tOrganizationPresence", presence_id(one.name), one.start, one.end
        for status, start, end in routing_spans(one, work):
            yield "tAgentRoutingStatus", status, start, end


def _users(condition: Filter | None) -> list[str]:
    asked_for = _KNOWN if condition is None else _meant(condition)
    return [user_id for user_id, _ in USERS if user_id in asked_for]


def _meant(condition: Filter) -> frozenset[str]:
    """The users that a filter matches."""
    # By sets: whoever lists 20,000 users asks for a hundred of them at a time.
    parts = [*map(_named, condition.predicates), *map(_meant, condition.clauses)]
    together = frozenset.intersection if condition.every else frozenset.union
    return together(*parts)


def _named(predicate: Predicate) -> frozenset[str]:
    if predicate.value is not None:
        return _KNOWN & {predicate.value}
    return _KNOWN if predicate.operator == "exists" else frozenset()


def _handled(view: ConversationView, start: int, end: int) -> dict[str, list[tuple[str, int, int]]]:
    """Which statuses each agent had for conversations."""
    org = view.org
    origin = to_milliseconds(org.start)
    first, last = (org.start + (moment - origin) * MILLISECOND for moment in (start, end))
    work = work_of(view.conversations(first, last))
    return {
        agent_id: one_at_a_time([one for one in spans if one[2] > start])
        for agent_id, spans in work.items()
    }


@lru_cache(maxsize=1)
def _mappings() -> dict[str, list[str]]:
    mappings: dict[str, list[str]] = {}
    for name, system in SYSTEM_PRESENCES.items():
        mappings.setdefault(system, []).append(presence_id(name))
    return mappings
