"""From the documents that a search finds to the rows of its interactions and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.records.found_page import FoundPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import Splitter
    from tap_genesys_search.records.interactions import Normaliser
    from tap_genesys_search.records.rows import Columns


def _never(_document: JsonObject) -> bool:
    return False


@dataclass(frozen=True)
class Unsettled:
    """A conversation of which more may come.

    Attributes:
        start: When it started.
        has_ended: Whether it had ended when it was read.
    """

    start: str
    has_ended: bool = False


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
        unsettled: Id to those of which more may come, as they were last read.
    """

    normaliser: Normaliser
    identifier: Normaliser
    splitter: Splitter | None = None
    is_open: Callable[[JsonObject], bool] | None = None
    is_settling: Callable[[JsonObject], bool] = _never
    unsettled: dict[str, Unsettled] = field(default_factory=dict)

    def read(self, documents: list[JsonObject]) -> FoundPage:
        """Make rows of documents."""
        columns = self.normaliser.normalise(documents)
        if self.is_open:
            self._note(columns, documents, self.is_open)
        if self.splitter is None:
            return FoundPage(columns, {})
        tables = self.splitter.split(documents, columns["id"], columns["timestamp"])
        return FoundPage(columns, tables)

    def has_ended(self, document_id: str, document: JsonObject) -> bool:
        """Tell whether a document is a conversation that had not ended when it was last read."""
        before = self.unsettled.get(document_id)
        return (
            self.is_open is not None
            and before is not None
            and not before.has_ended
            and not self.is_open(document)
        )

    def identify(self, document: JsonObject) -> str:
        """Give a document its id, also where it has none of its own."""
        ids: list[str] = self.identifier.normalise([document])["id"]
        return ids[0]

    def _note(
        self, columns: Columns, documents: list[JsonObject], is_open: Callable[[JsonObject], bool]
    ) -> None:
        """Note the conversations of which more may come, and forget the others."""
        for id_, start, document in zip(
            columns["id"], columns["timestamp"], documents, strict=True
        ):
            if is_open(document):
                self.unsettled[id_] = Unsettled(start)
            elif self.is_settling(document):
                self.unsettled[id_] = Unsettled(start, has_ended=True)
            else:
                self.unsettled.pop(id_, None)
