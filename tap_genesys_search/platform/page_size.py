"""How many records to ask for at once, fewer where the answers are too large."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.errors import RecordTooLargeError, SearchFailedError

if TYPE_CHECKING:
    from tap_genesys_search.errors import PageTooLargeError, TapGenesysSearchError


logger = logging.getLogger("tap-genesys-search.page_size")


@dataclass
class PageSize:
    """The page size of one reading.

    Attributes:
        rows: Records to ask for at once.
    """

    rows: int

    def lower(self, error: PageTooLargeError) -> bool:
        """Ask for fewer records from now on.

        The new size divides the old one, so pages that are asked for by number still begin where
        the last one ended.

        Args:
            error: The refusal of a page.

        Returns:
            Whether there is a smaller page to ask for.
        """
        if self.rows == 1:
            return False
        smaller = next(size for size in range(self.rows // 2, 0, -1) if self.rows % size == 0)
        logger.warning(
            "%s: asking for %d records a page instead of %d. A lower page_size saves this",
            error.fact,
            smaller,
            self.rows,
        )
        self.rows = smaller
        return True


def too_large_a_record(error: PageTooLargeError) -> TapGenesysSearchError:
    """Tell what to make of a page of one record that is too large.

    Args:
        error: The refusal of the platform, or of the tap, which reads no answer without a bound.

    Returns:
        An error by which the window is halved, or one that ends the run where the platform has
        answered and would do so again.
    """
    if error.status is None:
        return SearchFailedError(f"{error.fact}, with page_size 1, too")
    return RecordTooLargeError(f"{error.fact}, with page_size 1, too")
