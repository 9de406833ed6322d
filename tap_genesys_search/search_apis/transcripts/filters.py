"""The setting `filters` as criteria of a transcript search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.errors import SettingError
from tap_genesys_search.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_genesys_search.json_types import JsonObject


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


MOST_VALUES = 50

LONGEST_VALUE = 300
"""Values of a criterion, and characters of a value
(https://developer.genesys.cloud/organization/search/search-limits)."""


def build_criteria(filters: Sequence[JsonObject]) -> list[JsonObject]:
    """Build the criteria that a search has beside its range of time.

    How a criterion with `OR` combines with the others is not documented. In a group of their own
    the filters combine with each other, and the range of time holds in any case.

    Args:
        filters: The setting.
    """
    return [{"group": list(filters)}] if filters else []


def check_criterion(place: str, criterion: object) -> None:
    """Check a criterion, model `TranscriptSearchCriteria` of the official SDK.

    Args:
        place: Where it stands in the settings.
        criterion: The criterion.

    Raises:
        SettingError: It is wrong, or larger than the platform takes.
    """
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
        raise SettingError(
            f"{place}.type is {shown(kind)}. Allowed are {', '.join(CRITERIA_TYPES)}"
        )
    if named is not None and (
        not isinstance(named, list) or not named or not all(isinstance(one, str) for one in named)
    ):
        raise SettingError(f"{place}.fields must be a list of names")
    operator = criterion.get("operator", "AND")
    if operator not in CRITERIA_OPERATORS:
        raise SettingError(
            f"{place}.operator on {named!r} is {shown(operator)}. Allowed are "
            f"{', '.join(CRITERIA_OPERATORS)}"
        )
    _check_values(place, criterion)
    for position, inner in enumerate(group or []):
        check_criterion(f"{place}.group[{position}]", inner)


def _check_values(place: str, criterion: JsonObject) -> None:
    values = criterion.get("values")
    if isinstance(values, list) and len(values) > MOST_VALUES:
        raise SettingError(
            f"{place}.values has {len(values)} values. A criterion may have {MOST_VALUES}"
        )
    for name, text in _texts(criterion):
        if len(text) > LONGEST_VALUE:
            raise SettingError(
                f"{place}.{name} has {len(text)} characters. A value may have {LONGEST_VALUE}"
            )


def _texts(criterion: JsonObject) -> Iterator[tuple[str, str]]:
    """List the texts that a criterion looks for, each with the name of its place."""
    values = criterion.get("values")
    numbered = enumerate(values if isinstance(values, list) else [])
    places = {f"values[{number}]": value for number, value in numbered}
    for name, value in {"value": criterion.get("value"), **places}.items():
        if isinstance(value, str):
            yield name, value
