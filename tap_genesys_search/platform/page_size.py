"""How much to ask for at once, less where the answers are too large: learned over a run."""

from __future__ import annotations

import logging
from math import gcd
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import (
    PageTooLargeError,
    RecordTooLargeError,
    SearchFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable


Result = TypeVar("Result")


DEPTH = 1_000
"""The sizes below the first one divide this. The platform's limits of depth are multiples of it, so
that no page reaches beyond one."""


ANSWERS_BEFORE_GROWTH = 16
"""A single large record may be the cause, so after as many answers more is asked for again."""


logger = logging.getLogger("tap-genesys-search.page_size")


class LearnedSize:
    """How much a kind of request may ask for, which all its readings of a run share.

    Args:
        most: How much to ask for as long as no answer is too large.
        unit: What is counted, for the log.
        advice: What the user can do against refusals, for the log.

    Attributes:
        limit: How much to ask for now.
    """

    def __init__(self, most: int, unit: str = "records a page", advice: str = "") -> None:
        self.limit = most
        self._most = most
        self._unit = unit
        self._advice = advice
        self._lowest = most
        self._answers = 0
        self._patience = ANSWERS_BEFORE_GROWTH
        self._has_grown = False
        self._lock = Lock()  # windows are read at the same time

    def size_at(self, position: int) -> int:
        """Choose the size of a page that begins at a position.

        Pages are asked for by number, so the size divides the position.

        Args:
            position: How many entries lie before it.
        """
        limit = self.limit
        if limit == self._most and position % limit == 0:
            return limit
        return _largest_divisor(gcd(position, DEPTH), limit)

    def cap(self, size: int) -> None:
        """Never ask for more than the platform answers at once."""
        with self._lock:
            self._most = min(self._most, size)
            self.limit = min(self.limit, size)

    def lower(self, refused: int, fact: str) -> bool:
        """Ask for half as much from now on.

        Args:
            refused: How much was asked for.
            fact: How it was refused.

        Returns:
            Whether there is less to ask for.
        """
        if refused <= 1:
            return False
        with self._lock:
            smaller = _largest_divisor(DEPTH, refused // 2)
            if smaller < self.limit:
                self._patience *= 2 if self._has_grown else 1
                self._has_grown = False
                self.limit = smaller
            self._answers = 0
        self._report(refused, fact)
        return True

    def answered(self) -> None:
        """Count an answer that was not too large; after some more is asked for again."""
        with self._lock:
            self._answers += 1
            if self._answers >= self._patience and self.limit < self._most:
                self._answers = 0
                self._has_grown = True
                doubled = _largest_divisor(DEPTH, 2 * self.limit)
                self.limit = self._most if 2 * self.limit >= self._most else doubled

    def _report(self, refused: int, fact: str) -> None:
        """Say that less is asked for, aloud where it is less than ever before."""
        level = logging.WARNING if self.limit < self._lowest else logging.DEBUG
        self._lowest = min(self._lowest, self.limit)
        advice = f". {self._advice}" if self._advice else ""
        text = "%s: asking for %d %s instead of %d%s"
        logger.log(level, text, fact, self.limit, self._unit, refused, advice)


class PageSize:
    """The page size of one reading.

    Args:
        learned: What the readings before it have learned.

    Attributes:
        rows: How many records the latest page was asked for.
    """

    def __init__(self, learned: LearnedSize) -> None:
        self.rows = learned.limit
        self._learned = learned

    def fit(self, ask: Callable[[], Result], position: int = 0) -> Result:
        """Ask for a page, and for smaller ones as long as it is too large.

        Args:
            ask: Asks for a page of `rows` records.
            position: How many records lie before it, where pages are asked for by number.

        Returns:
            What `ask` returns.

        Raises:
            PageTooLargeError: A page of one record is too large.
        """
        while True:
            self.rows = self._learned.size_at(position)
            try:
                result = ask()
            except PageTooLargeError as error:
                if not self._learned.lower(self.rows, error.fact):
                    raise
            else:
                self._learned.answered()
                return result

    def cap(self, rows: int) -> None:
        """Take the page size that the platform has answered with, where it is a smaller one."""
        if 0 < rows < self.rows:
            self.rows = rows
            self._learned.cap(rows)


def fit_search_page(size: PageSize, ask: Callable[[], Result], position: int = 0) -> Result:
    """Ask for a page of a search, and for smaller ones as long as it is too large.

    Args:
        size: The page size of the search.
        ask: Asks for a page of `size.rows` records.
        position: How many records lie before it, where pages are asked for by number.

    Returns:
        What `ask` returns.

    Raises:
        RecordTooLargeError: The platform refuses a page of one record; its window can be halved.
        SearchFailedError: The tap, which bounds what it reads, refuses a page of one record; the
            platform would answer the same again.
    """
    try:
        return size.fit(ask, position)
    except PageTooLargeError as error:
        fact = f"{error.fact}, with page_size 1, too"
        if error.status is None:
            raise SearchFailedError(fact) from None
        raise RecordTooLargeError(fact) from None


def _largest_divisor(number: int, limit: int) -> int:
    """Find the largest divisor of a number that is not above a limit of at least 1."""
    return next(size for size in range(min(number, limit), 0, -1) if number % size == 0)
