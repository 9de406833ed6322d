"""The pages that searches answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.json_types import has_64_bits
from tap_genesys_search.platform.page_size import LEAST_A_PAGE, PAGES_BEFORE_JUDGEMENT
from tap_genesys_search.records.ids import EMPTY_TEXT, check_ids

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.page_size import PageSize
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.windows.window import Window


MOST_RECORDS_A_PAGE = 4_000
"""Four times as many as any search API is asked for at once."""


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
        is_moving: Whether the list may have changed since an earlier page was read.
        complete_until: Records from here on may have been left out; None where all are there.
    """

    records: list[JsonObject]
    total: int | None
    facets: Facets
    size: int = field(default=0, compare=False)
    covered: int = 0
    is_moving: bool = False
    complete_until: datetime | None = None


def check_size(page: Page) -> None:
    """Refuse a page of far more records than were asked for.

    Raises:
        SearchFailedError: It has as many.
    """
    if len(page.records) > MOST_RECORDS_A_PAGE:
        raise SearchFailedError(
            f"The platform answered {len(page.records):,} records on one page, and no more than "
            f"{MOST_RECORDS_A_PAGE:,} are read",
            "Check that the address is the platform's, and report it to Genesys support",
        )


def check_progress(size: PageSize, page: Page, window: Window) -> None:
    """Check, after each page, that the search gets on.

    Args:
        size: The page size of the search.
        page: The latest page.
        window: The window searched.

    Raises:
        SearchFailedError: Its pages hold next to nothing.
    """
    if not size.brought(len(page.records)):
        raise SearchFailedError(
            f"Window {window}: {PAGES_BEFORE_JUDGEMENT} pages in a row hold fewer than "
            f"{LEAST_A_PAGE} records each, so the search would not end"
        )


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
            f"{MOST_BUCKETS:,} are read",
            "Ask for facets with fewer values",
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
