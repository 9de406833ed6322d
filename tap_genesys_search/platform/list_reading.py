"""One reading of a list, and what tells that entries are missing from it."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_genesys_search.errors import (
    RUN_AGAIN,
    ListChangedError,
    ListCutOffError,
    ListingError,
    PageBeyondLimitError,
    PageTooLargeError,
)
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.responses import LONGEST_ID, place_of
from tap_genesys_search.platform.page_size import LEAST_A_PAGE
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.platform.page_size import PageSize, Result


logger = logging.getLogger("tap-genesys-search.listings")


LISTED_AT_MOST = 10_000
"""The platform pages no further through users, and may count no further either
(https://github.com/MyPureCloud/terraform-provider-genesyscloud)."""


MOST_ENTRIES = 100_000
"""Ten times what an org may have of anything that is listed: a longer list has no end."""


NAMES_OF_PAGING = {"nextUri", "pageCount", "pageNumber", "pageSize", "total"}
"""Properties by which an answer says that it is a page, and whether it is the last one."""


READINGS = 2
"""How often a list is read that changes while it is read."""


ADVICE_OF_TOO_LARGE = (
    "No setting makes it smaller: deselect its stream, and report it to Genesys support"
)


class ListReading:
    """What has been read of a list, to notice where its pages repeat.

    Attributes:
        total: How many entries the latest answer counted; None where none has.
        names_pages: Whether an answer has said which page it is, or how many there are.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.total: int | None = None
        self.names_pages = False
        self._has_shrunk = False
        self._pages: set[tuple[str, ...]] = set()
        self._entries: set[str] = set()
        self._size: PageSize | None = None

    @property
    def received(self) -> int:
        """How many different entries came."""
        return len(self._entries)

    @property
    def is_whole(self) -> bool:
        """Whether all entries came that the answers count."""
        return not self._has_shrunk and self.received >= (self.total or 0)

    @property
    def _change(self) -> str:
        return f"GET {self.path} counts less from page to page" if self._has_shrunk else ""

    def ask(self, size: PageSize, ask: Callable[[], Result], position: int = 0) -> Result:
        """Ask for a page, and for smaller ones as long as it is too large.

        Raises:
            ListCutOffError: The platform pages no further.
            ListingError: A page of one entry is too large.
            RequestError: It refuses for another reason, or does not answer.
        """
        try:
            self._size = size
            with self.too_large_explained("an entry is too large to be answered alone"):
                return size.fit(ask, position)
        except PageBeyondLimitError as error:
            raise ListCutOffError(error.fact, self.total, change=self._change) from None

    @contextmanager
    def too_large_explained(self, cause: str) -> Iterator[None]:
        """Say why an answer is too large where nothing smaller can be asked for.

        Raises:
            ListingError: An answer is too large.
        """
        try:
            yield
        except PageTooLargeError as error:
            raise ListingError(f"{error.fact}: {cause}. {ADVICE_OF_TOO_LARGE}") from None

    def take(self, answer: JsonObject) -> list[JsonObject]:
        """Take the entries of an answer.

        Returns:
            The entries; none where a list without pages comes whole once more.

        Raises:
            ListingError: There are none, not even an empty list of them, or a page repeats.
        """
        self.names_pages |= not NAMES_OF_PAGING.isdisjoint(answer)
        entities, total = answer.get("entities"), answer.get("total")
        if entities is None and total == 0:
            entities = []
        if total or not entities:  # a total of 0 beside entries counts nothing
            self._count(total)
        if not are_objects(entities):
            raise self.error(answer, "entities that are not a list of objects")
        identities = tuple(map(identity_of, entities))
        longest = max(map(len, identities), default=0)
        if longest > LONGEST_ID:
            raise self.error(answer, f"an id of {longest:,} characters")
        if identities and identities in self._pages:
            if not self.names_pages:
                return []
            raise self.error(answer, "a page that it has answered before")
        self._pages.add(identities)
        self._entries.update(identities)
        if max(self.received, self.total or 0) > MOST_ENTRIES:
            raise self.error(answer, f"a list of more than {MOST_ENTRIES:,} entries")
        if self._size is not None and not self._size.brought(len(entities)):
            raise self.error(
                answer,
                f"fewer than {LEAST_A_PAGE} entries a page, page after page",
            )
        return entities

    def _count(self, total: object) -> None:
        if type(total) is int:
            self._has_shrunk |= self.total is not None and total < self.total
            self.total = total

    def check_limit(self) -> None:
        """Find out whether more entries may follow the last page of a list.

        Raises:
            ListCutOffError: It counts as many entries as the platform lists at most.
        """
        if self.total == LISTED_AT_MOST <= self.received:
            raise ListCutOffError(
                f"GET {self.path} counts {LISTED_AT_MOST:,} entries, the most that it lists",
                None,
                is_refused=False,
                change=self._change,
            )

    def explain_loss(self) -> None:
        """Say what is missing after the last reading.

        Raises:
            ListChangedError: Entries have left the list while it was read.
        """
        if self._has_shrunk:
            raise ListChangedError(self._change)
        logger.warning(
            "GET %s lists %d of %s: the client may not see the others, or the list has "
            "changed while it was read; the next run reads it again",
            self.path,
            self.received,
            "more entries" if self.total is None else counted(self.total, "entry", "entries"),
        )

    def error(self, answer: JsonObject, what: str) -> ListingError:
        """Make an error of what is wrong with an answer."""
        return ListingError(f"{place_of(answer, f'GET {self.path}')} answered {what}. {RUN_AGAIN}")

    def endless(self, pages: int) -> ListingError:
        """Make an error of a list that has not ended after a lot of pages."""
        return ListingError(f"GET {self.path} has not ended after {pages} pages. {RUN_AGAIN}")


def identity_of(entity: JsonObject) -> str:
    """Tell an entry of a list from the others: by its id, or by all that it holds."""
    entity_id = entity.get("id")
    if isinstance(entity_id, str) and entity_id:
        return entity_id
    return hashlib.sha256(json.dumps(entity, sort_keys=True).encode()).hexdigest()
