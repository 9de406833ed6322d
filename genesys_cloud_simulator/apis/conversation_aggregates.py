"""The conversation aggregates: the metrics of all conversations, by group and span of time.

A metric counts in the bucket in which it is emitted: "Metrics have their own individual timestamps
within the boundaries of the conversation and those are what the interval pertain to"
(https://developer.genesys.cloud/forum/t/conversation-aggregates-api-call/18235). Where the
platform's documentation is silent: a metric has the dimensions of its session, its participant, its
conversation and of the session's segments, the last from the segment's end on; a group leaves out
dimensions without a value; a wait is over when the customer leaves the queue, however. Metrics that
no conversation here has yield nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

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
from genesys_cloud_simulator.workforce.service_levels import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    from genesys_cloud_simulator.workforce.service_levels import ServiceLevelOptions


PATH = "/api/v2/analytics/conversations/aggregates/query"

NAMES = Names(
    CONVERSATION_KEYS, AGGREGATE_DIMENSIONS, Vocabulary(AGGREGATE_DIMENSIONS), AGGREGATE_METRICS
)

_COUNTED_IN_SERVICE = ("tAnswered", "nOverSla", "tAbandon", "tShortAbandon", "tFlowOut")

_LEAVING = ("tAnswered", "tAbandon", "tFlowOut")

# What is counted for the service level besides: flows flow out too, but not of a queue.
_QUEUE_FLOW_OUT, _TARGET = "tFlowOut of a queue", "target"

_OF_SERVICE = ("oServiceLevel", "oServiceTarget")

# Metrics of aggregates that no conversation shows, to the one that tells them.
_DERIVED = {"tWait": "tAcd"}


@dataclass(frozen=True)
class _Event:
    """A metric, and where it was measured."""

    metric: Metric
    session: Session
    party: Party
    conversation: Conversation

    def counted(self) -> Iterator[tuple[str, float]]:
        """What it counts for, and what it adds there."""
        name = self.metric.name
        yield name, self.metric.value
        is_of_flow = self.party.properties["purpose"] == "ivr"
        if name in _LEAVING and not is_of_flow:
            medium = self.session.properties.get("mediaType")
            yield _TARGET, target_of(medium if isinstance(medium, str) else None).share
            if name == "tFlowOut":
                yield _QUEUE_FLOW_OUT, self.metric.value

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
        figures = _figures(query, _events(query, view), simulator.service_level)
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
    for conversation in view.conversations(first, last):
        for party in conversation.parties:
            for session in party.sessions:
                for metric in session.metrics:
                    if query.start <= metric.emitted < end:
                        yield _Event(metric, session, party, conversation)


def _figures(
    query: AggregateQuery, events: Iterator[_Event], options: ServiceLevelOptions
) -> dict[Group, dict[int, list[Properties]]]:
    counted = {_DERIVED.get(name, name) for name in query.metrics}
    if counted & {*_OF_SERVICE}:
        counted |= {*_COUNTED_IN_SERVICE}
    values: defaultdict[Group, defaultdict[int, defaultdict[str, list[float]]]]
    values = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for event in events:
        if event.metric.name in counted and (
            query.filter is None or holds(query.filter, event.values)
        ):
            bucket = query.buckets.holding(event.metric.emitted)
            for group in _groups(query, event):
                for name, value in event.counted():
                    values[group][bucket][name].append(value)
    return {
        group: {bucket: _metrics(query, found, options) for bucket, found in buckets.items()}
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


def _metrics(
    query: AggregateQuery, found: Mapping[str, Sequence[float]], options: ServiceLevelOptions
) -> list[Properties]:
    metrics: list[Properties] = []
    for name in query.metrics:
        if name in _OF_SERVICE:
            stats = _service(name, found, options)
        else:
            stats = _stats(name, found.get(_DERIVED.get(name, name), ()))
        if stats is not None:
            metrics.append({"metric": name, "stats": stats})
    return metrics


def _stats(name: str, values: Sequence[float]) -> Properties | None:
    if not values:
        return None
    if name.startswith("n"):
        return {"count": sum(values)}
    return {"max": max(values), "min": min(values), "count": len(values), "sum": sum(values)}


def _service(
    name: str, found: Mapping[str, Sequence[float]], options: ServiceLevelOptions
) -> Properties | None:
    """Compute the service level, or its target: of several, their mean by who left the queues."""
    if _TARGET not in found:
        return None
    target = fmean(found[_TARGET])
    if name == "oServiceTarget":
        return {"current": target}
    answered = len(found.get("tAnswered", ()))
    denominator = answered + options.not_answered(
        len(found.get("tAbandon", ())),
        len(found.get("tShortAbandon", ())),
        len(found.get(_QUEUE_FLOW_OUT, ())),
    )
    if not denominator:
        return None
    in_time = answered - len(found.get("nOverSla", ()))
    return {
        "ratio": in_time / denominator,
        "numerator": in_time,
        "denominator": denominator,
        "target": target,
    }
