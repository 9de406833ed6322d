"""Reading a list of the platform to its end: by page number, by cursor, or in one answer.

That a page is short says nothing: the platform caps page sizes without a word
(https://developer.genesys.cloud/forum, topic 4967), and leaves out what a client may not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import LONGEST_CURSOR
from tap_genesys_search.platform.list_reading import READINGS, ListReading
from tap_genesys_search.platform.page_size import PageSize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.platform.page_size import LearnedSize


MOST_PAGES = 10_000
"""Pages of a list; one that has more does not end."""


def pages_by_number(
    client: PlatformClient, path: str, parameters: Mapping[str, str], learned: LearnedSize
) -> Iterator[list[JsonObject]]:
    """Read the pages of a list that are asked for by number.

    Where an entry leaves the list, those after it move up, one of them to a page that was read. So
    a list that holds less than it counts, or counts less from page to page, is read again.

    Where the answers have totals (models `*EntityListing`), the last page is the one that
    `pageCount` names; where they have none, as the members of a queue
    (https://developer.genesys.cloud/forum, topic 9930), the one without a `nextUri`. Where they
    say nothing of pages at all, it is the one before an empty page.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query, besides those for paging.
        learned: How many entries to ask for; the platform may answer fewer.

    Yields:
        The entries of each page, of two readings where the list changes.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListCutOffError: It refuses a further page, or counts as many entries as it lists at most.
        ListChangedError: The list gets shorter in each reading.
        ListingError: The pages contradict each other, or themselves.
    """
    for _ in range(READINGS):
        reading = ListReading(path)
        yield from _read_by_number(client, reading, parameters, PageSize(learned))
        if reading.is_whole:
            return
    reading.explain_loss()


def _read_by_number(
    client: PlatformClient, reading: ListReading, parameters: Mapping[str, str], size: PageSize
) -> Iterator[list[JsonObject]]:
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
        # Where no answer says which page it is, only an empty one is the last.
        has_next = _has_next(answer, number, reading.received, size.rows)
        if not (has_next if reading.names_pages else entities):
            reading.check_limit()
            return
    raise reading.endless(MOST_PAGES)


def _ask_page(
    client: PlatformClient,
    reading: ListReading,
    parameters: Mapping[str, str],
    size: PageSize,
    asked: int,
) -> tuple[int, JsonObject]:
    """Ask for the page after the entries asked for, a smaller one where it is too large.

    Returns:
        Its number, and the answer. The platform caps page sizes without a word; the size that it
        answers counts.
    """

    def ask() -> tuple[int, JsonObject]:
        number = asked // size.rows + 1
        paging = {"pageSize": str(size.rows), "pageNumber": str(number)}
        return number, _ask(client, reading.path, {**parameters, **paging})

    number, answer = reading.ask(size, ask, asked)
    answered = answer.get("pageSize")
    if type(answered) is int:
        size.cap(answered)
    return number, answer


def pages_by_cursor(
    client: PlatformClient, path: str, parameters: Mapping[str, str], learned: LearnedSize
) -> Iterator[list[JsonObject]]:
    """Read the pages of a list that are asked for by a cursor, the `after` of the `nextUri`.

    The link is not followed, only its cursor is used: the token goes nowhere else.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query, besides those for paging.
        learned: How many entries to ask for; the platform may answer fewer.

    Yields:
        The entries of each page.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListCutOffError: It refuses a further page.
        ListChangedError: The list gets shorter while it is read, and holds less than it counts.
        ListingError: A link leads elsewhere or is missing, or the pages have no end.
    """
    reading = ListReading(path)
    cursors: set[str] = set()
    size = PageSize(learned)
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
            # Later page counts may be of smaller pages than those that came before.
            if not after and _announces_more(answer, 1):
                raise reading.error(answer, "one page of several, and no link to the next one")
            # A deleted entry moves no other one past a cursor, so a total may fall.
            if reading.received < (reading.total or 0):
                reading.explain_loss()
            return
        cursor = _read_cursor(link, path, client.host)
        if cursor is None:
            raise reading.error(answer, "a link to the next page that is none of this list's")
        if cursor in cursors:
            raise reading.error(answer, "a cursor that came before, so its pages have no end")
        cursors.add(cursor)
        after["after"] = cursor
    raise reading.endless(MOST_PAGES)


def whole_list(
    client: PlatformClient,
    path: str,
    parameters: Mapping[str, str],
    learned: LearnedSize,  # noqa: ARG001 - there are no pages
) -> Iterator[list[JsonObject]]:
    """Read a list that comes in one answer.

    Args:
        client: Calls the platform.
        path: Path of the list.
        parameters: Of the query.
        learned: Not used.

    Yields:
        The entries, once.

    Raises:
        RequestError: The platform refuses, or doesn't answer.
        ListingError: The answer is only a page, and there is no way to ask for the others.
    """
    reading = ListReading(path)
    with reading.too_large_explained("this list has no pages that could be smaller"):
        answer = _ask(client, path, parameters)
    yield reading.take(answer)
    if _announces_more(answer, 1):
        raise reading.error(answer, "one page of several, though this list has no pages")
    if not reading.is_whole:
        reading.explain_loss()


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
    entities = answer.get("entities") or []
    # A count of 0 beside entries counts nothing.
    total, count = (
        counted if type(counted) is int and (counted or not entities) else None
        for counted in (answer.get("total"), answer.get("pageCount"))
    )
    if total is not None:  # a page count that is too low
        return bool(entities) and received < total
    if count is not None:
        return False
    size = answer.get("pageSize")
    return len(entities) >= (size if type(size) is int and 0 < size <= page_size else page_size)


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
    cursor = next(iter(parse_qs(address.query).get("after", ())), None)
    return cursor if cursor and len(cursor) <= LONGEST_CURSOR else None
