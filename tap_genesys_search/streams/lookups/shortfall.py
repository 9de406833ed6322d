"""What the lists of a stream lack, said in one line for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import logging

    from tap_genesys_search.errors import ListCutOffError


@dataclass
class Shortfall:
    """What the platform has for a stream, and does not list.

    Attributes:
        lists: Number of lists that are cut off.
        missing: Number of entries that these lack, as far as the platform gives totals.
        is_unknown: Whether entries are missing that the platform does not count.
        is_certain: Whether any entries are known to be missing.
        refusal: What the platform answered first.
        change: How a list has changed while it was read, "" where none has.
    """

    lists: int = 0
    missing: int = 0
    is_unknown: bool = False
    is_certain: bool = False
    refusal: str = ""
    change: str = ""

    def note(self, cut: ListCutOffError, missing: int | None) -> None:
        """Note a list that is cut off.

        Args:
            cut: Says how the platform refused a further page.
            missing: How many entries could not be listed otherwise, None where nobody knows.
        """
        if missing == 0:
            return
        self.lists += 1
        self.missing += missing or 0
        self.is_unknown |= missing is None
        self.is_certain |= cut.is_refused or bool(missing)
        self.refusal = self.refusal or str(cut)

    def note_change(self, change: str) -> None:
        """Note how a list has changed while it was read, so that it may lack an entry."""
        self.change = self.change or change

    def warn(self, logger: logging.Logger, stream: str) -> None:
        """Say in one line each what a stream lacks, if it lacks anything."""
        if self.change:
            logger.warning(
                "Stream %s: %s, so entries may be missing until the next run", stream, self.change
            )
        if self.lists:
            logger.warning(
                "Stream %s: the platform does not list all entries, it ends %s early (%s): %s",
                stream,
                "the list" if self.lists == 1 else f"{self.lists} lists",
                self.refusal,
                self._count(),
            )

    def _count(self) -> str:
        if not self.is_certain:
            return "some may be missing"
        count = str(self.missing) if self.missing else "some"
        at_least = "at least " if self.is_unknown and self.missing else ""
        return f"{at_least}{count} are missing"
