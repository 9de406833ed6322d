"""The interaction search: submit a query for one page, poll until the page is there."""

from __future__ import annotations

import uuid
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from genesys_cloud_simulator.errors import PlatformError, error_body, json_response
from genesys_cloud_simulator.faults.pages import (
    faulty_rows,
    faulty_slice,
    page_response,
    shown_total,
)
from genesys_cloud_simulator.searches.dialects import DialectRoute, is_conversation_query
from genesys_cloud_simulator.searches.pace import pace
from genesys_cloud_simulator.timestamps import MILLISECOND
from genesys_cloud_simulator.validation.interaction_search import read_page_query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.org.interactions import Interaction
    from genesys_cloud_simulator.state.platform import SimulatedPlatform
    from genesys_cloud_simulator.validation.interaction_search import PageQuery, Search


PATH = "/api/v2/analytics/conversations/details/query"


FACET_FIELDS = ("media.type", "queue.name")


@dataclass
class _SubmittedQuery:
    query: PageQuery
    client_id: str
    ready: float
    expires: float
    # Once a fault of the query struck, every further poll answers the same.
    fault: Fault | None = None


@dataclass
class _Queries:
    """The queries that have not expired, in the order they were submitted."""

    clock: Callable[[], float]
    queries: dict[str, _SubmittedQuery] = field(default_factory=dict)

    def find(self, query_id: str, client_id: str) -> _SubmittedQuery:
        query = self.queries.get(query_id)
        if query is None or query.client_id != client_id or self.clock() >= query.expires:
            raise PlatformError(404, "not.found", f"No query with the id {query_id}")
        return query

    def drop_expired(self) -> list[str]:
        now = self.clock()
        expired = []
        for query_id, query in self.queries.items():
            if now < query.expires:
                break
            expired.append(query_id)
        for query_id in expired:
            del self.queries[query_id]
        return expired


def routes(simulator: SimulatedPlatform) -> list[Route]:
    """Build the routes of the interaction search.

    Args:
        simulator: The simulator whose organisation they search.

    Returns:
        The routes.
    """
    queries = _Queries(simulator.clock)
    # A search is submitted once for each of its pages: what holds for the whole search is kept.
    matching = lru_cache(maxsize=64)(lambda search, now: _matching(simulator, search, now))
    facets = lru_cache(maxsize=256)(
        lambda search, now: _facets(simulator, matching(search, now), now)
    )

    async def submit(request: Request) -> Response:
        query = read_page_query(request.headers.get("content-type", ""), await request.body())
        # In a thread: a large search takes a while, and other requests must not wait.
        await run_in_threadpool(matching, query.search, simulator.moment)
        for expired in queries.drop_expired():
            simulator.open_searches.closed(expired)
        query_id = str(uuid.uuid4())
        now = simulator.clock()
        queries.queries[query_id] = _SubmittedQuery(
            query=query,
            client_id=request.state.client_id,
            ready=now + simulator.query_seconds * pace(query),
            expires=now + simulator.query_lifetime_seconds,
        )
        simulator.open_searches.opened(query_id)
        return json_response({"id": query_id, "status": "pending"})

    async def poll(request: Request) -> Response:
        query_id = request.path_params["query_id"]
        submitted = queries.find(query_id, request.state.client_id)
        search = submitted.query.search
        searched = (search.start, search.end)
        submitted.fault = submitted.fault or simulator.faults.take("query", "poll", searched)
        if submitted.fault is not None:
            request.state.fault = submitted.fault.kind
            answer = _faulty_status(submitted.fault, request.state.correlation_id)
            if answer["status"] != "pending":
                simulator.open_searches.closed(query_id)
            return json_response(answer)
        if simulator.clock() < submitted.ready:
            return json_response({"status": "pending"})
        first = submitted.query.offset == 0
        fault = simulator.faults.take("page", "poll", searched, is_first_page=first)
        if fault is not None:
            request.state.fault = fault.kind
        return await run_in_threadpool(complete, query_id, submitted.query, fault)

    def complete(query_id: str, query: PageQuery, fault: Fault | None) -> Response:
        now = simulator.begin_page(query.offset, fault)
        search = query.search
        matches = simulator.moving.listed(
            matching(search, now),
            (query.offset, query.page_size),
            fault,
            expects_insertion=simulator.faults.expects(
                "inserted_record", "poll", (search.start, search.end)
            ),
        )
        page = matches[faulty_slice(query.offset, query.page_size, fault)]
        project = _projection(query.fields, flat=simulator.flat_projection)
        results = [project(interaction) for interaction in simulator.org.documents(page)]
        answer = {
            "status": "completed",
            "results": faulty_rows(results, fault, id_name="id", time_name="timestamp"),
            "facets": facets(search, now),
            **shown_total(
                "totalMatchingRecords",
                len(matches),
                fault,
                simulator.total_limits.get("interaction_search"),
            ),
        }
        simulator.open_searches.closed(query_id)
        return page_response(answer, fault)

    alone = "conversation_query" not in simulator.search_apis
    return [
        DialectRoute(
            PATH,
            submit,
            "interaction_search.submit",
            lambda document: alone or not is_conversation_query(document),
        ),
        Route(PATH + "/{query_id}", poll, methods=["GET"], name="interaction_search.poll"),
    ]


