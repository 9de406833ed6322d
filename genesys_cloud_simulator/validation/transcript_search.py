"""Reading and applying the criteria of a transcript search.

Where the platform's documentation is silent: the dates that can be searched are the start, by one
of two names, and `endTime`; all criteria with `AND`, which is the default, must hold, none with
`NOT`, and where there are some with `OR` at least one of those; the types of criteria for numbers,
which no transcript has, are refused; so is a page size over 100, which no client has been seen to
send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    integer,
    invalid_value,
    known_object,
    one_of,
)
from genesys_cloud_simulator.validation.transcript_criteria import (
    EXACT_FIELDS,
    Criterion,
    read_criteria,
    searchable_fields,
    without_nulls,
)
from genesys_cloud_simulator.views.transcripts import CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from genesys_cloud_simulator.conversations.model import Properties


START_FIELDS = ("conversationStartTime", "startTime")
"""Names of the start, of which an organisation has one."""

DEFAULT_PAGE = 25

LARGEST_PAGE = 100


REQUEST_KEYS = (
    "types", "query", "returnFields", "pageSize", "pageNumber", "sortBy", "sortOrder", "sort",
)  # fmt: skip


_SORT_ORDERS = ("ASC", "DESC", "SCORE")


@dataclass(frozen=True)
class TranscriptSearch:
    """What is searched and how it is answered, but for the page.

    Attributes:
        criteria: What must hold.
        sort: Fields and orders to sort by.
    """

    criteria: tuple[Criterion, ...]
    sort: tuple[tuple[str, str], ...]

    def searches_content(self) -> bool:
        """Return whether any criterion looks at what was said.

        Returns:
            Whether one does.
        """
        return any(_searches_content(one) for one in self.criteria)


@dataclass(frozen=True)
class TranscriptRequest:
    """One valid request.

    Attributes:
        search: What is searched.
        fields: The fields to answer, None for all but the content.
        page_size: The largest number of transcripts to answer.
        page_number: The page, from 1.
    """

    search: TranscriptSearch
    fields: tuple[str, ...] | None
    page_size: int
    page_number: int


def read_request(
    document: object, depth_limit: int, start_fields: tuple[str, ...]
) -> TranscriptRequest:
    """Read a request.

    Args:
        document: The body.
        depth_limit: How many transcripts can be paged through.
        start_fields: What the start may be called.

    Returns:
        The request.
    """
    fields = without_nulls(known_object(document, "body", REQUEST_KEYS))
    if "types" not in fields:
        bad_request("types is required", "types")
    if any_list(fields["types"], "types") != ["transcripts"]:
        # There is also `transcripts_metadata`, whose results nobody has described.
        invalid_value("types", "must be transcripts")
    size = integer(fields.get("pageSize", DEFAULT_PAGE), "pageSize", 1, LARGEST_PAGE)
    page = integer(fields.get("pageNumber", 1), "pageNumber", 1, None)
    if size * page > depth_limit:
        bad_request(f"Pagination may not exceed {depth_limit} results", "pageNumber")
    returned = fields.get("returnFields")
    known = searchable_fields((*start_fields, "endTime"))
    sortable = (*EXACT_FIELDS, *known["DATE_RANGE"])
    return TranscriptRequest(
        TranscriptSearch(
            read_criteria(fields, "query", "body", known), _read_sort(fields, sortable)
        ),
        None
        if returned is None
        else tuple(
            one_of(one, "returnFields", known["REQUIRED_FIELDS"])
            for one in any_list(returned, "returnFields")
        ),
        size,
        page,
    )


def matches(criteria: tuple[Criterion, ...], transcript: Properties, *, includes_end: bool) -> bool:
    """Return whether a transcript matches.

    Args:
        criteria: What must hold.
        transcript: The transcript.
        includes_end: Whether the end of a range of dates is in it.

    Returns:
        Whether it does.
    """
    alternatives = []
    for criterion in criteria:
        holds = (
            matches(criterion.group, transcript, includes_end=includes_end)
            if criterion.group
            else _holds(criterion, transcript, includes_end=includes_end)
        )
        if criterion.operator == "OR":
            alternatives.append(holds)
        elif holds == (criterion.operator == "NOT"):
            return False
    return not alternatives or any(alternatives)


def _holds(criterion: Criterion, transcript: Properties, *, includes_end: bool) -> bool:
    found = [transcript_value(transcript, name) for name in criterion.fields]
    if criterion.kind == "REQUIRED_FIELDS":
        return None not in found
    if criterion.kind == "EXACT":
        return any(value in criterion.values for value in found)
    if criterion.kind == "DATE_RANGE":
        start, end = criterion.values
        return any(start <= str(value) < end or (includes_end and value == end) for value in found)
    return any(
        phrase.casefold() in str(value).casefold() for phrase in criterion.values for value in found
    )


def transcript_value(transcript: Properties, name: str) -> str | None:
    """Find the value of a field.

    Args:
        transcript: The transcript.
        name: The field's name, with a dot where it is in an object.

    Returns:
        The value, None when there is none.
    """
    value: object = transcript
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _searches_content(criterion: Criterion) -> bool:
    return CONTENT in criterion.fields or any(_searches_content(one) for one in criterion.group)


def _read_sort(
    fields: Mapping[str, object], sortable: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    if "sort" in fields:
        if "sortBy" in fields or "sortOrder" in fields:
            bad_request("sort must not be given together with sortBy and sortOrder", "sort")
        return tuple(
            _read_sort_field(
                without_nulls(known_object(one, f"sort[{position}]", ("sortBy", "sortOrder"))),
                sortable,
            )
            for position, one in enumerate(any_list(fields["sort"], "sort"))
        )
    return (
        (_read_sort_field(fields, sortable),) if "sortBy" in fields or "sortOrder" in fields else ()
    )


def _read_sort_field(document: Mapping[str, object], sortable: tuple[str, ...]) -> tuple[str, str]:
    how = one_of(document.get("sortOrder", "ASC"), "sortOrder", _SORT_ORDERS)
    if how == "SCORE":
        return "", how
    if "sortBy" not in document:
        bad_request("sortBy is required", "sortBy")
    return one_of(document["sortBy"], "sortBy", sortable), how
