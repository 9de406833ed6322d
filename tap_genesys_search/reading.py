"""What one reading of a window shows, and whether it is complete."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.normalise import unscored

if TYPE_CHECKING:
    from tap_genesys_search.answers import JsonObject


@dataclass
class Reading:
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
    """

    ids: set[str] = field(default_factory=set)
    ids_outside: set[str] = field(default_factory=set)
    rows: int = 0
    totals: set[int | None] = field(default_factory=set)
    is_going_round: bool = False
    contents: dict[str, int] | None = None
    repeats: int = 0

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
    def is_complete(self) -> bool:
        """Whether as many records came as all pages said.

        Where none said a number, each came once: one that comes again may stand where another
        should.
        """
        if self.totals <= {None}:
            return not self.is_going_round and self.rows == self.count
        return self.totals <= {None, self.count}

    def shares_ids_like(self, before: Reading | None) -> bool:
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
