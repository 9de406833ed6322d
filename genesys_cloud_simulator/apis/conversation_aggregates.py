"""The conversation aggregates: the metrics of all conversations, by group and span of time.

A metric counts in the bucket in which it is emitted: "Metrics have their own individual timestamps
within the boundaries of the conversation and those are what the interval pertain to"
(https://developer.genesys.cloud/forum/t/conversation-aggregates-api-call/18235). Where the
platform's documentation is silent: a metric has the dimensions of its session, its participant, its
conversation and of the session's segments, the last from the segment's end on; a group leaves out
dimensions without a value; the service level counts customers who left a queue. Metrics that no
conversation here has yield nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from genesys_cloud_simulator.conversations.entrance import SHORT_WAIT
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.errors import json_response
from genesys_cloud_simulator.timestamps import MILLISECOND, to_milliseconds
from genesys_cloud_simulator.validation.aggregate_query import (
    CONVERSATION_KEYS,
    Names,
    holds,
    read_aggregate_query,
    results,
)
from genesys_cloud_simulator.validation.body import read_json
from genesys_cloud_simulator.validation.details.values import dimension_values
from genesys_cloud_simulator.validation.names import AGGREGATE_DIMENSIONS, AGGREGATE_METRICS
from genesys_cloud_simulator.validation.predicates import Vocabulary
from genesys_cloud_simulator.views.conversations import ConversationView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.conversations.model import (
        Conversation,
        Metric,
        Party,
        Properties,
        Session,
    )
    from genesys_cloud_simulator.state.platform import SimulatedPlatform
    from genesys_cloud_simulator.validation.aggregate_query import AggregateQuery, Group


PATH = "/api/v2/analytics/conversations/aggregates/query"

NAMES = Names(
    CONVERSATION_KEYS, AGGREGATE_DIMENSIONS, Vocabulary(AGGREGATE_DIMENSIONS), AGGREGATE_METRICS
)

SERVICE_TARGET = 0.8
"""The share of what is offered that an agent is to take in time, of all queues."""


_OF_SERVICE = ("oServiceLevel", "oServiceTarget")


@dataclass(frozen=True)
class _Event:
    """A metric, and where it was measured."""

    metric: Metric
    session: Session
    party: Party
    conversation: Conversation

    def values(self, dimension: str) -> Sequence[str]:
        """The values of a dimension, none where it is not set."""
        if dimension == "divisionId":
            return sorted(self.conversation.division_ids(self.metric.emitted))
        for part in (self.session, self.party, self.conversation):
            values = dimension_values(part.properties, dimension)
            if values:
                return _texts(values)
        # A metric does not have what became known later.
        emitted = self.metric.emitted
        parts = [segment.properties for segment in self.session.segments]
        parts += [one.closing for one in self.session.segments if one.end <= emitted]
        if self.session.end <= emitted:
            parts.append(self.session.closing)
        return _texts(value for part in parts for value in dimension_values(part, dimension))


def _texts(values: Iterable[object]) -> list[str]:
    return sorted({str(one).lower() if isinstance(one, bool) else str(one) for one in values})


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the route of the conversation aggregates.

    Args:
        simulator: The simulator whose organisation it counts.

    Returns:
        The route.
    """

    def answer(query: AggregateQuery) -> Response:
        view = ConversationView(simulator.org, simulator.moment)
        figures = _figures(query, _events(query, view))
        limit = simulator.aggregate_result_limit
        return json_response({"results": results(query, figures, limit)})

    async def aggregate(request: Request) -> Response:
        body = read_json(request.headers.get("content-type", ""), await request.body())
        query = read_aggregate_query(
            body,
            NAMES,
            simulator.aggregate_interval_days,
            ignores_unknown_fields=simulator.ignores_unknown_fields,
        )
        # In a thread: counting may take a while, and other requests must not wait.
        return await run_in_threadpool(answer, query)

    return [
        Route(
            PATH,
            aggregate,
            methods=["POST"],
            name="conversation_aggregates.conversation_aggregates",
        )
    ]


def _events(query: AggregateQuery, view: ConversationView) -> Iterator[_Event]:
    """What was emitted within the interval, up to the moment that is looked at."""
    org = view.org
    first = org.start + (query.start - to_milliseconds(org.start)) * MILLISECOND
    last = org.start + (query.end - to_milliseconds(org.start)) * MILLISECOND
    end = min(query.end, to_milliseconds(view.seen) + 1)
    for interaction in org.documents(view.candidates(first, last)):
        conversation = generate_conversation(interaction)
        if conversation.end < query.start:
            continue
        for party in conversation.parties:
            for session in party.sessions:
                for metric in session.metrics:
                    if query.start <= metric.emitted < end:
                        yield _Event(metric, session, party, conversation)


def _figures(
    query: AggregateQuery, events: Iterator[_Event]
) -> dict[Group, dict[int, list[Properties]]]:
    counted = {*query.metrics, *(("tAcd",) if set(_OF_SERVICE) & set(query.metrics) else ())}
    values: defaultdict[Group, defaultdict[int, defaultdict[str, list[int]]]]
    values = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for event in events:
        if event.metric.name in counted and (
            query.filter is None or holds(query.filter, event.values)
        ):
            bucket = query.buckets.holding(event.metric.emitted)
            for group in _groups(query, event):
                values[group][bucket][event.metric.name].append(event.metric.value)
    return {
        group: {bucket: _metrics(query, found) for bucket, found in buckets.items()}
        for group, buckets in values.items()
    }


def _groups(query: AggregateQuery, event: _Event) -> Iterator[Group]:
    """The groups that a metric counts in: one for each value of its dimensions."""
    choices: list[list[tuple[str, str]]] = []
    for dimension in query.group_by:
        values = event.values(dimension)
        if values:
            listed = [",".join(values)] if query.flattens else values
            choices.append([(dimension, value) for value in listed])
    yield from product(*choices)


def _metrics(query: AggregateQuery, found: dict[str, list[int]]) -> list[Properties]:
    metrics: list[Properties] = []
    for name in query.metrics:
        if name in _OF_SERVICE and "tAcd" in found:
            metrics.append({"metric": name, "stats": _service(name, found["tAcd"])})
        elif name in found:
            metrics.append({"metric": name, "stats": _stats(name, found[name])})
    return metrics


def _stats(name: str, values: list[int]) -> Properties:
    if name.startswith("n"):
        return {"count": sum(values)}
    return {"max": max(values), "min": min(values), "count": len(values), "sum": sum(values)}


def _service(name: str, waits: list[int]) -> Properties:
    if name == "oServiceTarget":
        return {"current": SERVICE_TARGET}
    in_time = sum(wait <= SHORT_WAIT for wait in waits)
    return {
        "ratio": in_time / len(waits),
        "numerator": in_time,
        "denominator": len(waits),
        "target": SERVICE_TARGET,
    }
