"""Facets that windows were counted by: remembered, so that a later reading can take them back."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tap_genesys_search.records.facets import gone_record
from tap_genesys_search.timestamps import format_timestamp, parse_timestamp
from tap_genesys_search.windows.coverage import Coverage
from tap_genesys_search.windows.window import Window

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from tap_genesys_search.json_types import JsonObject


logger = logging.getLogger("tap-genesys-search.facets")


MOST_CHARACTERS = 500_000
"""Of what is remembered. The state is written after each window."""


CHARACTERS_OF_A_FACET = 150
"""What the state has of a facet of a search beside its bucket keys, or nearly so."""


@dataclass(frozen=True)
class Counted:
    """The buckets that were written of one facet of a search.

    Attributes:
        search_id: Id of the search.
        facet: Name of the facet.
        span: The span of time that the facet counts.
        keys: The keys of its buckets; none where it was answered without any.
    """

    search_id: str
    facet: str
    span: Window
    keys: frozenset[str]

    @property
    def size(self) -> int:
        """Number of characters that it takes in the state, or nearly so."""
        return CHARACTERS_OF_A_FACET + sum(map(len, self.keys))

    def crosses(self, other: Counted) -> bool:
        """Tell whether each counts a span of time that the other one does not, and one it does."""
        first, second = sorted((self.span, other.span))
        return first.start < second.start < first.end < second.end


def counted_of(
    search_id: str, span: Window, facets: Iterable[str], records: Iterable[JsonObject]
) -> list[Counted]:
    """Note which buckets a search has.

    Args:
        search_id: Id of the search.
        span: The span of time that its facets count.
        facets: Those that were answered.
        records: Their buckets, as records of `interaction_facets`.
    """
    keys: dict[str, set[str]] = {facet: set() for facet in facets}
    for record in records:
        keys[record["facet"]].add(record["bucket_key"])
    return [Counted(search_id, facet, span, frozenset(found)) for facet, found in keys.items()]


class CountedFacets:
    """The facets that the table counts, of windows that a later run may read again.

    Each moment is to be counted once. What was written of a facet before is superseded where the
    same search answers it again, or where later searches that answer it together count its whole
    span: those of a window that is halved now, or was halved before, and those of a day that
    several windows count. An answer that lacks a facet tells nothing about it.

    Args:
        kept: What an earlier run has kept, in the order in which it was written.
    """

    def __init__(self, kept: Iterable[Counted]) -> None:
        self._counted = [*kept]
        self._is_crossing_said = self._is_dropping_said = self._is_lack_said = False

    @property
    def facets(self) -> set[str]:
        """The names of the facets that are counted."""
        return {one.facet for one in self._counted}

    def add(self, now: Sequence[Counted]) -> list[JsonObject]:
        """Note what is written next.

        Args:
            now: The facets that a search answers.

        Returns:
            A record with a count of 0 for each bucket that was written before and that nothing
            counts any more, to be written, too.
        """
        self._counted += now
        superseded, left = self._divide()
        self._warn_of_crossing(now, left)
        spans = {one.search_id: one.span for one in (*superseded, *left)}
        gone = _rows(superseded) - _rows(left)
        return [gone_record(row, spans[row[0]]) for row in sorted(gone)]

    def warn_of_lack(
        self, search_id: str, span: Window, answered: Container[str], asked: Container[str]
    ) -> None:
        """Warn, once a run, of facets that are counted and that a search did not answer.

        Args:
            search_id: Id of the search.
            span: The span of time that its facets count.
            answered: Names of the facets that it answered.
            asked: Names of the facets that are asked for now, as far as they are known.
        """
        lacking = {
            one.facet
            for one in self._counted
            if one.keys
            and one.facet not in answered
            and (one.search_id == search_id or (one.facet in asked and _overlap(one.span, span)))
        }
        if lacking and not self._is_lack_said:
            self._is_lack_said = True
            logger.warning(
                "The search of %s matches records, but was answered without facets that were "
                "counted before (%s): their rows stay as they are, until a run that reads the "
                "window again gets them. If it recurs, report it to Genesys support",
                span,
                ", ".join(sorted(lacking)),
            )

    def settle(self, complete: Coverage, read_again: Sequence[Window]) -> None:
        """Forget what is superseded, after it is written, and what no later run reads again.

        Args:
            complete: What is complete; a run that was killed may have counted more.
            read_again: The spans of time that a later run may read again all the same.
        """
        _, left = self._divide()
        self._counted = [
            one
            for one in left
            if not complete.contains(one.span)
            or any(_overlap(one.span, span) for span in read_again)
        ]
        self._drop_oldest()

    def to_state(self) -> list[dict[str, Any]]:
        """Give what to keep; a list, because states that are merged replace lists."""
        if not _rows(self._counted):
            return []
        searches = groupby(self._counted, lambda one: (one.search_id, one.span))
        return [_to_state(search_id, span, ofs) for (search_id, span), ofs in searches]

    def _divide(self) -> tuple[list[Counted], list[Counted]]:
        """Tell those that later ones supersede from those that still count, each in order."""
        superseded: list[Counted] = []
        left: list[Counted] = []
        later_ids: set[tuple[str, str]] = set()
        later: dict[str, Coverage] = defaultdict(Coverage)
        for one in reversed(self._counted):
            is_again = (one.search_id, one.facet) in later_ids
            is_superseded = is_again or later[one.facet].contains(one.span)
            (superseded if is_superseded else left).append(one)
            later_ids.add((one.search_id, one.facet))
            later[one.facet] = later[one.facet].add(one.span)
        return superseded[::-1], left[::-1]

    def _warn_of_crossing(self, now: Sequence[Counted], left: Iterable[Counted]) -> None:
        crossings = (
            (one.span, new.span)
            for one in left
            for new in now
            if one.facet == new.facet and one.crosses(new)
        )
        crossing = next(crossings, None)
        if crossing and not self._is_crossing_said:
            self._is_crossing_said = True
            logger.warning(
                "The facets of %s and of %s overlap, so sums over both count twice what lies in "
                "both. Facets of conversations count whole UTC days: set window_hours to a "
                "multiple or a divisor of 24, and leave it so",
                *crossing,
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
                    len(dropped.keys),
                    dropped.span,
                )


def read_counted(state: object) -> list[Counted]:
    """Read what a state has kept; what can't be read is passed over."""
    found: list[Counted] = []
    for one in state if isinstance(state, list) else ():
        try:
            span = Window(parse_timestamp(one["start"]), parse_timestamp(one["end"]))
            found += [
                Counted(str(one["search_id"]), facet, span, frozenset(keys))
                for facet, keys in one["buckets"].items()
            ]
        except (ValueError, TypeError, AttributeError, OverflowError, KeyError):
            continue
    return found


def _rows(counted: Iterable[Counted]) -> set[tuple[str, str, str]]:
    """List the keys of rows: search id, facet and bucket key."""
    return {(one.search_id, one.facet, key) for one in counted for key in one.keys}


def _overlap(span: Window, other: Window) -> bool:
    # Also where the other one is a moment within the span.
    return span.start < other.end and other.start < span.end


def _to_state(search_id: str, span: Window, counted: Iterable[Counted]) -> dict[str, Any]:
    # Before the rows of a window are written, the same facet may be there twice.
    buckets: dict[str, set[str]] = defaultdict(set)
    for one in counted:
        buckets[one.facet] |= one.keys
    return {
        "search_id": search_id,
        "start": format_timestamp(span.start),
        "end": format_timestamp(span.end),
        "buckets": {facet: sorted(keys) for facet, keys in sorted(buckets.items())},
    }
