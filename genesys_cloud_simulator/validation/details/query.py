"""The part that a query and a job share: an interval, filters and an order."""

from __future__ import annotations

import zlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.validation.body import known_object, one_of
from genesys_cloud_simulator.validation.details.filters import FILTER_KEYS, Filters, read_filters
from genesys_cloud_simulator.validation.details.values import segment_times

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from genesys_cloud_simulator.conversations.model import Properties
    from genesys_cloud_simulator.validation.details.intervals import IntervalLimits
    from genesys_cloud_simulator.views.conversations import ConversationView


SHARED_KEYS = (*FILTER_KEYS, "order", "orderBy", "interval")

_ORDERS = ("asc", "desc", "unordered")

_ORDERED_BY = ("conversationStart", "conversationEnd", "segmentStart", "segmentEnd")

# What is under way ends after everything that has ended.
_NOT_YET = "9999"


@dataclass(frozen=True)
class DetailsSearch:
    """What is searched, and in which order it is answered.

    Attributes:
        start: The interval's first moment.
        end: The first moment after it.
        filters: What must hold.
        order: `asc`, `desc` or `unordered`.
        order_by: The time that decides the order.
    """

    start: datetime
    end: datetime
    filters: Filters
    order: str = "asc"
    order_by: str = "conversationStart"


def read_query(
    document: object, keys: Sequence[str], *, ignores_unknown_fields: bool
) -> dict[str, object]:
    """Check the fields of a query or a job.

    Args:
        document: The body of the request.
        keys: The fields it may have besides those of both.
        ignores_unknown_fields: Whether other fields are no mistake.

    Returns:
        The known fields that are set.
    """
    known = (*SHARED_KEYS, *keys)
    if ignores_unknown_fields and isinstance(document, dict):
        document = {name: value for name, value in document.items() if name in known}
    fields = known_object(document, "body", known)
    return {name: value for name, value in fields.items() if value is not None}


def read_search(
    fields: dict[str, object], limits: IntervalLimits, *, partial_addresses: bool
) -> DetailsSearch:
    """Read what is searched.

    Args:
        fields: The fields of the request.
        limits: How long the interval may be.
        partial_addresses: Whether a part of an address matches.

    Returns:
        The search.
    """
    filters = read_filters(fields, partial_addresses=partial_addresses)
    start, end = limits.read(fields.get("interval"), is_filtered=bool(filters))
    return DetailsSearch(
        start,
        end,
        filters,
        one_of(fields.get("order", "asc"), "order", _ORDERS),
        one_of(fields.get("orderBy", "conversationStart"), "orderBy", _ORDERED_BY),
    )


def arrange(
    search: DetailsSearch, view: ConversationView, ordinals: Sequence[int]
) -> Sequence[int]:
    """Leave out what does not match and bring the rest into order.

    Args:
        search: The search.
        view: Where the conversations are.
        ordinals: The conversations of its interval, in the order they began.

    Returns:
        The ordinals of the matches.
    """
    by_start = search.order_by == "conversationStart"
    if not search.filters and (by_start or search.order == "unordered"):
        matches: Sequence[int] = ordinals
    else:
        keyed = [
            (_key(search, document), ordinal)
            for ordinal, document in zip(ordinals, view.documents(ordinals), strict=True)
            if search.filters.match(document)
        ]
        if not by_start:
            keyed.sort(reverse=search.order == "desc")
            return array("Q", (ordinal for _, ordinal in keyed))
        matches = array("Q", (ordinal for _, ordinal in keyed))
    if search.order == "unordered":
        # No order that a client could take for one, but the same for each page.
        return array("Q", sorted(matches, key=lambda one: zlib.crc32(one.to_bytes(8, "big"))))
    return matches if search.order == "asc" else matches[::-1]


def _key(search: DetailsSearch, document: Properties) -> str:
    if search.order_by in {"conversationStart", "conversationEnd"}:
        return str(document.get(search.order_by, _NOT_YET))
    times = segment_times(document, search.order_by)
    return min(times, default=_NOT_YET) if search.order == "asc" else max(times, default="")


def pagination_problem(limit: int) -> str:
    """Write the refusal of a page that is too deep, in the platform's words.

    Args:
        limit: How many results can be paged through.

    Returns:
        The text.
    """
    return (
        f"Pagination may not exceed {limit} results.\n\nTip: When extracting large chunks of data "
        "(multiple days/weeks), maximize pagination performance by querying in smaller intervals. "
        "For example, paging through 1am-2am, then 2am-3am, then 3am-4am, and so forth will "
        "outperform paging through one large interval that covers the same time frame."
    )
