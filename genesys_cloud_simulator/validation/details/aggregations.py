"""The facets of a query: how often each value occurs, or how many conversations a range holds.

The platform's models leave the dimension a free string. Here it must be a dimension that
predicates may name. A result's `count` is the number of conversations that have any value of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genesys_cloud_simulator.validation import names
from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    integer,
    known_object,
    one_of,
)
from genesys_cloud_simulator.validation.details.values import metric_value, terms
from genesys_cloud_simulator.validation.predicates import number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from genesys_cloud_simulator.conversations.model import Properties


_DIMENSIONS = sorted(names.CONVERSATION_DIMENSIONS | names.SEGMENT_DIMENSIONS)

_METRICS = sorted(names.CONVERSATION_METRICS)

_TYPES = ("termFrequency", "numericRange")

_DEFAULT_SIZE = 10

# How many values a facet may have, which the platform does not document.
LARGEST_SIZE = 1000


@dataclass(frozen=True)
class Aggregation:
    """One facet.

    Attributes:
        kind: `termFrequency` or `numericRange`.
        name: The dimension or the metric.
        size: The largest number of values.
        ranges: The ranges as (gte, lt), None where a bound is not set.
    """

    kind: str
    name: str
    size: int = _DEFAULT_SIZE
    ranges: tuple[tuple[float | None, float | None], ...] = ()


@dataclass
class _Counted:
    conversations: int = 0
    values: Counter[str] = field(default_factory=Counter)
    ranges: Counter[int] = field(default_factory=Counter)


def read_aggregation(value: object, name: str) -> Aggregation:
    """Read an aggregation.

    Args:
        value: The aggregation.
        name: What it is called.

    Returns:
        The aggregation.
    """
    keys = ("type", "dimension", "metric", "size", "ranges")
    document = {
        key: part for key, part in known_object(value, name, keys).items() if part is not None
    }
    if ("dimension" in document) == ("metric" in document):
        bad_request(f"{name} must have either a dimension or a metric", name)
    kind = "termFrequency" if "dimension" in document else "numericRange"
    if one_of(document.get("type", kind), f"{name}.type", _TYPES) != kind:
        bad_request(f"{name}.type does not suit what it counts", f"{name}.type")
    if kind == "termFrequency":
        if "ranges" in document:
            bad_request(f"{name} must have no ranges with a dimension", f"{name}.ranges")
        dimension = one_of(document["dimension"], f"{name}.dimension", _DIMENSIONS)
        size = integer(document.get("size", _DEFAULT_SIZE), f"{name}.size", 1, LARGEST_SIZE)
        return Aggregation(kind, dimension, size)
    if "size" in document:
        bad_request(f"{name} must have no size with a metric", f"{name}.size")
    ranges = any_list(document.get("ranges"), f"{name}.ranges")
    if not ranges:
        bad_request(f"{name}.ranges must not be empty", f"{name}.ranges")
    metric = one_of(document["metric"], f"{name}.metric", _METRICS)
    read = [_read_range(one, f"{name}.ranges[{position}]") for position, one in enumerate(ranges)]
    return Aggregation(kind, metric, ranges=tuple(read))


def _read_range(value: object, name: str) -> tuple[float | None, float | None]:
    document = known_object(value, name, ("gte", "lt"))
    bounds = [
        None if document.get(key) is None else number(document[key], f"{name}.{key}")
        for key in ("gte", "lt")
    ]
    if bounds == [None, None]:
        bad_request(f"{name} must have gte or lt", name)
    return bounds[0], bounds[1]


def aggregate(
    aggregations: Iterable[Aggregation], documents: Iterable[Properties], media_unknown_from: str
) -> list[Properties]:
    """Count.

    Args:
        aggregations: What to count.
        documents: The conversations to count it in.
        media_unknown_from: Conversations that began after this moment have the media
            type `unknown`.

    Returns:
        An `AggregationResult` for each aggregation.
    """
    counted = [(one, _Counted()) for one in aggregations]
    for document in documents:
        for aggregation, counts in counted:
            if aggregation.kind == "termFrequency":
                found = terms(document, aggregation.name)
                if aggregation.name == "mediaType" and _began_after(document, media_unknown_from):
                    found = {"unknown"}
                counts.values.update(found)
                counts.conversations += bool(found)
                continue
            value = metric_value(document, aggregation.name)
            if value is None:
                continue
            counts.conversations += 1
            for position, (least, below) in enumerate(aggregation.ranges):
                if (least is None or value >= least) and (below is None or value < below):
                    counts.ranges[position] += 1
    return [_result(*one) for one in counted]


def _began_after(document: Properties, moment: str) -> bool:
    return str(document["conversationStart"]) > moment


def _result(aggregation: Aggregation, counts: _Counted) -> Properties:
    if aggregation.kind == "termFrequency":
        ranked = sorted(counts.values.items(), key=lambda one: (-one[1], one[0]))
        return {
            "type": aggregation.kind,
            "dimension": aggregation.name,
            "count": counts.conversations,
            "results": [
                {"count": count, "value": value} for value, count in ranked[: aggregation.size]
            ],
        }
    results: list[Properties] = []
    for position, (least, below) in enumerate(aggregation.ranges):
        result: Properties = {"count": counts.ranges[position]}
        if least is not None:
            result["gte"] = least
        if below is not None:
            result["lt"] = below
        results.append(result)
    return {
        "type": aggregation.kind,
        "metric": aggregation.name,
        "count": counts.conversations,
        "results": results,
    }
