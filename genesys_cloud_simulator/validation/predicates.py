"""Conditions on conversations and figures: reading them as strictly as the platform does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, repeat
from operator import eq, ge, gt, le, lt
from typing import TYPE_CHECKING

from genesys_cloud_simulator.timestamps import format_timestamp
from genesys_cloud_simulator.validation import names
from genesys_cloud_simulator.validation.body import (
    bad_request,
    interval,
    invalid_value,
    known_object,
    one_of,
    optional_list,
    text,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


_BOUNDS = {"gt": gt, "gte": ge, "lt": lt, "lte": le}

_OPERATORS = ("matches", "exists", "notExists")

_KINDS = ("dimension", "property", "metric")


@dataclass(frozen=True)
class Vocabulary:
    """What the predicates of a filter may name.

    Attributes:
        dimensions: The dimensions.
        metrics: The metrics.
        has_properties: Whether they may name the properties of a segment, too.
    """

    dimensions: Collection[str]
    metrics: Collection[str] = ()
    has_properties: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields of a predicate."""
        return (
            "type",
            *(("dimension",) if self.dimensions else ()),
            *(("property", "propertyType") if self.has_properties else ()),
            *(("metric",) if self.metrics else ()),
            "operator",
            "value",
            "range",
        )


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
    value: str | None = None
    bounds: tuple[tuple[str, float], ...] = ()

    def holds(
        self,
        values: Sequence[object],
        equals: Callable[[object, str], bool] = eq,
    ) -> bool:
        """Return whether it holds.

        Args:
            values: What it is about.
            equals: Says whether one of them is what it must be.

        Returns:
            Whether one of them satisfies it.
        """
        if self.operator != "matches":
            return bool(values) == (self.operator == "exists")
        if self.value is not None:
            return any(map(equals, values, repeat(self.value)))
        return any(
            all(_BOUNDS[bound](float(str(value)), limit) for bound, limit in self.bounds)
            for value in values
        )


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

    def holds(self, satisfied: Callable[[Predicate], bool]) -> bool:
        """Return whether it holds.

        Args:
            satisfied: Says whether a condition does.

        Returns:
            Whether as many hold as must.
        """
        results = chain(
            map(satisfied, self.predicates), (clause.holds(satisfied) for clause in self.clauses)
        )
        return all(results) if self.every else any(results)


def read_filter(
    value: object, name: str, vocabulary: Vocabulary, *, nested: bool = False
) -> Filter:
    """Read a filter.

    Args:
        value: The filter.
        name: What it is called.
        vocabulary: What its predicates may name.
        nested: Whether it is a clause of another one, and so has none itself.

    Returns:
        The filter.
    """
    keys = ("type", "predicates") if nested else ("type", "predicates", "clauses")
    document = known_object(value, name, keys)
    if "type" not in document:
        bad_request(f"{name}.type is required", f"{name}.type")
    predicates = tuple(
        _read_predicate(one, f"{name}.predicates[{position}]", vocabulary)
        for position, one in enumerate(optional_list(document, "predicates", name))
    )
    clauses = tuple(
        read_filter(one, f"{name}.clauses[{position}]", vocabulary, nested=True)
        for position, one in enumerate(optional_list(document, "clauses", name))
    )
    if not predicates and not clauses:
        bad_request(f"{name} must have predicates or clauses", name)
    every = one_of(document["type"], f"{name}.type", ("and", "or")) == "and"
    return Filter(every, predicates, clauses)


def _read_predicate(value: object, name: str, vocabulary: Vocabulary) -> Predicate:
    document = known_object(value, name, vocabulary.keys)
    kind, named = _read_name(document, name, vocabulary)
    how = document.get("operator")
    if how is not None and one_of(how, f"{name}.operator", _OPERATORS) != "matches":
        if document.get("value") is not None or document.get("range") is not None:
            bad_request(f"{name} must have no value and no range with {how}", name)
        return Predicate(kind, named, str(how))
    if (document.get("value") is None) == (document.get("range") is None):
        bad_request(f"{name} must have either a value or a range", name)
    if document.get("value") is None:
        if kind != "metric" and named not in names.NUMERIC_DIMENSIONS:
            bad_request(f"{name}.range does not suit {named}", f"{name}.range")
        bounds = _read_range(document["range"], f"{name}.range")
        return Predicate(kind, named, "matches", bounds=bounds)
    if kind == "metric":
        bad_request(f"{name} must have a range, because {named} is a metric", f"{name}.value")
    wanted = text(document["value"], f"{name}.value")
    wanted = _read_value(wanted, named, kind, f"{name}.value")
    return Predicate(kind, named, "matches", wanted)


def _read_name(
    document: Mapping[str, object], name: str, vocabulary: Vocabulary
) -> tuple[str, str]:
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
    known = vocabulary.dimensions if kind == "dimension" else vocabulary.metrics
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
