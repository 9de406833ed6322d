"""What aggregate queries of conversations and of users share, and the shape of their answers.

Views and top-N queries of the platform's model are not simulated: they are refused. `sortMetric`
and `limit`, which apply to top-N queries only, change nothing. `alternateTimeDimension` may be
`eventTime`, by which everything counts here. Where the documentation is silent: a
bucket without data is left out; an interval, and an answer, may be too long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.timestamps import MILLISECOND, format_milliseconds, to_milliseconds
from genesys_cloud_simulator.validation.aggregate_buckets import cut, read_zone
from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    boolean,
    interval,
    invalid_value,
    known_object,
    one_of,
)
from genesys_cloud_simulator.validation.predicates import Vocabulary, read_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.validation.aggregate_buckets import Buckets, DailyBuckets
    from genesys_cloud_simulator.validation.predicates import Filter


Group: TypeAlias = tuple[tuple[str, str], ...]
"""The dimensions and values that figures have in common."""


_KEYS = (
    "interval",
    "granularity",
    "timeZone",
    "groupBy",
    "filter",
    "metrics",
    "flattenMultivaluedDimensions",
    "views",
    "alternateTimeDimension",
)

CONVERSATION_KEYS = (*_KEYS, "queryType", "sortMetric", "limit")

USER_KEYS = _KEYS

# Of ISO 8601's periods those that always have the same length.
_PERIOD = re.compile(
    r"P(?=[0-9T])(?:(\d+)W)?(?:(\d+)D)?(?:T(?=[0-9])(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)


@dataclass(frozen=True)
class AggregateQuery:
    """An aggregate query. Times are milliseconds since 1970.

    Attributes:
        start: The interval's first moment.
        end: The first moment after it.
        buckets: The spans of time that are counted.
        granularity: How long such a span is, None for the whole interval.
        group_by: The dimensions.
        metrics: The metrics.
        filter: What must hold; None where all is asked for.
        flattens: Whether a dimension with several values is one group.
    """

    start: int
    end: int
    buckets: Buckets | DailyBuckets
    granularity: int | None
    group_by: tuple[str, ...]
    metrics: tuple[str, ...]
    filter: Filter | None
    flattens: bool

    def interval(self, bucket: int) -> str:
        """Write the interval of a bucket, as the answer has it."""
        return f"{format_milliseconds(bucket)}/{format_milliseconds(self.buckets.end_of(bucket))}"


@dataclass(frozen=True)
class Names:
    """What an aggregate query may name.

    Attributes:
        keys: The fields of the body.
        groups: The dimensions to group by.
        predicates: What the predicates of the filter may name.
        metrics: The metrics.
    """

    keys: tuple[str, ...]
    groups: Collection[str]
    predicates: Vocabulary
    metrics: Collection[str]


def read_aggregate_query(
    body: object, names: Names, longest_days: int, *, ignores_unknown_fields: bool
) -> AggregateQuery:
    """Read an aggregate query.

    Args:
        body: The body of the request.
        names: What it may name.
        longest_days: How long the interval may be.
        ignores_unknown_fields: Whether other fields are no mistake.

    Returns:
        The query.
    """
    if ignores_unknown_fields and isinstance(body, dict):
        body = {name: value for name, value in body.items() if name in names.keys}
    document = known_object(body, "body", names.keys)
    fields = {name: value for name, value in document.items() if value is not None}
    _refuse_what_is_not_simulated(fields)
    if "interval" not in fields:
        bad_request("interval is required", "interval")
    start, end = interval(fields["interval"], "interval")
    if end - start > timedelta(days=longest_days):
        bad_request(f"The interval may not be longer than {longest_days} days", "interval")
    length = None
    if "granularity" in fields:
        length = _read_period(fields["granularity"], "granularity")
    first, last = to_milliseconds(start), to_milliseconds(end)
    metrics = _read_names(fields, "metrics", names.metrics)
    if not metrics:
        bad_request("metrics is required", "metrics")
    return AggregateQuery(
        first,
        last,
        cut(first, last, length, read_zone(fields.get("timeZone", "UTC"))),
        length,
        _read_names(fields, "groupBy", names.groups),
        metrics,
        read_filter(fields["filter"], "filter", names.predicates) if "filter" in fields else None,
        boolean(fields.get("flattenMultivaluedDimensions", False), "flattenMultivaluedDimensions"),
    )


def holds(condition: Filter, values: Callable[[str], Sequence[str]]) -> bool:
    """Return whether a filter matches.

    Args:
        condition: The filter.
        values: Tells the values of a dimension.

    Returns:
        Whether it does.
    """
    return condition.holds(lambda predicate: predicate.holds(values(predicate.name)))


def results(
    query: AggregateQuery,
    figures: Mapping[Group, Mapping[int, Sequence[Properties]]],
    limit: int,
) -> list[Properties]:
    """Write the answer's results.

    Args:
        query: What was asked.
        figures: Group to bucket to `AggregateMetricData`.
        limit: How many figures an answer may have.

    Returns:
        A list of data containers, as `ConversationAggregateDataContainer`.
    """
    count = sum(len(metrics) for buckets in figures.values() for metrics in buckets.values())
    if count > limit:
        bad_request(f"Result set is larger than result limit of {limit}", "interval")
    answered: list[Properties] = []
    for group, buckets in sorted(figures.items()):
        data = [
            {"interval": query.interval(bucket), "metrics": buckets[bucket]}
            for bucket in sorted(buckets)
            if buckets[bucket]
        ]
        if data:
            answered.append({"group": dict(group), "data": data})
    return answered


def _refuse_what_is_not_simulated(fields: Mapping[str, object]) -> None:
    if fields.get("views"):
        bad_request("views is not simulated", "views")
    one_of(fields.get("queryType", "groupBy"), "queryType", ("groupBy",))
    one_of(
        fields.get("alternateTimeDimension", "eventTime"), "alternateTimeDimension", ("eventTime",)
    )


def _read_period(value: object, name: str) -> int:
    period = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if period is None:
        invalid_value(name, f"must be an ISO 8601 period such as PT30M, not {value!r}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in period.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        invalid_value(name, "must be longer than nothing")
    return length // MILLISECOND


def _read_names(fields: Mapping[str, object], key: str, known: Collection[str]) -> tuple[str, ...]:
    named = tuple(
        one_of(one, f"{key}[{position}]", sorted(known))
        for position, one in enumerate(any_list(fields.get(key, []), key))
    )
    if len(set(named)) < len(named):
        bad_request(f"{key} names one twice", key)
    return named
