"""Filters of conversations: reading them as strictly as the platform, and applying them.

What the platform's documentation leaves open is decided here: the filters of a query all have to
match; a segment filter matches a conversation if one segment satisfies all of it; a metric of a
conversation is the sum over its sessions; the value of a date is a timestamp or an interval.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from tap_genesys_search.simulator import query_names as names
from tap_genesys_search.simulator.query_values import (
    record_metric,
    record_values,
    records,
)
from tap_genesys_search.simulator.request_body import (
    bad_request,
    interval,
    invalid_value,
    known_object,
    one_of,
    optional_list,
    text,
    timestamp,
)
from tap_genesys_search.simulator.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_genesys_search.simulator.conversation_model import Properties
    from tap_genesys_search.simulator.query_values import Record

Family: TypeAlias = Literal["conversation", "segment", "evaluation", "survey", "resolution"]
FAMILIES: tuple[Family, ...] = get_args(Family)
FILTER_KEYS = tuple(f"{family}Filters" for family in FAMILIES)

_NAMES: dict[Family, tuple[frozenset[str], frozenset[str]]] = {
    "conversation": (names.CONVERSATION_DIMENSIONS, names.CONVERSATION_METRICS),
    "segment": (names.SEGMENT_DIMENSIONS, names.SEGMENT_METRICS),
    "evaluation": (names.EVALUATION_DIMENSIONS, names.EVALUATION_METRICS),
    "survey": (names.SURVEY_DIMENSIONS, names.SURVEY_METRICS),
    "resolution": (frozenset(), names.RESOLUTION_METRICS),
}
_BOUNDS = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}
_OPERATORS = ("matches", "exists", "notExists")
_PREDICATE_KEYS: dict[Family, tuple[str, ...]] = {
    **dict.fromkeys(
        ("conversation", "evaluation", "survey"),
        ("type", "dimension", "metric", "operator", "value", "range"),
    ),
    "segment": (
        "type", "dimension", "property", "propertyType", "metric", "operator", "value", "range",
    ),
    "resolution": ("type", "metric", "operator", "value", "range"),
}  # fmt: skip
_KINDS = ("dimension", "property", "metric")


@dataclass(frozen=True)
class Predicate:
    """One condition.

    Attributes:
        kind: `dimension`, `property` or `metric`.
        name: Its name.
        operator: `matches`, `exists` or `notExists`.
        value: What it must be, None where there is a range or nothing.
        bounds: The comparisons of a range.
    """

    kind: str
    name: str
    operator: str
    value: str | None
    bounds: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Filter:
    """Conditions that must all hold, or of which one must.

    Attributes:
        every: Whether all must hold.
        predicates: The conditions.
        clauses: Further conditions, one level deep.
    """

    every: bool
    predicates: tuple[Predicate, ...]
    clauses: tuple[Filter, ...] = ()


@dataclass(frozen=True)
class Filters:
    """All filters of a query.

    Attributes:
        by_family: The filters by what they look at.
        partial_addresses: Whether a part of an address matches, as it does in jobs.
    """

    by_family: tuple[tuple[Family, tuple[Filter, ...]], ...]
    partial_addresses: bool = False

    def __bool__(self) -> bool:
        """Whether there is any filter."""
        return any(filters for _, filters in self.by_family)

    def match(self, document: Properties) -> bool:
        """Say whether a conversation matches.

        Args:
            document: The conversation.

        Returns:
            Whether it does.
        """
        for family, filters in self.by_family:
            if not filters:
                continue
            found = records(document, family)
            for one in filters:
                if not any(self._holds(one, record, document) for record in found):
                    return False
        return True

    def _holds(self, one: Filter, record: Record, document: Properties) -> bool:
        results = [self._satisfies(predicate, record, document) for predicate in one.predicates]
        results += [self._holds(clause, record, document) for clause in one.clauses]
        return all(results) if one.every else any(results)

    def _satisfies(self, predicate: Predicate, record: Record, document: Properties) -> bool:
        if predicate.kind == "metric":
            figure = record_metric(record, document, predicate.name)
            values: list[object] = [] if figure is None else [figure]
        else:
            values = record_values(record, predicate.name, of=predicate.kind)
        if predicate.operator != "matches":
            return bool(values) == (predicate.operator == "exists")
        if predicate.value is not None:
            wanted = predicate.value
            return any(self._equals(predicate, value, wanted) for value in values)
        return any(
            all(_BOUNDS[bound](float(str(value)), limit) for bound, limit in predicate.bounds)
            for value in values
        )

    def _equals(self, predicate: Predicate, value: object, wanted: str) -> bool:
        if isinstance(value, bool):
            return wanted == str(value).lower()
        found = str(value)
        if predicate.name in names.DATE_DIMENSIONS and predicate.kind == "dimension":
            start, _, end = wanted.partition("/")
            return start <= found < end if end else found == start
        if predicate.name in names.ADDRESS_DIMENSIONS and "@" in found:
            if self.partial_addresses:
                return wanted in found
            return wanted in {found, *found.split("@")}
        return found == wanted


def read_filters(document: Mapping[str, object], *, partial_addresses: bool) -> Filters:
    """Read the filters of a query.

    Args:
        document: The query.
        partial_addresses: Whether a part of an address matches.

    Returns:
        The filters.
    """
    return Filters(
        tuple(
            (
                family,
                tuple(
                    _read_filter(one, f"{family}Filters[{position}]", family, nested=False)
                    for position, one in enumerate(
                        optional_list(document, f"{family}Filters", "body")
                    )
                ),
            )
            for family in FAMILIES
        ),
        partial_addresses,
    )


def _read_filter(value: object, name: str, family: Family, *, nested: bool) -> Filter:
    keys = ("type", "predicates") if nested else ("type", "predicates", "clauses")
    document = known_object(value, name, keys)
    if "type" not in document:
        bad_request(f"{name}.type is required", f"{name}.type")
    predicates = tuple(
        _read_predicate(one, f"{name}.predicates[{position}]", family)
        for position, one in enumerate(optional_list(document, "predicates", name))
    )
    clauses = tuple(
        _read_filter(one, f"{name}.clauses[{position}]", family, nested=True)
        for position, one in enumerate(optional_list(document, "clauses", name))
    )
    if not predicates and not clauses:
        bad_request(f"{name} must have predicates or clauses", name)
    every = one_of(document["type"], f"{name}.type", ("and", "or")) == "and"
    return Filter(every, predicates, clauses)


def _read_predicate(value: object, name: str, family: Family) -> Predicate:
    document = known_object(value, name, _PREDICATE_KEYS[family])
    kind, named = _read_name(document, name, family)
    how = document.get("operator")
    if how is not None and one_of(how, f"{name}.operator", _OPERATORS) != "matches":
        if document.get("value") is not None or document.get("range") is not None:
            bad_request(f"{name} must have no value and no range with {how}", name)
        return Predicate(kind, named, str(how), None, ())
    if (document.get("value") is None) == (document.get("range") is None):
        bad_request(f"{name} must have either a value or a range", name)
    if document.get("value") is None:
        if kind != "metric" and named not in names.NUMERIC_DIMENSIONS:
            bad_request(f"{name}.range does not suit {named}", f"{name}.range")
        bounds = _read_range(document["range"], f"{name}.range")
        return Predicate(kind, named, "matches", None, bounds)
    if kind == "metric":
        bad_request(f"{name} must have a range, because {named} is a metric", f"{name}.value")
    wanted = text(document["value"], f"{name}.value")
    wanted = _read_value(wanted, named, kind, f"{name}.value")
    return Predicate(kind, named, "matches", wanted, ())


def _read_name(document: Mapping[str, object], name: str, family: Family) -> tuple[str, str]:
    """What a predicate is about: its kind and its name."""
    kinds = [kind for kind in _KINDS if document.get(kind) is not None]
    if len(kinds) != 1:
        bad_request(f"{name} must have one of dimension, metric and property", name)
    kind = kinds[0]
    said = document.get("type")
    if said is not None and one_of(said, f"{name}.type", _KINDS) != kind:
        bad_request(f"{name}.type does not say {kind}", f"{name}.type")
    if kind == "property":
        one_of(document.get("propertyType"), f"{name}.propertyType", sorted(names.PROPERTY_TYPES))
        return kind, text(document["property"], f"{name}.property")
    dimensions, metrics = _NAMES[family]
    known = dimensions if kind == "dimension" else metrics
    return kind, one_of(document[kind], f"{name}.{kind}", sorted(known))


def _read_value(wanted: str, named: str, kind: str, name: str) -> str:
    if kind == "dimension" and named in names.BOOLEAN_DIMENSIONS:
        return one_of(wanted, name, ("true", "false"))
    if kind == "dimension" and named in names.DATE_DIMENSIONS:
        if "/" not in wanted:
            return format_timestamp(timestamp(wanted, name))
        return "/".join(format_timestamp(moment) for moment in interval(wanted, name))
    return wanted


def _read_range(value: object, name: str) -> tuple[tuple[str, float], ...]:
    document = known_object(value, name, tuple(_BOUNDS))
    bounds = [
        (bound, number(limit, f"{name}.{bound}"))
        for bound, limit in document.items()
        if limit is not None
    ]
    if not bounds:
        invalid_value(name, "must have a bound")
    return tuple(bounds)


def number(value: object, name: str) -> float:
    """Check that a value is a number.

    Args:
        value: The value.
        name: What it is called.

    Returns:
        The number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        bad_request(f"{name} must be a number", name)
    return float(value)
