"""Facets that windows were counted by: remembered, so that a later reading can take them back."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.facets import gone_record
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp
from tap_genesys_search.windows.coverage import Coverage
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_genesys_search.json_types import JsonObject


logger = logging.getLogger("tap-genesys-search.facets")


MOST_CHARACTERS = 500_000
"""Of what is remembered. The state is written after each window."""


CHARACTERS_OF_A_SEARCH = 150
"""What the state has of a search beside its bucket keys."""


@dataclass(frozen=True)
class Counted:
    """The facets that were written of one search.

    Attributes:
        search_id: Id of the search.
        span: The span of time that its facets count.
        buckets: Facet and bucket key of each bucket.
    """

    search_id: str
    span: Window
    buckets: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, search_id: str, span: Window, records: Iterable[JsonObject]) -> Counted:
        """Note which buckets the records of a search have."""
        buckets = frozenset((record["facet"], record["bucket_key"]) for record in records)
        return cls(search_id, span, buckets)

    @property
    def size(self) -> int:
        """Number of characters that it takes in the state, or nearly so."""
        return CHARACTERS_OF_A_SEARCH + sum(len(key) for _, key in self.buckets)

    def crosses(self, other: Counted) -> bool:
        """Tell whether each counts a span of time that the other one does not, and one it does."""
        first, second = sorted((self.span, other.span))
        return first.start < second.start < first.end < second.end


class CountedFacets:
    """The facets that the table counts, of windows that a later run may read again.

    Each moment is to be counted once. What was written before is superseded where the same search
    is written again, or where later searches together count its whole span: those of a window that
    is halved now, or was halved before, and those of a day that several windows count.

    Args:
        kept: What an earlier run has kept, in the order in which it was written.
    """

    def __init__(self, kept: Iterable[Counted]) -> None:
        self._counted = [*kept]
        self._is_crossing_said = self._is_dropping_said = False

    def add(self, now: Counted) -> list[JsonObject]:
        """Note what is written next.

        Args:
            now: The facets of a search.

        Returns:
            A record with a count of 0 for each bucket that was written before and that nothing
            counts any more, to be written, too.
        """
        self._counted.append(now)
        superseded, left = self._divide()
        self._warn_of_crossing(now, left)
        spans = {one.search_id: one.span for one in (*superseded, *left)}
        gone = _rows(superseded) - _rows(left)
        return [gone_record(row, spans[row[0]]) for row in sorted(gone)]

    def settle(self, read_again: Sequence[Window]) -> None:
        """Forget what is superseded, after it is written, and what no later run reads again.

        Args:
            read_again: The spans of time that a later run may read again.
        """
        _, left = self._divide()
        self._counted = [
            one for one in left if any(_overlap(one.span, span) for span in read_again)
        ]
        self._drop_oldest()

    def to_state(self) -> list[dict[str, Any]]:
        """Give what to keep; a list, because states that are merged replace lists."""
        return [_to_state(one) for one in self._counted] if _rows(self._counted) else []

    def _divide(self) -> tuple[list[Counted], list[Counted]]:
        """Tell those that later ones supersede from those that still count, each in order."""
        superseded: list[Counted] = []
        left: list[Counted] = []
        later_ids: set[str] = set()
        later = Coverage()
        for one in reversed(self._counted):
            is_superseded = one.search_id in later_ids or later.contains(one.span)
            (superseded if is_superseded else left).append(one)
            later_ids.add(one.search_id)
            later = later.add(one.span)
        return superseded[::-1], left[::-1]

    def _warn_of_crossing(self, now: Counted, left: Iterable[Counted]) -> None:
        crossing = next((one for one in left if one.crosses(now)), None)
        if crossing and not self._is_crossing_said:
            self._is_crossing_said = True
            logger.warning(
                "The facets of %s and of %s overlap, so sums over both count twice what lies in "
                "both. Facets of conversations count whole UTC days: set window_hours to a "
                "multiple or a divisor of 24, and leave it so",
                crossing.span,
                now.span,
            )

    def _drop_oldest(self) -> None:
        size = sum(one.size for one in self._counted)
        while size > MOST_CHARACTERS:
            dropped = self._counted.pop(0)
            size -= dropped.size
            if not self._is_dropping_said:
                self._is_dropping_said = True
                logger.warning(
                    "The state has no room for the %d facet buckets of %s, and perhaps of later "
                    "windows. Those that are gone when a run reads the window again keep their "
                    "counts, so sums may count too much. Ask for facets with fewer values",
                    len(dropped.buckets),
                    dropped.span,
                )


def read_counted(state: object) -> list[Counted]:
    """Read what a state has kept; what can't be read is passed over."""
    found = []
    for one in state if isinstance(state, list) else ():
        try:
            span = Window(parse_timestamp(one["start"]), parse_timestamp(one["end"]))
            buckets = ((facet, key) for facet, keys in one["buckets"].items() for key in keys)
            found.append(Counted(str(one["search_id"]), span, frozenset(buckets)))
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
            continue
    return found


def _rows(counted: Iterable[Counted]) -> set[tuple[str, str, str]]:
    """List the keys of rows: search id, facet and bucket key."""
    return {(one.search_id, *bucket) for one in counted for bucket in one.buckets}


def _overlap(span: Window, other: Window) -> bool:
    # Also where the other one is a moment within the span.
    return span.start < other.end and other.start < span.end


def _to_state(counted: Counted) -> dict[str, Any]:
    buckets: dict[str, list[str]] = defaultdict(list)
    for facet, key in sorted(counted.buckets):
        buckets[facet].append(key)
    return {
        "search_id": counted.search_id,
        "start": format_timestamp(counted.span.start),
        "end": format_timestamp(counted.span.end),
        "buckets": dict(buckets),
    }
