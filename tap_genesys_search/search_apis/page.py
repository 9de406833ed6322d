"""The pages that searches answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.json_types import has_64_bits
from tap_genesys_search.records.ids import EMPTY_TEXT, check_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets


MOST_BUCKETS = 50_000
"""Buckets of all facets of a search. The state keeps those of windows that are read again."""


@dataclass(frozen=True)
class Page:
    """One page of a search's result.

    Attributes:
        records: Interactions, as the platform models them.
        total: How many records the search has on all pages, or None where the platform doesn't
            say and the last page tells that it is complete.
        facets: The facets of the whole search, as far as they were answered.
        size: How many bytes the page had.
        covered: How many positions lie on the pages so far that had records, where pages are
            numbered.
        is_moving: Whether the list may have changed since an earlier page of it.
        complete_until: Records from here on may have been left out; None where all are there.
    """

    records: list[JsonObject]
    total: int | None
    facets: Facets
    size: int = field(default=0, compare=False)
    covered: int = 0
    is_moving: bool = False
    complete_until: datetime | None = None


def answered_facets(buckets: Mapping[str, object]) -> Facets:
    """Leave out facets without a list of buckets, such as one with an error: they tell nothing.

    A facet without a name gets one, as the name is a key.

    Raises:
        SearchFailedError: There are more buckets than any facet has, or a name is too long.
    """
    check_ids(buckets)
    count = sum(len(found) for found in buckets.values() if isinstance(found, list))
    if count > MOST_BUCKETS:
        raise SearchFailedError(
            f"The platform answered {count:,} buckets of facets, and no more than "
            f"{MOST_BUCKETS:,} are read. Ask for facets with fewer values"
        )
    return {
        facet or EMPTY_TEXT: found for facet, found in buckets.items() if isinstance(found, list)
    }


def read_count(value: object) -> int | None:
    """Read a number of records, which some servers write as `20.0`; None where it is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if value >= 0 and has_64_bits(value) else None
