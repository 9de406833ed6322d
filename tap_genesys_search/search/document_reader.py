"""From the documents that a search finds to the rows of its interactions and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.records.found_page import FoundPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Splitter
    from tap_genesys_search.records.interactions import Normaliser
    from tap_genesys_search.records.rows import Columns


def _never(_document: JsonObject) -> bool:
    return False


@dataclass(frozen=True)
class DocumentReader:
    """Turns the documents of a search into rows.

    Attributes:
        normaliser: Makes rows of interactions.
        identifier: Another one, which gives documents that are not written their ids.
        splitter: Splits documents into tables; None where no table is wanted.
        is_open: Tells whether a document is a conversation that has not ended; None where documents
            are none.
        is_settling: Tells whether more of a conversation that has ended may come.
        still_open: Id to start of those that had not ended when they were last read.
        settling: Id to start of those of which more may come.
    """

    normaliser: Normaliser
    identifier: Normaliser
    splitter: Splitter | None = None
    is_open: Callable[[JsonObject], bool] | None = None
    is_settling: Callable[[JsonObject], bool] = _never
    still_open: dict[str, str] = field(default_factory=dict)
    settling: dict[str, str] = field(default_factory=dict)

    def read(self, documents: list[JsonObject]) -> FoundPage:
        """Make rows of documents."""
        columns = self.normaliser.normalise(documents)
        if self.is_open:
            _note(self.still_open, columns, map(self.is_open, documents))
            _note(self.settling, columns, map(self.is_settling, documents))
        if self.splitter is None:
            return FoundPage(columns, {})
        tables = self.splitter.split(documents, columns["id"], columns["timestamp"])
        return FoundPage(columns, tables)

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


def _note(noted: dict[str, str], columns: Columns, are_such: Iterable[bool]) -> None:
    """Note the starts of those documents that are such, and forget those that are not any more."""
    for id_, start, is_such in zip(columns["id"], columns["timestamp"], are_such, strict=True):
        if is_such:
            noted[id_] = start
        else:
            noted.pop(id_, None)
