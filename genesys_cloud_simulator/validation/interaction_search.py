"""Reading an interaction search, as strictly as a server that lists the fields it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.interactions import (
    DIRECTIONS,
    INTERACTION_TYPES,
    MEDIA_TYPES,
    METADATA_KEYS,
)
from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    exact_object,
    integer,
    invalid_value,
    one_of,
    read_json,
    text,
    timestamp,
)

if TYPE_CHECKING:
    from datetime import datetime


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

LARGEST_PAGE = 1000


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


def read_page_query(content_type: str, body: bytes) -> PageQuery:
    """Read a submission.

    Args:
        content_type: The value of the header `Content-Type`.
        body: The body.

    Returns:
        The query.

    Raises:
        PlatformError: If it is malformed.
    """
    document = read_json(content_type, body)
    query = exact_object(exact_object(document, "body", ("query",))["query"], "query", _QUERY_KEYS)
    search = _read_filter(query["filter"])
    fields = any_list(query["fields"], "query.fields")
    if not fields:
        bad_request("query.fields must not be empty", "query.fields")
    return PageQuery(
        search=search,
        fields=tuple(one_of(name, "query.fields", SEARCH_FIELDS) for name in fields),
        page_size=integer(query["pageSize"], "query.pageSize", 1, LARGEST_PAGE),
        offset=integer(query["offset"], "query.offset", 0, None),
    )


_QUERY_KEYS = ("filter", "fields", "pageSize", "offset")

_RANGE_KEYS = ("type", "field", "range")

_MATCH_KEYS = ("type", "field", "value")

_AND_KEYS = ("type", "predicates")


def _read_filter(value: object) -> Search:
    name = "query.filter"
    if _type_of(value, name) == "range":
        return Search(*_read_range(value, name), matches=())
    predicates = any_list(exact_object(value, name, _AND_KEYS)["predicates"], f"{name}.predicates")
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
            invalid_value(at + ".type", "must be one of range, match")
    if len(ranges) != 1:
        bad_request(f"{name} must have exactly one range on timestamp", name)
    return Search(*ranges[0], matches=tuple(matches))


def _type_of(value: object, name: str) -> str:
    if not isinstance(value, dict) or "type" not in value:
        bad_request(f"{name} must be an object with a type", name)
    return one_of(value["type"], f"{name}.type", ("range", "and", "match"))


def _read_range(value: object, name: str) -> tuple[datetime, datetime]:
    predicate = exact_object(value, name, _RANGE_KEYS)
    one_of(predicate["field"], f"{name}.field", ("timestamp",))
    bounds = exact_object(predicate["range"], f"{name}.range", ("start", "end"))
    start = timestamp(bounds["start"], f"{name}.range.start")
    end = timestamp(bounds["end"], f"{name}.range.end")
    if start >= end:
        bad_request(f"{name}.range.start must be before {name}.range.end", f"{name}.range")
    return start, end


def _read_match(value: object, name: str) -> tuple[str, str]:
    predicate = exact_object(value, name, _MATCH_KEYS)
    field_name = one_of(predicate["field"], f"{name}.field", tuple(MATCH_FIELDS))
    value_name = f"{name}.value"
    wanted = text(predicate["value"], value_name)
    known = MATCH_FIELDS[field_name]
    return field_name, wanted if known is None else one_of(wanted, value_name, known)
