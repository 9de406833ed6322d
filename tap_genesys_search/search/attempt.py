"""One attempt at a window: its pages, read once from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING, Protocol

from tap_genesys_search.errors import SearchFailedError, TooManyMatchesError
from tap_genesys_search.records.fields import ABSENT, unscored
from tap_genesys_search.records.found_page import FoundPage
from tap_genesys_search.records.ids import surrogate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Facets, Splitter
    from tap_genesys_search.records.interactions import Normaliser
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.search_apis.completeness import Completeness
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.windows.window import Window

SPLIT_AT_ONCE = 100
"""Number of conversations that are split and written at a time. Their rows take several times the
space, and are written faster while they are in the processor's cache."""


MOST_RECORDS_A_PAGE = 4_000
"""Four times as many as any search API is asked for at once."""


class ClosablePages(Protocol):
    """Pages that may be left unread."""

    def __next__(self) -> Page: ...

    def __iter__(self) -> Iterator[Page]: ...

    def close(self) -> None:
        """Read no further pages."""


@dataclass(frozen=True)
class DocumentReader:
    """Turns the documents of a search into rows.

    Attributes:
        normaliser: Makes rows of interactions.
        identifier: Another one, which gives documents that are not written their ids.
        splitter: Splits documents into tables; None where no table is wanted.
        is_open: Tells whether a document is a conversation that has not ended; None where documents
            are none.
        still_open: Id to start of those that had not ended when they were last read.
    """

    normaliser: Normaliser
    identifier: Normaliser
    splitter: Splitter | None = None
    is_open: Callable[[JsonObject], bool] | None = None
    still_open: dict[str, str] = field(default_factory=dict)

    def read(self, documents: list[JsonObject]) -> FoundPage:
        """Make rows of documents."""
        columns = self.normaliser.normalise(documents)
        if self.is_open:
            are_open = map(self.is_open, documents)
            self._note_open(columns["id"], columns["timestamp"], are_open)
        if self.splitter is None:
            return FoundPage(columns, {})
        tables = self.splitter.split(documents, columns["id"], columns["timestamp"])
        return FoundPage(columns, tables)

    def _note_open(self, ids: list[str], starts: list[str], are_open: Iterable[bool]) -> None:
        for id_, start, is_still_open in zip(ids, starts, are_open, strict=True):
            if is_still_open:
                self.still_open[id_] = start
            else:
                self.still_open.pop(id_, None)

    def has_ended(self, document_id: str, document: JsonObject) -> bool:
        """Tell whether a document is a conversation that had not ended when it was last read."""
        return (
            self.is_open is not None
            and document_id in self.still_open
            and not self.is_open(document)
        )

    def identify(self, document: JsonObject) -> str:
        """Give a document its id, also where it has none of its own."""
        ids: list[str] = self.identifier.normalise([document])["id"]
        return ids[0]


class Attempt:
    """One attempt at a window.

    Args:
        api: The search API; tells what lies in the window, and reads fields.
        window: The window searched.
        completeness: Decides whether the attempt is complete.
        job_log: Counts what the attempt costs.
        pages: The pages of the search.
        documents: Reads what is on them.

    Attributes:
        completeness: As given; kept up to date.
        job_log: As given.
        documents: As given.
        total: Number of records by the platform; None as long as it gives none.
        complete_until: The moment up to which the pages so far leave nothing out.
    """

    def __init__(
        self,
        api: SearchApi,
        window: Window,
        completeness: Completeness,
        job_log: JobLog,
        pages: ClosablePages,
        documents: DocumentReader,
    ) -> None:
        self.completeness = completeness
        self.job_log = job_log
        self.documents = documents
        self.total: int | None = None
        self.complete_until = window.end
        self._api = api
        self._window = window
        self._pages = pages
        self._first_facets: Facets | None = None
        self._peeked: Page | None = None

    def found_pages(self) -> Iterator[FoundPage]:
        """Read the window once.

        Yields:
            The records within the window, without those that an earlier attempt has written.

        Raises:
            TapGenesysSearchError: The search failed.
        """
        completeness = self.completeness
        previous: list[JsonObject] = []
        while (page := self._next_page()) is not None:
            completeness.totals.add(page.total)
            completeness.covered = max(completeness.covered, page.covered)
            completeness.is_moving |= page.is_moving
            self.complete_until = min(self.complete_until, page.complete_until or self._window.end)
            if page.records and page.records == previous:
                completeness.is_going_round = True
                break
            previous = page.records
            known = completeness.count
            yield from self._read_page(page)
            completeness.rows += len(page.records)
            if page.records and completeness.count == known and not completeness.has_more_to_come:
                completeness.is_going_round = True
                break
        if completeness.totals <= {None} and not completeness.is_going_round:
            # The platform gave no total; the end of the pages says how many there are.
            self.total = completeness.count

    def first_facets(self) -> Facets:
        """Give the facets of the first page, and read that page first where it has not come yet."""
        if self._first_facets is None:
            self._peeked = self._next_page()
        return self._first_facets or {}

    def cancel(self) -> None:
        """End the attempt, and cancel what is still open on the platform."""
        self.job_log.abandon()
        self._api.cancel(self.job_log)
        self._pages.close()

    def _next_page(self) -> Page | None:
        if self._peeked is not None:
            peeked, self._peeked = self._peeked, None
            return peeked
        try:
            page = next(self._pages, None)
        except TooManyMatchesError as error:
            self.total = error.total
            raise
        if page is not None:
            _check_size(page)
            if self._first_facets is None:
                self._first_facets = page.facets
            if page.total is not None:
                self.total = page.total
        return page

    def _read_page(self, page: Page) -> Iterator[FoundPage]:
        are_inside = [self._api.is_within(raw, self._window) for raw in page.records]
        inside = list(compress(page.records, are_inside))
        outside = compress(page.records, map(not_, are_inside))
        self.completeness.ids_outside.update(map(self._identity, outside))
        if self.completeness.known:
            inside = [raw for raw in inside if not self._is_written(raw)]
        if self.documents.splitter is None:
            yield self._found(inside)
            return
        for first in range(0, len(inside) or 1, SPLIT_AT_ONCE):
            yield self._found(inside[first : first + SPLIT_AT_ONCE])

    def _is_written(self, raw: JsonObject) -> bool:
        """Tell whether an earlier attempt has written a record, and count it for this one.

        One that has ended since is to be written again.
        """
        found = self._api.read_field(raw, "id")
        if type(found) is not str or not found:
            # A record without an id gets the same one in every attempt.
            found = self.documents.identify(raw)
        if found not in self.completeness.known:
            return False
        self.completeness.ids.add(found)
        return not self.documents.has_ended(found, raw)

    def _identity(self, raw: JsonObject) -> str:
        """Identify a record outside the window: by its id, or else by its content."""
        found = self._api.read_field(raw, "id")
        has_id = found is not ABSENT and found is not None
        return str(found) if has_id else surrogate_of(unscored(raw))

    def _found(self, records: list[JsonObject]) -> FoundPage:
        page = self.documents.read(records)
        self.completeness.add(page.interactions["id"], records)
        return page


def _check_size(page: Page) -> None:
    """Refuse a page of far more records than were asked for."""
    if len(page.records) > MOST_RECORDS_A_PAGE:
        raise SearchFailedError(
            f"The platform answered {len(page.records):,} records on one page, and no more than "
            f"{MOST_RECORDS_A_PAGE:,} are read. Check that the address is the platform's, and "
            "report it to the platform's support"
        )
