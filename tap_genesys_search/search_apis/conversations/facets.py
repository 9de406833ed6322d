"""Facets of conversations: aggregations asked for, and their answer as buckets."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError, SettingError
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.search_apis.page import answered_facets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_genesys_search.records.found_page import Facets


LARGEST_TERM_COUNT = 1000
"""Terms asked for at most in a facet; the platform's own limit is not documented."""


def build_aggregations(facets: Iterable[str]) -> list[JsonObject]:
    """Build the aggregations of a query.

    Args:
        facets: Dimensions to count by (`queueId`), or metrics with the bounds of their ranges
            (`tTalk:0,60000,300000` in milliseconds, the last range open).

    Returns:
        Aggregations of types `termFrequency` and `numericRange`.

    Raises:
        SettingError: A facet is neither, or another one has its name.
    """
    aggregations = []
    names: set[str] = set()
    for facet in facets:
        name, colon, bounds = facet.partition(":")
        if not name.isidentifier():
            raise SettingError(f"facets has {facet!r}. Allowed are queueId or tTalk:0,60000")
        if name in names:  # an answer names its facets, and rows are distinguished, by it alone
            raise SettingError(
                f"facets names {name!r} twice, and the rows of both would have the same keys. Name "
                "it once, a metric with all its bounds: tTalk:0,10,60000"
            )
        names.add(name)
        aggregations.append(
            {"type": "numericRange", "metric": name, "ranges": _ranges(facet, bounds)}
            if colon
            else {"type": "termFrequency", "dimension": name, "size": LARGEST_TERM_COUNT}
        )
    return aggregations


def read_aggregations(answer: JsonObject, path: str) -> Facets:
    """Read the facets of an answer.

    Args:
        answer: Holds `aggregations`, model `AggregationResult` of the official SDK.
        path: Where it came from, for the error.

    Returns:
        Dimension or metric to its buckets; an aggregation without results is left out.

    Raises:
        SearchFailedError: The aggregations are no list of such objects.
    """
    aggregations = answer.get("aggregations") or []
    if not are_objects(aggregations):
        raise SearchFailedError(f"{path} answered aggregations that are not a list of objects")
    return answered_facets(
        {
            str(one.get("dimension") or one.get("metric") or ""): one.get("results")
            for one in aggregations
        }
    )


def _ranges(facet: str, bounds: str) -> list[dict[str, float]]:
    try:
        edges = [float(bound) for bound in bounds.split(",")]
    except ValueError:
        edges = []
    if not edges or edges != sorted(set(edges)) or not all(map(math.isfinite, edges)):
        raise SettingError(
            f"facets has {facet!r}. The bounds after the colon must be rising numbers"
        )
    closed = [{"gte": low, "lt": high} for low, high in pairwise(edges)]
    return [*closed, {"gte": edges[-1]}]
