"""The range of time that a request searches, in whichever API's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.date_formats import parse_date
from genesys_cloud_simulator.timestamps import parse_interval, parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def searched_range(document: object) -> tuple[datetime, datetime] | None:
    """Find the range of time a body asks for.

    Args:
        document: The body of the request, which may be anything.

    Returns:
        The first moment and the first after the range; None when there is none to be read.
    """
    try:
        return _range(document)
    except (KeyError, TypeError, AttributeError, ValueError, StopIteration):
        return None


def _range(document: object) -> tuple[datetime, datetime]:
    if "interval" in document:  # type: ignore[operator]
        return parse_interval(document["interval"])  # type: ignore[index]
    query = document["query"]  # type: ignore[index]
    if isinstance(query, list):
        dates = next(one for one in query if one.get("type") == "DATE_RANGE")
        return _date(dates, "startValue"), _date(dates, "endValue")
    predicates = query["filter"].get("predicates", [query["filter"]])
    bounds = next(one["range"] for one in predicates if one.get("field") == "timestamp")
    return parse_timestamp(bounds["start"]), parse_timestamp(bounds["end"])


def _date(criterion: Mapping[str, str], name: str) -> datetime:
    if criterion.get("dateFormat"):
        return parse_date(criterion[name], criterion["dateFormat"])
    return parse_timestamp(criterion[name])
