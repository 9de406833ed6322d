"""Reading a list of the platform to its end: by page number, by cursor, or in one answer.

That a page is short says nothing: the platform caps page sizes without a word
(https://developer.genesys.cloud/forum, topic 4967), and leaves out what a client may not see.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from tap_genesys_search.errors import (
    ListCutOffError,
    ListingError,
    PageBeyondLimitError,
)
from tap_genesys_search.platform.error_rules import Asked
from tap_genesys_search.platform.page_size import PageSize, Result
from tap_genesys_search.platform.responses import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient


logger = logging.getLogger("tap-genesys-search.listings")


MOST_PAGES = 10_000
"""A list that goes on after so many has no end."""


ADVICE = "Run again; if it recurs, report it to Genesys support"


def pages_by_number(
    client: PlatformClient, path: str, parameters: Mapping[str, str], page_size: int
) -> Iterator[list[JsonObject]]:
    """Read the pages of a list that are asked for by number.

    Where the answers have totals (models `*EntityListing`), the last page is the one that
    `pageCount` names; where they have none, as the members of a queue
    (https://developer.genesys.cloud/forum, topic 9930), the one without a `nextUri`.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query, besides those for paging.
        page_size: How many entries to ask for; the platform may answer fewer.

    Yields:
        The entries of each page.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListCutOffError: It refuses a further page.
        ListingError: The pages contradict each other, or themselves.
    """
    reading = _Reading(path)
    size = PageSize(page_size)
    asked = 0
    for _ in range(MOST_PAGES):
        number, answer = _ask_page(client, reading, parameters, size, asked)
        asked = number * size.rows
        entities = reading.take(answer)
        answered = answer.get("pageNumber")
        if type(answered) is int and answered != number:
            raise reading.error(answer, f"page {answered} where page {number} was asked for")
        if entities:
            yield entities
        elif _announces_more(answer, number):
            raise reading.error(answer, f"an empty page {number} and says that more follow")
        if not _has_next(answer, number, reading.received, size.rows):
            reading.compare(answer)
            return
    raise reading.endless()


def _ask_page(
    client: PlatformClient,
    reading: _Reading,
    parameters: Mapping[str, str],
    size: PageSize,
    asked: int,
) -> tuple[int, JsonObject]:
    """Ask for the page behind the entries asked for, a smaller one where it is too large.

    Returns:
        Its number, and the answer. The platform caps page sizes without a word; the size that it
        answers counts.
    """

    def ask() -> tuple[int, JsonObject]:
        number = asked // size.rows + 1
        paging = {"pageSize": str(size.rows), "pageNumber": str(number)}
        return number, _ask(client, reading.path, {**parameters, **paging})

    number, answer = reading.ask(size, ask)
    answered = answer.get("pageSize")
    if type(answered) is int and 0 < answered < size.rows:
        size.rows = answered
    return number, answer


def pages_by_cursor(
    client: PlatformClient, path: str, parameters: Mapping[str, str], page_size: int
) -> Iterator[list[JsonObject]]:
    """Read the pages of a list that are asked for by a cursor, the `after` of the `nextUri`.

    The link is not followed, only its cursor is used: the token goes nowhere else.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query, besides those for paging.
        page_size: How many entries to ask for; the platform may answer fewer.

    Yields:
        The entries of each page.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListCutOffError: It refuses a further page.
        ListingError: A link leads elsewhere, or the pages have no end.
    """
    reading = _Reading(path)
    cursors: set[str] = set()
    size = PageSize(page_size)
    after: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = reading.ask(
            size,
            lambda: _ask(client, path, {**parameters, **after, "pageSize": str(size.rows)}),
        )
        entities = reading.take(answer)
        if entities:
            yield entities
        link = answer.get("nextUri")
        if not link:
            return
        cursor = _read_cursor(link, path, client.host)
        if cursor is None:
            raise reading.error(answer, "a link to the next page that is none of this list's")
        if cursor in cursors:
            raise reading.error(answer, "a cursor that came before, so its pages have no end")
        cursors.add(cursor)
        after["after"] = cursor
    raise reading.endless()


def whole_list(
    client: PlatformClient,
    path: str,
    parameters: Mapping[str, str],
    page_size: int,  # noqa: ARG001 - there are no pages
) -> Iterator[list[JsonObject]]:
    """Read a list that comes in one answer.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query.
        page_size: Not used.

    Yields:
        The entries, once.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListingError: The answer is only a page, and there is no way to ask for the others.
    """
    reading = _Reading(path)
    answer = _ask(client, path, parameters)
    yield reading.take(answer)
    if _announces_more(answer, 1):
        raise reading.error(answer, "one page of several, though this list has no pages")
    reading.compare(answer)


class _Reading:
    """What has been read of a list, to notice where its pages repeat."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.total: int | None = None
        self._pages: set[tuple[str, ...]] = set()
        self._entries: set[str] = set()

    @property
    def received(self) -> int:
        """How many different entries came."""
        return len(self._entries)

    def ask(self, size: PageSize, ask: Callable[[], Result]) -> Result:
        """Ask for a page, and for smaller ones as long as it is too large.

        Raises:
            ListCutOffError: The platform pages no further.
            RequestError: It refuses for another reason, or does not answer.
        """
        try:
            return size.fit(ask)
        except PageBeyondLimitError as error:
            raise ListCutOffError(error.fact, self.total) from None

    def take(self, answer: JsonObject) -> list[JsonObject]:
        """Take the entries of an answer.

        Raises:
            ListingError: There are none, not even an empty list of them, or a page repeats.
        """
        total = answer.get("total")
        self.total = total if type(total) is int else self.total
        entities = answer.get("entities")
        if entities is None and answer.get("total") == 0:
            entities = []
        if not isinstance(entities, list) or not all(isinstance(one, dict) for one in entities):
            raise self.error(answer, "no list of objects under entities")
        identities = tuple(map(identity_of, entities))
        if identities and identities in self._pages:
            raise self.error(answer, "a page that it has answered before")
        self._pages.add(identities)
        self._entries.update(identities)
        return entities

    def compare(self, answer: JsonObject) -> None:
        """Warn where the last answer counts more entries than came."""
        total = answer.get("total")
        if type(total) is int and self.received < total:
            logger.warning(
                "GET %s lists %d of %d entries: the client may not see the others, or the list "
                "has changed while it was read",
                self.path,
                self.received,
                total,
            )

    def error(self, answer: JsonObject, what: str) -> ListingError:
        """Make an error of what is wrong with an answer."""
        return ListingError(f"{place_of(answer, f'GET {self.path}')} answered {what}. {ADVICE}")

    def endless(self) -> ListingError:
        """Make an error of a list that has not ended after a lot of pages."""
        return ListingError(f"GET {self.path} has not ended after {MOST_PAGES} pages. {ADVICE}")


def _ask(client: PlatformClient, path: str, parameters: Mapping[str, str]) -> JsonObject:
    query = urlencode(parameters, safe=",")
    is_further = "after" in parameters or parameters.get("pageNumber", "1") != "1"
    asked = Asked.LIST_PAGE if is_further else Asked.LIST
    return client.call("GET", f"{path}?{query}" if query else path, asked=asked)


def _announces_more(answer: JsonObject, number: int) -> bool:
    """Tell whether an answer says that further pages follow."""
    count = answer.get("pageCount")
    return bool(answer.get("nextUri")) or (type(count) is int and count > number)


def _has_next(answer: JsonObject, number: int, received: int, page_size: int) -> bool:
    """Tell whether to ask for another page."""
    if _announces_more(answer, number):
        return True
    entities, total = answer.get("entities") or [], answer.get("total")
    if type(total) is int:  # a page count that is too low
        return bool(entities) and received < total
    if type(answer.get("pageCount")) is int:
        return False
    size = answer.get("pageSize")
    return len(entities) >= (size if type(size) is int and 0 < size <= page_size else page_size)


def identity_of(entity: JsonObject) -> str:
    """Tell an entry of a list from the others: by its id, or by all that it holds."""
    entity_id = entity.get("id")
    if isinstance(entity_id, str) and entity_id:
        return entity_id
    return json.dumps(entity, sort_keys=True)


def _read_cursor(link: object, path: str, host: str) -> str | None:
    """Read the cursor of a link to the next page; None where it leads elsewhere."""
    if not isinstance(link, str):
        return None
    try:
        address = urlsplit(link)
    except ValueError:
        return None
    if address.netloc not in {"", host} or address.path != path:
        return None
    return next(iter(parse_qs(address.query).get("after", ())), None)
