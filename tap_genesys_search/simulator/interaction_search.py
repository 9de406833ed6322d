"""The interaction search: submit a query for one page, poll until the page is there."""

from __future__ import annotations

import hashlib
import json
import uuid
from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from tap_genesys_search.simulator.interactions import (
    DIRECTIONS,
    INTERACTION_TYPES,
    MEDIA_TYPES,
    METADATA_KEYS,
    Interaction,
)
from tap_genesys_search.simulator.platform_error import (
    PlatformError,
    error_body,
    json_response,
)
from tap_genesys_search.simulator.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from tap_genesys_search.simulator.faults import Fault
    from tap_genesys_search.simulator.server import Simulator

PATH = "/api/v2/analytics/conversations/details/query"

# What `fields` may name. `metadata` comes with every record in any case.
SEARCH_FIELDS = (
    "id",
    "type",
    "timestamp",
    "media.type",
    "customer.id",
    "customer.name",
    "relevanceScore",
    "metadata",
    *(f"metadata.{key}" for key in METADATA_KEYS),
    "queue.id",
    "queue.name",
    "agent.id",
    "agent.name",
    "direction",
    "durationMs",
    "language",
)
# What a `match` predicate may name, and where the values are a closed list, the values.
MATCH_FIELDS: dict[str, tuple[str, ...] | None] = {
    "id": None,
    "type": INTERACTION_TYPES,
    "media.type": MEDIA_TYPES,
    "customer.id": None,
    "customer.name": None,
    "queue.id": None,
    "queue.name": None,
    "agent.id": None,
    "agent.name": None,
    "direction": DIRECTIONS,
    "language": None,
}
FACET_FIELDS = ("media.type", "queue.name")
LARGEST_PAGE = 1000
# Every so many records of a page a fault that leaves something out strikes, the first included.
_FAULTY_EVERY = 10


@dataclass(frozen=True)
class Search:
    """What is searched.

    Attributes:
        start: The first moment of the range.
        end: The first moment after it.
        matches: The dotted fields and the values they must have.
    """

    start: datetime
    end: datetime
    matches: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PageQuery:
    """One valid submission.

    Attributes:
        search: What is searched.
        fields: The dotted fields to answer.
        page_size: The largest number of records to answer.
        offset: How many matches to leave out at the beginning.
    """

    search: Search
    fields: tuple[str, ...]
    page_size: int
    offset: int


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


