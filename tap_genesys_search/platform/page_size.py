"""How many records to ask for at once, fewer where the answers are too large."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import (
    PageTooLargeError,
    RecordTooLargeError,
    SearchFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable


Result = TypeVar("Result")


logger = logging.getLogger("tap-genesys-search.page_size")


@dataclass
class PageSize:
    """The page size of one reading.

    Attributes:
        rows: Records to ask for at once.
    """

    rows: int

    def fit(self, ask: Callable[[], Result]) -> Result:
        """Ask for a page, and for smaller ones as long as it is too large.

        Args:
            ask: Asks for a page of `rows` records.

        Returns:
            What `ask` returns.

        Raises:
            PageTooLargeError: A page of one record is too large.
        """
        while True:
            try:
                return ask()
            except PageTooLargeError as error:
                if not self._lower(error):
                    raise

    def _lower(self, error: PageTooLargeError) -> bool:
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


def fit_search_page(size: PageSize, ask: Callable[[], Result]) -> Result:
    """Ask for a page of a search, and for smaller ones as long as it is too large.

    Args:
        size: The page size of the search.
        ask: Asks for a page of `size.rows` records.

    Returns:
        What `ask` returns.

    Raises:
        RecordTooLargeError: The platform refuses a page of one record; its window can be halved.
        SearchFailedError: The tap, which bounds what it reads, refuses a page of one record; the
            platform would answer the same again.
    """
    try:
        return size.fit(ask)
    except PageTooLargeError as error:
        fact = f"{error.fact}, with page_size 1, too"
        if error.status is None:
            raise SearchFailedError(fact) from None
        raise RecordTooLargeError(fact) from None
