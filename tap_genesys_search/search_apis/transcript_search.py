"""The transcript search: what was said, at most 1,000 results a search."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from tap_genesys_search.errors import (
    SearchFailedError,
    SettingError,
    TooManyMatchesError,
)
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.platform.page_size import PageSize, fit_search_page
from tap_genesys_search.platform.responses import place_of, size_of
from tap_genesys_search.records.fields import ABSENT, read_dotted
from tap_genesys_search.records.tables import TRANSCRIPTS
from tap_genesys_search.search_apis.base import Page, SearchApi, read_count
from tap_genesys_search.settings.projection import COLUMNS, project
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.settings.parse import Settings


PATH = "/api/v2/speechandtextanalytics/transcripts/search"

LARGEST_PAGE = 100

LARGEST_SEARCH = 1000
"""Paging works through the first 1,000 results only
(https://developer.genesys.cloud/organization/search/transcript-search)."""


CRITERIA_TYPES = (
    "EXACT",
    "EXACT_PHRASE",
    "PHRASE",
    "DATE_RANGE",
    "RANGE",
    "GREATER_THAN",
    "LESS_THAN",
    "REQUIRED_FIELDS",
)

CRITERIA_OPERATORS = ("AND", "OR", "NOT")

TIME_FIELD = "startTime"

ID_FIELDS = ("transcriptId", "id", "communicationId")

_SAME = {"timestamp": TIME_FIELD, "media.type": "mediaType", "relevanceScore": "score"}


class TranscriptSearch(SearchApi):
    """Searches transcripts by when they start; each one becomes an interaction."""

    name: ClassVar[str] = "transcript_search"
    tables: ClassVar[frozenset[str]] = frozenset({TRANSCRIPTS.name})
    permissions: ClassVar[tuple[str, ...]] = (
        "analytics:conversationDetail:view",
        "recording:recording:view",
        "recording:recordingSegment:view",
    )

    @property
    @override
    def most_matches(self) -> int:
        return min(self._settings.max_records_per_search, LARGEST_SEARCH)

    @override
    def probe(self, job_log: JobLog) -> None:
        settings = replace(self._settings, projection=project(("id",)), filters=())
        window = Window(settings.start, settings.start + self.finest_window)
        body = build_search(settings, window, 1, 1)
        read_answer(
            self._client.call(
                "POST", PATH, json=body, asked=Asked.PROBE, on_retry=job_log.count_retry
            )
        )

    @override
    def search_least(self, window: Window, job_log: JobLog) -> None:
        least = Window(window.start, window.start + self.finest_window)
        body = build_search(self._settings, least, 1, self._largest_page())
        self._client.call("POST", PATH, json=body, asked=Asked.SEARCH, on_retry=job_log.count_retry)

    @override
    def check_filters(self) -> None:
        for position, criterion in enumerate(self._settings.filters):
            _check_criterion(f"filters[{position}]", criterion)

    @override
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        size = PageSize(self._page_size)
        read = asked = 0
        while True:
            page = self._page(window, asked, size, job_log)
            total = page.total or 0
            # A total of as many as can be paged through may be cut off there.
            if total > self.most_matches or total == LARGEST_SEARCH:
                raise TooManyMatchesError(
                    f"Window {window} matches {total} transcripts, one search may match "
                    f"{self.most_matches}",
                    total,
                )
            if page.total is not None and read >= total and page.records:
                raise TooManyMatchesError(
                    f"Window {window} has more transcripts than the {total} that it counts"
                )
            yield page
            read += len(page.records)
            asked += size.rows
            is_short = len(page.records) < size.rows
            if not page.records or (is_short and page.total is not None and read >= total):
                return

    @override
    def _largest_page(self) -> int:
        """Find a page size that ends at the 1,000th result and not behind it."""
        sizes = range(min(self._settings.page_size, LARGEST_PAGE), 0, -1)
        return next(size for size in sizes if LARGEST_SEARCH % size == 0)

    def _page(self, window: Window, asked: int, size: PageSize, job_log: JobLog) -> Page:
        """Read the transcripts behind those asked for, fewer where there is too much in them."""

        def ask() -> JsonObject:
            body = build_search(self._settings, window, asked // size.rows + 1, size.rows)
            kind = Asked.PAGE if asked else Asked.SEARCH
            return self._post_search(PATH, body, window, job_log, kind)

        answer = fit_search_page(size, ask, asked)
        job_log.count_page()
        return read_later_answer(answer) if asked else read_answer(answer)

    @staticmethod
    @override
    def read_field(record: JsonObject, field: str) -> Any:
        if field == "id":
            found = (record[name] for name in ID_FIELDS if record.get(name) is not None)
            return next(found, ABSENT)
        if field == "type":
            return "transcript"
        if field == "metadata":
            return {name: value for name, value in record.items() if name != TIME_FIELD}
        return read_dotted(record, _SAME.get(field, field))

    @override
    def is_within(self, record: JsonObject, window: Window) -> bool:
        # Whether a DATE_RANGE includes its end is not documented.
        with suppress(KeyError, ValueError, TypeError, AttributeError, OverflowError):
            return window.start <= parse_timestamp(record[TIME_FIELD]) < window.end
        return True


def build_search(
    settings: Settings, window: Window, page_number: int, page_size: int
) -> JsonObject:
    """Build the body that asks for one page.

    Args:
        settings: Give projection and further criteria.
        window: Span of time in which the transcripts start.
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
        "sortBy": TIME_FIELD,
        "sortOrder": "ASC",
        **({"returnFields": [*extra, *_needed(extra)]} if extra else {}),
        "query": [
            {
                "type": "DATE_RANGE",
                "fields": [TIME_FIELD],
                "startValue": format_timestamp(window.start),
                "endValue": format_timestamp(window.end),
            },
            *settings.filters,
        ],
    }


def read_answer(answer: JsonObject) -> Page:
    """Check the first answer, model `JsonSearchResponse`, and read its page.

    Raises:
        SearchFailedError: Results or total are not what the model says.
    """
    page = read_later_answer(answer)
    if page.total is None:
        raise SearchFailedError(f"{place_of(answer, PATH)} answered a total that is no count")
    return page


def read_later_answer(answer: JsonObject) -> Page:
    """Check an answer and read its page, whose total may be absent where an earlier one said it.

    Raises:
        SearchFailedError: The results are not what the model says.
    """
    records = answer.get("results") or []
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise SearchFailedError(
            f"{place_of(answer, PATH)} answered results that are no list of objects"
        )
    total = read_count(answer.get("total"))
    return Page(records, total, _read_facets(answer.get("aggregations")), size_of(answer))


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
    facets = {}
    for name, facet in named:
        buckets = facet
        if isinstance(facet, dict):
            buckets = facet.get("buckets") or facet.get("results") or facet.get("values")
        facets[str(name)] = buckets if isinstance(buckets, list) else []
    return facets


def _needed(extra: list[str]) -> list[str]:
    needed = ("transcriptId", "conversationId", TIME_FIELD, "mediaType")
    return [name for name in needed if name not in extra]


def _check_criterion(place: str, criterion: object) -> None:
    if not isinstance(criterion, dict):
        raise SettingError(f"{place} must be an object")
    group = criterion.get("group")
    if group is not None and (not isinstance(group, list) or not group):
        raise SettingError(f"{place}.group must be a list of criteria")
    named = criterion.get("fields")
    if named is None and group is None and "type" in criterion:
        raise SettingError(f"{place} must have fields, a list of names, or a group of criteria")
    kind = criterion.get("type")
    if (kind is not None or group is None) and kind not in CRITERIA_TYPES:
        raise SettingError(f"{place}.type is {kind!r}. Allowed are {', '.join(CRITERIA_TYPES)}")
    if named is not None and (
        not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named)
    ):
        raise SettingError(f"{place}.fields must be a list of names")
    operator = criterion.get("operator", "AND")
    if operator not in CRITERIA_OPERATORS:
        raise SettingError(
            f"{place}.operator on {named!r} is {operator!r}. Allowed are "
            f"{', '.join(CRITERIA_OPERATORS)}"
        )
    for position, inner in enumerate(group or []):
        _check_criterion(f"{place}.group[{position}]", inner)
