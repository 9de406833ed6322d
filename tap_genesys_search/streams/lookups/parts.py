"""Reading all entries of a lookup, in parts where the platform does not page to the list's end."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_genesys_search.errors import ListChangedError, ListCutOffError, RequestError
from tap_genesys_search.platform.list_reading import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.platform.page_size import LearnedSize
    from tap_genesys_search.streams.lookups.lists import Lookup
    from tap_genesys_search.streams.lookups.shortfall import Shortfall


FROM_THE_START = {"sortOrder": "ascending"}

FROM_THE_END = {"sortOrder": "descending"}
"""Both are asked for by name: two ends of a list meet only where both are of one order."""


@dataclass(frozen=True)
class ListReader:
    """Reads the lists of a lookup.

    Attributes:
        lookup: The lookup.
        client: Calls the platform.
        size: How many entries to ask for, as earlier lists of the lookup have taught.
        shortfall: Takes down what the platform does not list.
    """

    lookup: Lookup
    client: PlatformClient
    size: LearnedSize
    shortfall: Shortfall

    def read(self, parent_id: str | None = None) -> Iterator[list[JsonObject]]:
        """Read all entries, some of them twice where a list is cut off or changes.

        Args:
            parent_id: Id of the entry whose list is read, where each has one.

        Yields:
            The entries of each page.

        Raises:
            RequestError: The platform refuses, or doesn't answer.
            ListingError: The pages of the list contradict each other, or themselves.
        """
        path = self.lookup.path
        if parent_id:
            path = path.format(id=quote(parent_id, safe=""))
        for parameters in self.lookup.queries:
            yield from self._read_query(path, parameters)

    def _read_query(self, path: str, parameters: Mapping[str, str]) -> Iterator[list[JsonObject]]:
        found: set[str] = set()
        try:
            for page in self.pages(path, parameters):
                found.update(map(identity_of, page))
                yield page
        except ListCutOffError as cut:
            parts = _Parts(self, path)
            for page in parts.read():
                found.update(map(identity_of, page))
                yield page
            self.shortfall.note(cut, _missing(cut.total, len(found), parts))

    def pages(self, path: str, parameters: Mapping[str, str]) -> Iterator[list[JsonObject]]:
        """Read the pages of one query, and take down where they have changed."""
        try:
            yield from self.lookup.read_pages(self.client, path, parameters, self.size)
        except ListChangedError as error:
            self.shortfall.note_change(str(error))
        except ListCutOffError as cut:
            self.shortfall.note_change(cut.change)
            raise


def _missing(total: int | None, found: int, parts: _Parts) -> int | None:
    """Count what neither a list nor its parts hold, None where it can't be counted."""
    if total is None or total <= found:  # a total may be cut off as the list is
        return parts.missing
    return max(total - found, parts.missing or 0)


class _Parts:
    """The parts of a list that is cut off, each read from both ends if need be.

    Users are listed up to the 10,000th, deleted ones included
    (https://github.com/MyPureCloud/terraform-provider-genesyscloud).

    Attributes:
        missing: How many entries the parts lack by their own totals, None where nobody knows.
    """

    def __init__(self, reader: ListReader, path: str) -> None:
        self._reader = reader
        self._path = path
        self.missing: int | None = 0 if reader.lookup.parts else None

    def read(self) -> Iterator[list[JsonObject]]:
        """Read the parts; one that is refused or cut off does not keep the others from it."""
        for parameters in self._reader.lookup.parts:
            known: list[str] = []
            try:
                for page in self._reader.pages(self._path, {**parameters, **FROM_THE_START}):
                    known += map(identity_of, page)
                    yield page
            except ListCutOffError as cut:
                yield from self._read_other_end(parameters, known, cut.total)
            except RequestError as error:
                self._skip(error)

    def _read_other_end(
        self, parameters: Mapping[str, str], known: list[str], total: int | None
    ) -> Iterator[list[JsonObject]]:
        """Read a part from its end, up to the last entry that was read from its start."""
        found = set(known)
        try:
            for page in self._reader.pages(self._path, {**parameters, **FROM_THE_END}):
                entries = [*map(identity_of, page)]
                yield page
                if entries[0] == known[0]:
                    break  # the platform does not know the order
                found.update(entries)
                if known[-1] in entries:
                    return
        except ListCutOffError:
            pass
        except RequestError as error:
            self._skip(error)
            return
        # A total may be cut off as the list is.
        if total is None or total <= len(known):
            self._lack(None)
        else:
            self._lack(max(0, total - len(found)))

    def _skip(self, error: RequestError) -> None:
        """Leave out a part that the platform does not list in this way."""
        if error.status != HTTPStatus.BAD_REQUEST:
            raise error
        self._lack(None)

    def _lack(self, missing: int | None) -> None:
        unknown = missing is None or self.missing is None
        self.missing = None if unknown else (self.missing or 0) + (missing or 0)
