"""Filters of conversations.

Where the platform's documentation is silent: all filters of a query must match; a segment filter
matches a conversation if one segment satisfies the whole filter; a metric of a conversation is the
sum over its sessions; the value of a date is a timestamp or an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from genesys_cloud_simulator.validation import names
from genesys_cloud_simulator.validation.body import optional_list
from genesys_cloud_simulator.validation.details.values import record_metric, record_values, records
from genesys_cloud_simulator.validation.predicates import Vocabulary, read_filter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.validation.details.values import Record
    from genesys_cloud_simulator.validation.predicates import Filter, Predicate


Family: TypeAlias = Literal["conversation", "segment", "evaluation", "survey", "resolution"]

FAMILIES: tuple[Family, ...] = get_args(Family)

FILTER_KEYS = tuple(f"{family}Filters" for family in FAMILIES)


_VOCABULARIES: dict[Family, Vocabulary] = {
    "conversation": Vocabulary(names.CONVERSATION_DIMENSIONS, names.CONVERSATION_METRICS),
    "segment": Vocabulary(names.SEGMENT_DIMENSIONS, names.SEGMENT_METRICS, has_properties=True),
    "evaluation": Vocabulary(names.EVALUATION_DIMENSIONS, names.EVALUATION_METRICS),
    "survey": Vocabulary(names.SURVEY_DIMENSIONS, names.SURVEY_METRICS),
    "resolution": Vocabulary((), names.RESOLUTION_METRICS),
}


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
        """Return whether a conversation matches.

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
        def satisfied(predicate: Predicate) -> bool:
            if predicate.kind == "metric":
                figure = record_metric(record, document, predicate.name)
                return predicate.holds([] if figure is None else [figure])
            values = record_values(record, predicate.name, of=predicate.kind)
            return predicate.holds(
                values, lambda value, wanted: self._equals(predicate, value, wanted)
            )

        return one.holds(satisfied)

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
                    read_filter(one, f"{family}Filters[{position}]", _VOCABULARIES[family])
                    for position, one in enumerate(
                        optional_list(document, f"{family}Filters", "body")
                    )
                ),
            )
            for family in FAMILIES
        ),
        partial_addresses,
    )