# Search and answer.


def _matching(simulator: SimulatedPlatform, search: Search, now: datetime) -> Sequence[int]:
    """The ordinals of the matches, in time order."""
    ordinals = simulator.org.ordinals(search.start, min(search.end, now + MILLISECOND))
    matches: Sequence[int] = ordinals
    if search.matches:
        matches = array("Q")
        for ordinal, interaction in zip(ordinals, simulator.org.documents(ordinals), strict=True):
            if all(_value(interaction, name) == value for name, value in search.matches):
                matches.append(ordinal)
            if len(matches) > simulator.result_limit:
                break
    if len(matches) > simulator.result_limit:
        message = f"Result set is larger than result limit of {simulator.result_limit}"
        raise PlatformError(400, "bad.request", message)
    return matches


def _facets(
    simulator: SimulatedPlatform, matches: Sequence[int], now: datetime
) -> dict[str, object]:
    counters: dict[str, Counter[object]] = {name: Counter() for name in FACET_FIELDS}
    unknown_from = simulator.media_unknown_from(now)
    for interaction in simulator.org.documents(matches):
        is_unknown = str(interaction["timestamp"]) > unknown_from
        for name, counter in counters.items():
            unknown = is_unknown and name == "media.type"
            counter["unknown" if unknown else _value(interaction, name)] += 1
    return {name: {"buckets": _buckets(counter)} for name, counter in counters.items()}


def _buckets(counter: Counter[object]) -> list[dict[str, object]]:
    """The largest first. An interaction without the attribute is in no bucket."""
    counts = [(str(key), count) for key, count in counter.items() if key is not None]
    return [
        {"key": key, "count": count}
        for key, count in sorted(counts, key=lambda bucket: (-bucket[1], bucket[0]))
    ]


def _value(interaction: Interaction, dotted: str) -> object:
    """The value of a dotted field, None when it is null or absent."""
    value: object = interaction
    for name in dotted.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _projection(fields: Sequence[str], *, flat: bool) -> Callable[[Interaction], dict[str, object]]:
    """A function that turns an interaction into the record that was asked for."""
    whole = [name for name in fields if "." not in name and name != "metadata"]
    parts: dict[str, list[str]] = {}
    for name in fields:
        outer, dot, inner = name.partition(".")
        # Nested, metadata is there whole anyway.
        if dot and (flat or outer != "metadata"):
            parts.setdefault(outer, []).append(inner)

    def project(interaction: Interaction) -> dict[str, object]:
        record = {name: interaction[name] for name in whole if name in interaction}
        for outer, inners in parts.items():
            if outer not in interaction:
                continue
            value = interaction[outer]
            if isinstance(value, Mapping):
                part = {inner: value[inner] for inner in inners if inner in value}
            elif flat:
                part = dict.fromkeys(inners)
            else:
                record[outer] = None
                continue
            if flat:
                record.update({f"{outer}.{inner}": found for inner, found in part.items()})
            else:
                record[outer] = part
        # The metadata is the record's envelope: it comes whether it is asked for or not.
        if "metadata" in interaction:
            record["metadata"] = interaction["metadata"]
        return record

    return project


def _faulty_status(fault: Fault, correlation_id: str) -> dict[str, object]:
    if fault.kind == "endless_pending":
        return {"status": "pending"}
    if fault.kind == "unknown_status":
        return {"status": fault.query_status}
    error = PlatformError(500, "internal.server.error", "The search failed in an index partition.")
    return {"status": "failed", "error": error_body(error, correlation_id)}
