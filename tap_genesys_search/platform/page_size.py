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


PROOFS = 4
"""A last page may be short and prove little, so as many larger answers in a row are a proof."""


PAGES_BEFORE_JUDGEMENT = 120

LEAST_A_PAGE = 2
"""The fewest records that so many pages in a row hold on average, where more are asked for. With
fewer, a reading would take for ever. Pages may be short, and a hundred in a row may be empty."""


logger = logging.getLogger("tap-genesys-search.page_size")


class LearnedSize:
    """How much a kind of request may ask for, which all its readings of a run share.

    After some answers in a row one request at a time tries twice as much. The others keep to what
    is proven until some of these were answered.

    Args:
        most: How much to ask for as long as no answer is too large.
        unit: What is counted, for the log.
        advice: What the user can do against refusals, for the log.
    """

    def __init__(self, most: int, unit: str = "records a page", advice: str = "") -> None:
        self._most = most
        self._unit = unit
        self._advice = advice
        self._proven = most
        self._offered = 0  # what the next request may try
        self._tried = 0  # what a request under way tries
        self._proofs = 0
        self._lowest = most
        self._answers = 0
        self._patience = ANSWERS_BEFORE_GROWTH
        self._has_grown = False
        self._lock = Lock()  # windows are read at the same time

    @property
    def limit(self) -> int:
        """How much the next request may ask for."""
        return self._offered or self._proven

    def size_at(self, position: int) -> int:
        """Choose the size of a page that begins at a position.

        Pages are asked for by number, so the size divides the position.

        Args:
            position: How many entries lie before it.
        """
        with self._lock:
            size = self._divide(position)
            if size > self._proven:
                self._offered, self._tried = 0, size
            return size

    def cap(self, size: int) -> None:
        """Never ask for more than the platform answers at once."""
        with self._lock:
            self._most = min(self._most, size)
            self._proven = min(self._proven, size)
            self._offered = min(self._offered, size)

    def lower(self, refused: int, fact: str) -> bool:
        """Ask for half as much from now on, or for what is proven where more was tried.

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
            if self._is_trial(refused):
                self._forget_trial()
                self._patience *= 2
            elif smaller < self._proven:
                self._forget_trial()
                self._patience *= 2 if self._has_grown else 1
                self._has_grown = False
                self._proven = smaller
            self._answers = 0
        self._report(refused, fact)
        return True

    def answered(self, asked: int) -> None:
        """Count an answer that was not too large; after some more is asked for again.

        Args:
            asked: How much was asked for.
        """
        with self._lock:
            self._answers += 1
            if self._is_trial(asked):
                self._answers = 0
                self._offered = asked
                self._proofs += 1
                if self._proofs == PROOFS:
                    self._forget_trial()
                    self._has_grown = True
                    self._proven = asked
            elif self._answers >= self._patience and self._proven < self._most:
                self._answers = 0
                doubled = _largest_divisor(DEPTH, 2 * self._proven)
                self._offered = self._most if 2 * self._proven >= self._most else doubled

    def _divide(self, position: int) -> int:
        limit = self.limit
        if limit == self._most and position % limit == 0:
            return limit
        return _largest_divisor(gcd(position, DEPTH), limit)

    def _is_trial(self, size: int) -> bool:
        """Tell a trial from a request that was sent before less was asked for."""
        return self._proven < size <= max(self._offered, self._tried)

    def _forget_trial(self) -> None:
        self._offered = self._tried = self._proofs = 0

    def _report(self, refused: int, fact: str) -> None:
        """Say that less is asked for, aloud where it is less than ever before."""
        level = logging.WARNING if self._proven < self._lowest else logging.DEBUG
        self._lowest = min(self._lowest, self._proven)
        advice = f". {self._advice}" if self._advice else ""
        text = "%s: asking for %d %s instead of %d%s"
        logger.log(level, text, fact, self._proven, self._unit, refused, advice)


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
        self._wanted = learned.limit
        self._expected = self._pages = self._received = 0

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
                self._wanted = min(self._wanted, self._learned.limit)
            else:
                self._learned.answered(self.rows)
                return result

    def brought(self, records: int) -> bool:
        """Count what a page has brought.

        Args:
            records: How many records it had.

        Returns:
            Whether the reading gets on. A platform that answers next to nothing, page after page,
            would keep a run busy for ever.
        """
        self._pages += 1
        self._expected += min(self._wanted, LEAST_A_PAGE)
        self._received += records
        if self._pages < PAGES_BEFORE_JUDGEMENT:
            return True
        gets_on = self._received >= self._expected
        self._pages = self._expected = self._received = 0
        return gets_on

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
            raise SearchFailedError(
                fact, "Leave out with filters what holds so much, and report it to Genesys support"
            ) from None
        raise RecordTooLargeError(fact) from None


def _largest_divisor(number: int, limit: int) -> int:
    """Find the largest divisor of a number that is not above a limit of at least 1."""
    return next(size for size in range(min(number, limit), 0, -1) if number % size == 0)
