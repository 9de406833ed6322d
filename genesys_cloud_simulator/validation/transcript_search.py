"""Reading and applying the criteria of a transcript search.

Where the platform's documentation is silent: the dates that can be searched are `startTime` and
`endTime`; all criteria with `AND`, which is the default, must hold, none with `NOT`, and where
there are some with `OR` at least one of those; the types of criteria for numbers, which no
transcript has, are refused; so is a page size over 100, which no client has been seen to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.date_formats import is_date_format
from genesys_cloud_simulator.timestamps import format_timestamp
from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    formatted_date,
    integer,
    invalid_value,
    known_object,
    one_of,
    optional_list,
    text,
    timestamp,
)
from genesys_cloud_simulator.views.transcripts import CONTENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from genesys_cloud_simulator.conversations.model import Properties


EXACT_FIELDS = (
    "transcriptId", "conversationId", "communicationId", "mediaType", "language", "divisionId",
)  # fmt: skip

DATE_FIELDS = ("startTime", "endTime")

RETURN_FIELDS = (*EXACT_FIELDS, *DATE_FIELDS, CONTENT)

DEFAULT_PAGE = 25

LARGEST_PAGE = 100


REQUEST_KEYS = (
    "types", "query", "returnFields", "pageSize", "pageNumber", "sortBy", "sortOrder", "sort",
)  # fmt: skip

_CRITERION_KEYS = (
    "type", "fields", "value", "values", "startValue", "endValue", "operator", "group",
    "dateFormat",
)  # fmt: skip

_SORT_ORDERS = ("ASC", "DESC", "SCORE")

_OPERATORS = ("AND", "OR", "NOT")

_TYPES = (
    "EXACT", "EXACT_PHRASE", "PHRASE", "DATE_RANGE", "RANGE", "GREATER_THAN", "LESS_THAN",
    "REQUIRED_FIELDS",
)  # fmt: skip

_UNSUPPORTED = frozenset({"RANGE", "GREATER_THAN", "LESS_THAN"})

_FIELDS = {
    "EXACT": EXACT_FIELDS,
    "EXACT_PHRASE": (CONTENT,),
    "PHRASE": (CONTENT,),
    "DATE_RANGE": DATE_FIELDS,
    "REQUIRED_FIELDS": RETURN_FIELDS,
}


@dataclass(frozen=True)
class Criterion:
    """One criterion, or several in a group.

    Attributes:
        operator: `AND`, `OR` or `NOT`.
        kind: Its type; empty for a group.
        fields: What it looks at.
        values: What it looks for; start and end of a range of dates.
        group: The criteria of a group.
    """

    operator: str
    kind: str = ""
    fields: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    group: tuple[Criterion, ...] = ()


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


def read_request(document: object, depth_limit: int) -> TranscriptRequest:
    """Read a request.

    Args:
        document: The body.
        depth_limit: How many transcripts can be paged through.

    Returns:
        The request.
    """
    fields = _set(known_object(document, "body", REQUEST_KEYS))
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
    return TranscriptRequest(
        TranscriptSearch(_criteria(fields, "query", "body"), _read_sort(fields)),
        None
        if returned is None
        else tuple(
            one_of(one, "returnFields", RETURN_FIELDS) for one in any_list(returned, "returnFields")
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


def _set(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if value is not None}


def _criteria(document: Mapping[str, object], key: str, name: str) -> tuple[Criterion, ...]:
    return tuple(
        _read_criterion(one, f"{key if name == 'body' else f'{name}.{key}'}[{position}]")
        for position, one in enumerate(optional_list(document, key, name))
    )


def _read_criterion(value: object, name: str) -> Criterion:
    document = _set(known_object(value, name, _CRITERION_KEYS))
    how = one_of(document.get("operator", "AND"), f"{name}.operator", _OPERATORS)
    if "group" in document:
        if document.keys() - {"group", "operator"}:
            bad_request(f"{name} is a group and must have nothing else", name)
        group = _criteria(document, "group", name)
        if not group:
            bad_request(f"{name}.group must not be empty", f"{name}.group")
        return Criterion(how, group=group)
    kind = one_of(document.get("type"), f"{name}.type", _TYPES)
    if kind in _UNSUPPORTED:
        invalid_value(f"{name}.type", f"is {kind}, which no field of a transcript supports")
    fields = tuple(
        one_of(one, f"{name}.fields", _FIELDS[kind])
        for one in optional_list(document, "fields", name)
    )
    if not fields:
        bad_request(f"{name}.fields must not be empty", f"{name}.fields")
    if kind == "DATE_RANGE":
        return Criterion(how, kind, fields, _read_dates(document, name))
    if kind == "REQUIRED_FIELDS":
        _refuse(document, name, kind, "value", "values", "startValue", "endValue", "dateFormat")
        return Criterion(how, kind, fields)
    _refuse(document, name, kind, "startValue", "endValue", "dateFormat")
    return Criterion(how, kind, fields, _read_values(document, name))


def _read_dates(document: Mapping[str, object], name: str) -> tuple[str, str]:
    _refuse(document, name, "DATE_RANGE", "value", "values")
    for bound in ("startValue", "endValue"):
        if bound not in document:
            bad_request(f"{name}.{bound} is required", f"{name}.{bound}")
    start, end = (_read_date(document, bound, name) for bound in ("startValue", "endValue"))
    if start > end:
        bad_request(f"{name}.startValue must not be after its endValue", name)
    return format_timestamp(start), format_timestamp(end)


def _read_date(document: Mapping[str, object], bound: str, name: str) -> datetime:
    if "dateFormat" not in document:
        return timestamp(document[bound], f"{name}.{bound}")
    pattern = document["dateFormat"]
    if not isinstance(pattern, str) or not is_date_format(pattern):
        invalid_value(f"{name}.dateFormat", f"has the unknown value {pattern!r}")
    return formatted_date(document[bound], f"{name}.{bound}", pattern)


def _read_values(document: Mapping[str, object], name: str) -> tuple[str, ...]:
    if ("value" in document) == ("values" in document):
        bad_request(f"{name} must have either a value or values", name)
    if "value" in document:
        return (text(document["value"], f"{name}.value"),)
    values = any_list(document["values"], f"{name}.values")
    if not values:
        bad_request(f"{name}.values must not be empty", f"{name}.values")
    return tuple(text(one, f"{name}.values") for one in values)


def _refuse(document: Mapping[str, object], name: str, kind: str, *keys: str) -> None:
    for key in keys:
        if key in document:
            bad_request(f"{name}.{key} does not suit {kind}", f"{name}.{key}")


def _read_sort(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    if "sort" in fields:
        if "sortBy" in fields or "sortOrder" in fields:
            bad_request("sort must not be given together with sortBy and sortOrder", "sort")
        return tuple(
            _read_sort_field(_set(known_object(one, f"sort[{position}]", ("sortBy", "sortOrder"))))
            for position, one in enumerate(any_list(fields["sort"], "sort"))
        )
    return (_read_sort_field(fields),) if "sortBy" in fields or "sortOrder" in fields else ()


def _read_sort_field(document: Mapping[str, object]) -> tuple[str, str]:
    how = one_of(document.get("sortOrder", "ASC"), "sortOrder", _SORT_ORDERS)
    if how == "SCORE":
        return "", how
    if "sortBy" not in document:
        bad_request("sortBy is required", "sortBy")
    return one_of(document["sortBy"], "sortBy", (*EXACT_FIELDS, *DATE_FIELDS)), how
