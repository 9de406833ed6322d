"""What one reading of a window shows, and whether it is complete."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from tap_genesys_search.records.fields import unscored

if TYPE_CHECKING:
    from tap_genesys_search.json_types import JsonObject


SPARE = 10

SPARE_SHARE = 100
"""By so many records, or one in a hundred, a total that is near only may be off."""


MOST_COUNTED_TWICE = 2
"""A total that counts every record twice is the furthest off that duplicates explain."""


@dataclass
class Completeness:
    """What one reading of a window has shown so far.

    Attributes:
        ids: Ids of the interactions within the window.
        ids_outside: Ids of records that came along and lie outside of it.
        rows: How many records came.
        totals: What the pages said that the total is.
        is_going_round: Whether a page held nothing but what earlier ones had held: so might the
            next, for ever.
        contents: Id to a hash of what its record holds, in a reading that looks for repeats; None
            in any other.
        repeats: How many records came again just as they were.
        covered: How many positions of the list lie on pages that had records.
        is_moving: Whether the searched span was not over when it was asked for.
        known: Ids within the window that earlier readings have shown, and which are written.
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
    """One record in as many may be missing from a total that is near only; 0 for an exact one."""

    def after(self) -> Completeness:
        """Begin a further reading of the window, in which all is written again."""
        return type(self)(contents={})

    def add(self, ids: list[str], raws: list[JsonObject]) -> None:
        """Add the records of a page that lie within the window.

        Args:
            ids: Their ids.
            raws: What they hold, in the same order.
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
        """How many different records came."""
        return len(self.ids) + len(self.ids_outside)

    @property
    def has_more_to_come(self) -> bool:
        """Whether a total says that a page without anything new is not the last one."""
        return any(total is not None and self.rows <= total for total in self.totals)

    @property
    def is_complete(self) -> bool:
        """Whether as many records came as all pages said.

        Where none said a number, each came once: one that comes again may stand where another
        should.
        """
        if self.totals <= {None}:
            return not self.is_going_round and self.rows == self.count
        return self.totals <= {None, self.count}

    def confirms(self, before: Completeness | None) -> str:
        """Tell that a reading which is not complete shows all there is, as one before it did.

        Args:
            before: The reading before it.

        Returns:
            What is to be said about it, or "" where it confirms nothing.
        """
        if not self.shares_ids_like(before):
            return ""
        return (
            f"has only {self.count} ids in its {self.rows} interactions, again and again: some "
            "share one id"
        )

    @property
    def is_routine(self) -> bool:
        """Whether a further reading is nothing that a user should know of."""
        return False

    def shares_ids_like(self, before: Completeness | None) -> bool:
        """Tell whether two readings came to the same total with the same, too few, ids.

        Then some records share one id, and no further reading will change that. A record that
        came again just as it was may stand where another should, if there are to be more.
        """
        return (
            before is not None
            and not self.is_going_round
            and (self.totals == {None} or (self.totals == {self.rows} and not self.repeats))
            and self.rows == before.rows
            and (self.ids, self.ids_outside) == (before.ids, before.ids_outside)
        )

    def describe_shortage(self) -> str:
        """Say what is wrong with a reading that is not complete."""
        if self.totals <= {None}:
            repeats = "and then only repeats them" if self.is_going_round else "some more than once"
            return f"yields {self.count} interactions, {repeats}"
        said = ", then ".join(str(total) for total in sorted(filter(None, self.totals)))
        return f"yields {self.count} of {said or 0} interactions"


@dataclass
class MovingListCompleteness(Completeness):
    """A reading of a list that may change while it is read, with totals that are near only.

    The platform counts conversations before it leaves out duplicates, and counts those that have
    just begun (https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/). So a
    total proves a reading complete only where nothing moved. Else the window is read again, until
    a reading shows nothing within the window that was not known: a record that slipped past one
    reading, because others moved it to a page that was read already, is on the list of the next.
    """

    spare_share: ClassVar[int] = SPARE_SHARE

    def after(self) -> Completeness:
        """Begin a further reading, in which only what is new is written."""
        return MovingListCompleteness(known=self.known | self.ids)

    @property
    def is_routine(self) -> bool:
        """Whether only the running day is the reason to read again."""
        return self.is_moving and self.totals == {self.count}

    @property
    def is_complete(self) -> bool:
        """Whether nothing moved: one total on all pages, and as many different records."""
        return (
            not self.is_moving
            and not self.is_going_round
            and self.rows == self.count
            and self.totals - {None} == {self.count}
            and self._shows_what_is_known
        )

    def confirms(self, before: Completeness | None) -> str:
        """Tell that a reading shows nothing new within the window."""
        if before is None or self.is_going_round or not self.ids <= self.known:
            return ""
        if not self._shows_what_is_known or not self._reaches(self._largest_total):
            return ""
        return f"lists {self.count} interactions, {self._describe_totals()}, in two readings"

    def describe_shortage(self) -> str:
        """Say why a reading does not count as complete."""
        return f"lists {self.count} interactions, {self._describe_totals()}"

    @property
    def _shows_what_is_known(self) -> bool:
        """Whether what earlier readings have shown came again, but for a few that have left.

        A reading that shows less than that, or nothing, proves nothing of what is missing.
        """
        return len(self.known - self.ids) <= max(SPARE, len(self.known) // SPARE_SHARE)

    @property
    def _largest_total(self) -> int:
        return max((total for total in self.totals if total is not None), default=0)

    def _reaches(self, total: int) -> bool:
        """Tell whether the pages that came cover a total that is near only."""
        covered = max(self.covered, self.count) + max(SPARE, total // SPARE_SHARE)
        return total <= min(covered, MOST_COUNTED_TWICE * self.count)

    def _describe_totals(self) -> str:
        said = sorted(total for total in self.totals if total is not None)
        return f"counted as {', then '.join(map(str, said)) or 'nothing'}"
