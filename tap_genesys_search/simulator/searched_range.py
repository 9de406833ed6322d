"""The range of time that a request searches, in whichever API's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_genesys_search.simulator.timestamps import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime


def searched_range(document: object) -> tuple[datetime, datetime] | None:
    """Find the range of time a body asks for.

    Args:
        document: The body of the request, which may be anything.

    Returns:
        The first moment and the first after the range; None when there is none to be read.
    """
    try:
        start, end = _bounds(document)
        return parse_timestamp(start), parse_timestamp(end)
    except (KeyError, TypeError, AttributeError, ValueError, StopIteration):
        return None


def _bounds(document: object) -> tuple[str, str]:
    if "interval" in document:  # type: ignore[operator]
        start, _, end = document["interval"].partition("/")  # type: ignore[index]
        return start, end
    query = document["query"]  # type: ignore[index]
    if isinstance(query, list):
        dates = next(one for one in query if one.get("type") == "DATE_RANGE")
        return dates["startValue"], dates["endValue"]
    predicates = query["filter"].get("predicates", [query["filter"]])
    bounds = next(one["range"] for one in predicates if "range" in one)
    return bounds["start"], bounds["end"]
