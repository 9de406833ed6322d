"""What a transcript search is asked, and how its answers are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    RUN_AGAIN,
    ReadingError,
    SearchFailedError,
    TooManyMatchesError,
)
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.responses import place_of, size_of
from tap_genesys_search.search_apis.page import Page, answered_facets, read_count
from tap_genesys_search.search_apis.transcripts.filters import build_criteria
from tap_genesys_search.settings.projection import COLUMNS
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


PATH = "/api/v2/speechandtextanalytics/transcripts/search"

LARGEST_PAGE = 100

LARGEST_SEARCH = 1000
"""Paging works through the first 1,000 results only
(https://developer.genesys.cloud/organization/search/transcript-search)."""


def build_search(
    settings: Settings,
    window: Window,
    time_fields: Sequence[str],
    page_number: int,
    page_size: int,
) -> JsonObject:
    """Build the body that asks for one page.

    Args:
        settings: Give projection and further criteria.
        window: Span of time in which the transcripts start.
        time_fields: The field that says when they do, and others that are to be answered, too.
        page_number: From 1 on.
        page_size: How many transcripts to ask for.

    Returns:
        The body, model `TranscriptSearchRequest` of the official SDK. Fields are named to it only
        where the setting `fields` has some of its own; else it answers all.
    """
    extra = [field for field in settings.projection.fields if field not in COLUMNS]
    return {
        "types": ["transcripts"],
        "pageSize": page_size,
        "pageNumber": page_number,
        "sortBy": time_fields[0],
        "sortOrder": "ASC",
        **({"returnFields": [*extra, *_needed(extra, time_fields)]} if extra else {}),
        "query": [
            {
                "type": "DATE_RANGE",
                "fields": [time_fields[0]],
                "startValue": format_timestamp(window.start),
                "endValue": format_timestamp(window.end),
            },
            *build_criteria(settings.filters),
        ],
    }


def read_answer(answer: JsonObject) -> Page:
    """Check the first answer, model `JsonSearchResponse`, and read its page.

    Raises:
        SearchFailedError: Results or total are not what the model says.
    """
    page = read_later_answer(answer)
    if page.total is None:
        raise SearchFailedError(f"{place_of(answer, PATH)} answered a total that is not a count")
    return page


def read_later_answer(answer: JsonObject) -> Page:
    """Check an answer and read its page, whose total may be absent where an earlier one said it.

    Raises:
        SearchFailedError: The results are not what the model says.
    """
    records = answer.get("results")
    records = [] if records is None else records
    if not are_objects(records):
        raise SearchFailedError(
            f"{place_of(answer, PATH)} answered results that are not a list of objects"
        )
    total = read_count(answer.get("total"))
    return Page(records, total, _read_facets(answer.get("aggregations")), size_of(answer))


def check_total(page: Page, read: int, window: Window, most: int) -> None:
    """Check that a window's transcripts can be paged through.

    Args:
        page: A page of them.
        read: How many the pages before it had.
        window: The window.
        most: How many it may match.

    Raises:
        TooManyMatchesError: It matches more, or has more than it counts.
        ReadingError: Its count makes no sense, so shorter windows would not help.
    """
    total = page.total or 0
    if page.total == 0 and page.records:
        raise ReadingError(
            f"Window {window}: the platform answers {counted(len(page.records), 'transcript')} on "
            "a page, and a total of 0",
            RUN_AGAIN,
        )
    # A total of as many as can be paged through may be cut off there.
    if total > most or total == LARGEST_SEARCH:
        raise TooManyMatchesError(
            f"Window {window} matches {total} transcripts, one search may match {most}", total
        )
    if page.total is not None and read >= total and page.records:
        raise TooManyMatchesError(
            f"Window {window} has more transcripts than the {total} that it counts"
        )


def _read_facets(aggregations: object) -> Facets:
    """Read facets, whose shape is not documented: an object of them, or a list."""
    if isinstance(aggregations, dict):
        named = list(aggregations.items())
    elif isinstance(aggregations, list):
        named = [
            (str(one.get("name") or one.get("field") or one.get("dimension") or ""), one)
            for one in aggregations
            if isinstance(one, dict)
        ]
    else:
        return {}
    return answered_facets({str(name): _buckets(facet) for name, facet in named})


def _buckets(facet: object) -> object:
    if not isinstance(facet, dict):
        return facet
    names = ("buckets", "results", "values")
    return next((facet[name] for name in names if facet.get(name) is not None), None)


def _needed(extra: list[str], time_fields: Sequence[str]) -> list[str]:
    needed = ("transcriptId", "conversationId", *time_fields, "mediaType")
    return [name for name in needed if name not in extra]


def largest_page(page_size: int) -> int:
    """Find a page size whose pages end at the 1,000th result and not after it."""
    sizes = (size for size in range(min(page_size, LARGEST_PAGE), 0, -1))
    return next(size for size in sizes if LARGEST_SEARCH % size == 0)
