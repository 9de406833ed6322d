"""Whether an attempt has read a window completely."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from tap_genesys_search.records.fields import unscored
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject


SPARE = 10

SPARE_SHARE = 100
"""An approximate total may be off by this many records, or by one in a hundred."""


MOST_COUNTED_TWICE = 2
"""Duplicates explain a total of up to twice the records, not more."""


@dataclass
class Completeness:
    """What one attempt at a window has shown so far, and whether that is all.

    Attributes:
        ids: Ids of the interactions within the window.
        ids_outside: Ids of records that came too and lie outside the window.
        rows: Number of records that came.
        totals: The totals that the pages gave.
        is_going_round: Whether a page held only records of earlier pages. The next ones might do
            so for ever.
        contents: Id to a hash of its record, in an attempt that looks for repeats; None in others.
        repeats: Number of records that came again unchanged.
        covered: Number of list positions on the pages that had records.
        is_moving: Whether the list may have changed between two of its pages.
        known: Ids within the window that earlier attempts have shown and written.
    """

    ids: set[str] = field(default_factory=set)
    ids_outside: set[str] = field(default_factory=set)
    rows: int = 0
    totals: set[int | None] = field(default_factory=set)
    is_going_round: bool = False
    contents: dict[str, int] | None = None
    repeats: int = 0
    covered: int = 0
    is_moving: bool = False
    known: frozenset[str] = frozenset()

    spare_share: ClassVar[int] = 0
    """Of an approximate total, one record in this many may be missing; 0 for exact totals."""

    def after(self) -> Completeness:
        """Begin a further attempt, which writes all records again."""
        return type(self)(contents={})

    def add(self, ids: list[str], raws: list[JsonObject]) -> None:
        """Add the records of a page that lie within the window.

        Args:
            ids: Their ids.
            raws: The documents, in the same order.
        """
        if self.contents is None:
            self.ids.update(ids)
            return
        for record_id, raw in zip(ids, raws, strict=True):
            content = hash(json.dumps(unscored(raw), sort_keys=True))
            if self.contents.setdefault(record_id, content) == content and record_id in self.ids:
                self.repeats += 1
            self.ids.add(record_id)

    @property
    def count(self) -> int:
        """Number of different records that came."""
        return len(self.ids) + len(self.ids_outside)

    @property
    def has_more_to_come(self) -> bool:
        """Whether a total promises records after a page that held nothing new."""
        return any(total is not None and self.rows <= total for total in self.totals)

    @property
    def is_complete(self) -> bool:
        """Whether as many records came as every page announced.

        Where no page gave a total, each record must have come once: one that comes again may
        stand in the place of another.
        """
        if self.totals <= {None}:
            return not self.is_going_round and self.rows == self.count
        return self.totals <= {None, self.count}

    def confirms(self, before: Completeness | None) -> str:
        """Tell whether the attempt shows all there is because the one before showed the same.

        Args:
            before: The attempt before it.

        Returns:
            What to log about it, or "" where it confirms nothing.
        """
        if not self.shares_ids_like(before):
            return ""
        return (
            f"has only {counted(self.count, 'id')} in its {self.rows} interactions, again and "
            "again: some share one id"
        )

    @property
    def is_routine(self) -> bool:
        """Whether a further attempt is expected, so that users need no warning."""
        return False

    def shares_ids_like(self, before: Completeness | None) -> bool:
        """Tell whether two attempts came to the same total with the same, too few, ids.

        Then some records share one id, and no further attempt will change that. A record that
        came again unchanged may stand in the place of another, where more were announced.
        """
        return (
            before is not None
            and not self.is_going_round
            and (self.totals == {None} or (self.totals == {self.rows} and not self.repeats))
            and self.rows == before.rows
            and (self.ids, self.ids_outside) == (before.ids, before.ids_outside)
        )

    def describe_shortage(self) -> str:
        """Describe what an incomplete attempt lacks."""
        if self.totals <= {None}:
            return self.describe_repeats()
        said = ", then ".join(str(total) for total in sorted(filter(None, self.totals)))
        if self.count > max(filter(None, self.totals), default=0):
            return f"yields {counted(self.count, 'interaction')}, counted as {said or 0}"
        return f"yields {self.count} of {said or 0} interactions"

    def describe_repeats(self) -> str:
        """Describe an attempt in which records came more than once."""
        repeats = "and then only repeats them" if self.is_going_round else "some more than once"
        return f"yields {counted(self.count, 'interaction')}, {repeats}"


@dataclass
class MovingListCompleteness(Completeness):
    """Completeness of a list that changes while it is read and whose totals are approximate.

    The platform counts conversations before it leaves out duplicates, and counts those that have
    just begun (https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/). A total
    therefore proves an attempt complete only where nothing moved. Otherwise the window is read
    again until an attempt shows nothing new within it. A record that others moved to a page already
    read is missing from one attempt, and comes with the next.

    Attributes:
        announced: The largest total of the attempt before. One that falls between two attempts is
            believed when a third one has it, too.
    """

    announced: int = 0

    spare_share: ClassVar[int] = SPARE_SHARE

    def after(self) -> Completeness:
        """Begin a further attempt, which writes new records only."""
        known = self.known | self.ids
        return MovingListCompleteness(known=known, announced=self._largest_total)

    @property
    def is_routine(self) -> bool:
        """Whether the window is read again only because its list may have changed meanwhile."""
        return self.is_moving and self.totals == {self.count}

    @property
    def is_complete(self) -> bool:
        """Whether nothing moved: all pages gave one total, and as many different records came."""
        return (
            not self.is_moving
            and not self.is_going_round
            and self.rows == self.count
            and self.totals - {None} == {self.count}
            and self._shows_what_is_known
            and self._reaches(self.announced)
        )

    def confirms(self, before: Completeness | None) -> str:
        """Tell whether the attempt shows nothing new within the window."""
        if before is None or self.is_going_round or not self.ids <= self.known:
            return ""
        if not self._shows_what_is_known:
            return ""
        if not self._reaches(max(self._largest_total, self.announced)):
            return ""
        return f"{self.describe_shortage()}, in two readings"

    def describe_shortage(self) -> str:
        """Describe why the attempt does not count as complete."""
        return f"lists {counted(self.count, 'interaction')}, {self._describe_totals()}"

    @property
    def _shows_what_is_known(self) -> bool:
        """Whether the records of earlier attempts came again, apart from a few that have left.

        An attempt that shows fewer, or none, proves nothing.
        """
        return len(self.known - self.ids) <= max(SPARE, len(self.known) // SPARE_SHARE)

    @property
    def _largest_total(self) -> int:
        return max((total for total in self.totals if total is not None), default=0)

    def _reaches(self, total: int) -> bool:
        """Tell whether the pages that came cover an approximate total."""
        return reaches(total, max(self.covered, self.count), self.count)

    def _describe_totals(self) -> str:
        said = sorted(total for total in self.totals if total is not None)
        return f"counted as {', then '.join(map(str, said)) or 'nothing'}"


def reaches(total: int, covered: int, count: int) -> bool:
    """Tell whether what came reaches an approximate total.

    Args:
        total: The total.
        covered: Number of list positions that came.
        count: Number of different records on them.
    """
    return total <= min(covered + max(SPARE, total // SPARE_SHARE), MOST_COUNTED_TWICE * count)
