"""Reading all entries of a lookup, in parts where the platform does not page to the list's end."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_genesys_search.errors import ListCutOffError, RequestError
from tap_genesys_search.platform.paging import identity_of

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.streams.lookup_lists import Lookup


FROM_THE_START = {"sortOrder": "ascending"}

FROM_THE_END = {"sortOrder": "descending"}
"""Both are asked for by name: two ends of a list meet only where both are of one order."""


@dataclass
class Shortfall:
    """What the platform has for a stream, and does not list.

    Attributes:
        lists: Number of lists that are cut off.
        missing: Number of entries that these lack, as far as the platform gives totals.
        is_unknown: Whether entries are missing that the platform does not count.
        refusal: What the platform answered first.
    """

    lists: int = 0
    missing: int = 0
    is_unknown: bool = False
    refusal: str = ""

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
        self.refusal = self.refusal or str(cut)

    def warn(self, logger: logging.Logger, stream: str) -> None:
        """Say in one line how many entries of a stream are missing, if any are."""
        if not self.lists:
            return
        count = str(self.missing) if self.missing else "some"
        if self.is_unknown and self.missing:
            count = f"at least {count}"
        lists = "the list" if self.lists == 1 else f"{self.lists} lists"
        logger.warning(
            "Stream %s: the platform does not list all entries, it ends %s early (%s): %s are "
            "missing",
            stream,
            lists,
            self.refusal,
            count,
        )


def read_entities(
    lookup: Lookup, client: PlatformClient, shortfall: Shortfall, parent_id: str | None = None
) -> Iterator[list[JsonObject]]:
    """Read all entries of a lookup, some of them twice where the list is cut off.

    Args:
        lookup: The lookup.
        client: Calls the platform.
        shortfall: Takes down what the platform does not list.
        parent_id: Id of the entry whose list is read, where each has one.

    Yields:
        The entries of each page.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListingError: The pages of the list contradict each other, or themselves.
    """
    path = lookup.path.format(id=quote(parent_id, safe="")) if parent_id else lookup.path
    for parameters in lookup.queries:
        found: set[str] = set()
        try:
            for page in lookup.read_pages(client, path, parameters, lookup.page_size):
                found.update(map(identity_of, page))
                yield page
        except ListCutOffError as cut:
            parts = _Parts(lookup, client, path)
            for page in parts.read():
                found.update(map(identity_of, page))
                yield page
            shortfall.note(cut, _missing(cut.total, len(found), parts))


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

    def __init__(self, lookup: Lookup, client: PlatformClient, path: str) -> None:
        self._lookup = lookup
        self._client = client
        self._path = path
        self.missing: int | None = 0 if lookup.parts else None

    def read(self) -> Iterator[list[JsonObject]]:
        """Read the parts; one that is refused or cut off does not keep the others from it."""
        for parameters in self._lookup.parts:
            part: set[str] = set()
            try:
                yield from self._read_one({**parameters, **FROM_THE_START}, part, None)
            except ListCutOffError as cut:
                yield from self._read_other_end(parameters, part, cut.total)
            except RequestError as error:
                self._skip(error)

    def _read_other_end(
        self, parameters: Mapping[str, str], part: set[str], total: int | None
    ) -> Iterator[list[JsonObject]]:
        """Read a part from its end, up to what is known."""
        known = total if total is not None and total > len(part) else None
        try:
            yield from self._read_one({**parameters, **FROM_THE_END}, part, known)
        except ListCutOffError:
            self._lack(None if known is None else max(0, known - len(part)))
        except RequestError as error:
            self._skip(error)

    def _read_one(
        self, parameters: Mapping[str, str], part: set[str], total: int | None
    ) -> Iterator[list[JsonObject]]:
        """Read a part until it ends, or until all its entries are known."""
        pages = self._lookup.read_pages(
            self._client, self._path, parameters, self._lookup.page_size
        )
        for page in pages:
            part.update(map(identity_of, page))
            yield page
            if total is not None and len(part) >= total:
                return

    def _skip(self, error: RequestError) -> None:
        """Leave out a part that the platform does not list in this way."""
        if error.status != HTTPStatus.BAD_REQUEST:
            raise error
        self._lack(None)

    def _lack(self, missing: int | None) -> None:
        unknown = missing is None or self.missing is None
        self.missing = None if unknown else (self.missing or 0) + (missing or 0)
