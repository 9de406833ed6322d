"""Reading the criteria of a transcript search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.date_formats import is_date_format
from genesys_cloud_simulator.timestamps import format_timestamp
from genesys_cloud_simulator.validation.body import (
    any_list,
    bad_request,
    formatted_date,
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


EXACT_FIELDS = (
    "transcriptId", "conversationId", "communicationId", "mediaType", "language", "divisionId",
)  # fmt: skip


MOST_VALUES = 50


LONGEST_VALUE = 300


_CRITERION_KEYS = (
    "type", "fields", "value", "values", "startValue", "endValue", "operator", "group",
    "dateFormat",
)  # fmt: skip


_OPERATORS = ("AND", "OR", "NOT")


_TYPES = (
    "EXACT", "EXACT_PHRASE", "PHRASE", "DATE_RANGE", "RANGE", "GREATER_THAN", "LESS_THAN",
    "REQUIRED_FIELDS",
)  # fmt: skip


_UNSUPPORTED = frozenset({"RANGE", "GREATER_THAN", "LESS_THAN"})


_Fields: TypeAlias = "Mapping[str, tuple[str, ...]]"


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


def searchable_fields(dates: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """List the fields that each type of criterion may look at.

    Args:
        dates: Those that are dates.

    Returns:
        Type to fields.
    """
    return {
        "EXACT": EXACT_FIELDS,
        "EXACT_PHRASE": (CONTENT,),
        "PHRASE": (CONTENT,),
        "DATE_RANGE": dates,
        "REQUIRED_FIELDS": (*EXACT_FIELDS, *dates, CONTENT),
    }


def read_criteria(
    document: Mapping[str, object], key: str, name: str, known: _Fields
) -> tuple[Criterion, ...]:
    """Read some criteria.

    Args:
        document: What has them.
        key: Under which name.
        name: What the document is called.
        known: The fields that each type of criterion may look at.

    Returns:
        The criteria.
    """
    return tuple(
        _read_criterion(one, f"{key if name == 'body' else f'{name}.{key}'}[{position}]", known)
        for position, one in enumerate(optional_list(document, key, name))
    )


def _read_criterion(value: object, name: str, known: _Fields) -> Criterion:
    document = without_nulls(known_object(value, name, _CRITERION_KEYS))
    how = one_of(document.get("operator", "AND"), f"{name}.operator", _OPERATORS)
    if "group" in document:
        if document.keys() - {"group", "operator"}:
            bad_request(f"{name} is a group and must have nothing else", name)
        group = read_criteria(document, "group", name, known)
        if not group:
            bad_request(f"{name}.group must not be empty", f"{name}.group")
        return Criterion(how, group=group)
    kind = one_of(document.get("type"), f"{name}.type", _TYPES)
    if kind in _UNSUPPORTED:
        invalid_value(f"{name}.type", f"is {kind}, which no field of a transcript supports")
    fields = tuple(
        one_of(one, f"{name}.fields", known[kind])
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
        return (_read_value(document["value"], f"{name}.value"),)
    values = any_list(document["values"], f"{name}.values")
    if not values:
        bad_request(f"{name}.values must not be empty", f"{name}.values")
    if len(values) > MOST_VALUES:
        bad_request(f"{name}.values may have {MOST_VALUES} values", f"{name}.values")
    return tuple(_read_value(one, f"{name}.values") for one in values)


def _read_value(value: object, name: str) -> str:
    read = text(value, name)
    if len(read) > LONGEST_VALUE:
        bad_request(f"{name} may have {LONGEST_VALUE} characters", name)
    return read


def _refuse(document: Mapping[str, object], name: str, kind: str, *keys: str) -> None:
    for key in keys:
        if key in document:
            bad_request(f"{name}.{key} does not suit {kind}", f"{name}.{key}")


def without_nulls(document: dict[str, object]) -> dict[str, object]:
    """Leave out what is null, which is as good as absent.

    Args:
        document: An object.

    Returns:
        The object without nulls.
    """
    return {name: value for name, value in document.items() if value is not None}