def routes(simulator: Simulator) -> list[Route]:
    """Build the routes of the interaction search.

    Args:
        simulator: Whose organisation they search.

    Returns:
        The routes.
    """
    queries = _Queries(simulator.clock)
    # A search is submitted once for each of its pages: what holds for the whole search is kept.
    matching = lru_cache(maxsize=64)(lambda search: _matching(simulator, search))
    facets = lru_cache(maxsize=256)(lambda search: _facets(simulator, matching(search)))

    async def submit(request: Request) -> Response:
        query = _read_query(request.headers.get("content-type", ""), await request.body())
        # In a thread, because a large search takes a while and other requests go on.
        await run_in_threadpool(matching, query.search)
        for expired in queries.drop_expired():
            simulator.open_searches.closed(expired)
        query_id = str(uuid.uuid4())
        now = simulator.clock()
        queries.queries[query_id] = _SubmittedQuery(
            query=query,
            client_id=request.state.client_id,
            ready=now + simulator.query_seconds * _pace(query),
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
        fault = simulator.faults.take("page", "poll", searched)
        if fault is not None:
            request.state.fault = fault.kind
        return await run_in_threadpool(complete, query_id, submitted.query, fault)

    def complete(query_id: str, query: PageQuery, fault: Fault | None) -> Response:
        matches = matching(query.search)
        page = matches[query.offset : query.offset + query.page_size]
        project = _projection(query.fields, flat=simulator.flat_projection)
        answer = {
            "status": "completed",
            "results": [project(interaction) for interaction in simulator.org.documents(page)],
            "facets": facets(query.search),
            "totalMatchingRecords": len(matches),
        }
        if fault is not None:
            answer = _faulty_page(answer, fault)
        simulator.open_searches.closed(query_id)
        return json_response(answer)

    return [
        Route(PATH, submit, methods=["POST"], name="interaction_search.submit"),
        Route(PATH + "/{query_id}", poll, methods=["GET"], name="interaction_search.poll"),
    ]


def _pace(query: PageQuery) -> float:
    """How fast a query is, between 0.75 and 1.25 of the usual time, always the same for it."""
    return 0.75 + hashlib.sha256(repr(query).encode()).digest()[0] / 510


# Search and answer.


def _matching(simulator: Simulator, search: Search) -> Sequence[int]:
    """The ordinals of the matches, in time order."""
    ordinals = simulator.org.ordinals(search.start, search.end)
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


def _facets(simulator: Simulator, matches: Sequence[int]) -> dict[str, object]:
    counters: dict[str, Counter[object]] = {name: Counter() for name in FACET_FIELDS}
    for interaction in simulator.org.documents(matches):
        for name, counter in counters.items():
            counter[_value(interaction, name)] += 1
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
    """What turns an interaction into the record that was asked for."""
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


def _faulty_page(answer: dict[str, object], fault: Fault) -> dict[str, object]:
    results = answer["results"]
    total = answer["totalMatchingRecords"]
    if not isinstance(results, list) or not isinstance(total, int):
        raise TypeError
    if fault.kind == "shifting_total":
        return {**answer, "totalMatchingRecords": total + fault.shift}
    if fault.kind == "short_page":
        kept = [one for position, one in enumerate(results) if position % _FAULTY_EVERY]
        return {**answer, "results": kept}
    missing = "id" if fault.kind == "missing_id" else "timestamp"
    for record in results[::_FAULTY_EVERY]:
        record.pop(missing, None)
    return answer


# Validation, as strict as a server that lists the fields it knows.


def _read_query(content_type: str, body: bytes) -> PageQuery:
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise PlatformError(
            415, "unsupported.media.type", f"Content type {content_type!r} is not supported"
        )
    try:
        document = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _bad_request("The request body is not valid JSON")
    query = _object(_object(document, "body", ("query",))["query"], "query", _QUERY_KEYS)
    search = _read_filter(query["filter"])
    fields = _list(query["fields"], "query.fields")
    if not fields:
        _bad_request("query.fields must not be empty", "query.fields")
    return PageQuery(
        search=search,
        fields=tuple(_one_of(name, "query.fields", SEARCH_FIELDS) for name in fields),
        page_size=_integer(query["pageSize"], "query.pageSize", 1, LARGEST_PAGE),
        offset=_integer(query["offset"], "query.offset", 0, None),
    )


_QUERY_KEYS = ("filter", "fields", "pageSize", "offset")
_RANGE_KEYS = ("type", "field", "range")
_MATCH_KEYS = ("type", "field", "value")
_AND_KEYS = ("type", "predicates")


def _read_filter(value: object) -> Search:
    name = "query.filter"
    if _type_of(value, name) == "range":
        return Search(*_read_range(value, name), matches=())
    predicates = _list(_object(value, name, _AND_KEYS)["predicates"], f"{name}.predicates")
    ranges: list[tuple[datetime, datetime]] = []
    matches: list[tuple[str, str]] = []
    for position, predicate in enumerate(predicates):
        at = f"{name}.predicates[{position}]"
        kind = _type_of(predicate, at)
        if kind == "range":
            ranges.append(_read_range(predicate, at))
        elif kind == "match":
            matches.append(_read_match(predicate, at))
        else:
            _invalid_value(at + ".type", "must be one of range, match")
    if len(ranges) != 1:
        _bad_request(f"{name} must have exactly one range on timestamp", name)
    return Search(*ranges[0], matches=tuple(matches))


def _type_of(value: object, name: str) -> str:
    if not isinstance(value, dict) or "type" not in value:
        _bad_request(f"{name} must be an object with a type", name)
    return _one_of(value["type"], f"{name}.type", ("range", "and", "match"))


def _read_range(value: object, name: str) -> tuple[datetime, datetime]:
    predicate = _object(value, name, _RANGE_KEYS)
    _one_of(predicate["field"], f"{name}.field", ("timestamp",))
    bounds = _object(predicate["range"], f"{name}.range", ("start", "end"))
    start = _date(bounds["start"], f"{name}.range.start")
    end = _date(bounds["end"], f"{name}.range.end")
    if start >= end:
        _bad_request(f"{name}.range.start must be before {name}.range.end", f"{name}.range")
    return start, end


def _read_match(value: object, name: str) -> tuple[str, str]:
    predicate = _object(value, name, _MATCH_KEYS)
    field_name = _one_of(predicate["field"], f"{name}.field", tuple(MATCH_FIELDS))
    text = predicate["value"]
    if not isinstance(text, str) or not text:
        _invalid_value(f"{name}.value", "must be a string that is not empty")
    known = MATCH_FIELDS[field_name]
    return field_name, text if known is None else _one_of(text, f"{name}.value", known)


def _object(value: object, name: str, keys: tuple[str, ...]) -> dict[str, object]:
    """Check that a value is an object with just these keys."""
    if not isinstance(value, dict):
        _bad_request(f"{name} must be an object", name)
    for key in value:
        if key not in keys:
            _bad_request(f"Unrecognized field {key!r} in {name}", f"{name}.{key}")
    for key in keys:
        if key not in value:
            _bad_request(f"{name}.{key} is required", f"{name}.{key}")
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        _bad_request(f"{name} must be a list", name)
    return value


def _one_of(value: object, name: str, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        _invalid_value(name, f"has the unknown value {value!r}")
    return value


def _integer(value: object, name: str, smallest: int, largest: int | None) -> int:
    # JSON's true is an int to Python, but not to anyone else.
    if isinstance(value, bool) or not isinstance(value, int):
        _bad_request(f"{name} must be an integer", name)
    if value < smallest or (largest is not None and value > largest):
        bounds = f"at least {smallest}" if largest is None else f"{smallest} to {largest}"
        _invalid_value(name, f"must be {bounds}")
    return value


def _date(value: object, name: str) -> datetime:
    try:
        if isinstance(value, str):
            return parse_timestamp(value)
    except ValueError:
        pass
    message = f"{name} must be a date like 2026-01-05T00:00:00.000Z, not {value!r}"
    raise PlatformError(400, "invalid.date", message, name)


def _bad_request(message: str, name: str | None = None) -> NoReturn:
    raise PlatformError(400, "bad.request", message, name)


def _invalid_value(name: str, problem: str) -> NoReturn:
    raise PlatformError(400, "invalid.value", f"{name} {problem}", name)


def _no_constant(name: str) -> None:
    raise ValueError(name)
