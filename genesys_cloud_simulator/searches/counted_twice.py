"""Totals that count some records twice, which the pages then leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class CountedTwice:
    """A listing in which each so-many-th record is there twice until it is answered.

    "totalHits is near only, duplicates are filtered afterwards", as the platform's documentation
    says: pages are short and the total is never reached.

    Attributes:
        matches: The records, each once.
        every: After how many records one is there twice, None for never.
    """

    matches: Sequence[int]
    every: int | None

    @property
    def total(self) -> int:
        """How many records there are with those that are there twice."""
        return len(self.matches) + (0 if self.every is None else len(self.matches) // self.every)

    def page(self, shown: slice) -> Sequence[int]:
        """List a page without what is on it, or before it, already.

        Args:
            shown: Which of all records it would show.

        Returns:
            Those that are left.
        """
        if self.every is None:
            return self.matches[shown]
        group = self.every + 1
        places = range(self.total)[shown]
        return [self.matches[one - one // group] for one in places if one % group != self.every]
