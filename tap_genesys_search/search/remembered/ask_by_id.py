"""Conversations asked for by their ids, past those that the platform refuses or does not know."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_genesys_search.errors import PageTooLargeError, RequestError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.records.conversations.fields import is_open
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search.audit import search_id
from tap_genesys_search.search.document_reader import DocumentReader, Unsettled
from tap_genesys_search.search_apis.conversations.by_id import MOST_IDS
from tap_genesys_search.timestamps import parse_timestamp
from tap_genesys_search.windows.grid import EPOCH, Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.records.found_page import FoundPage, Splitter
    from tap_genesys_search.search.remembered.open_conversations import OpenConversations
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


REFUSALS_OF_IDS = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
"""How the platform may refuse a request because of one id: how it does is not documented."""


MOST_REFUSALS = 32
"""How many requests may be refused in a run. One bad id among a hundred takes eight."""


MOST_ASKED_FIRST = 3
"""How many ids are asked for alone where the first request is refused. If they are refused as well,
the refusals concern all ids."""


MOST_ASKED_ALONE = 10
"""How many conversations that did not come are asked for one by one in a run."""


class Asking:
    """The requests of a run for conversations by their ids.

    Args:
        read: Asks for the first of some conversations.

    Attributes:
        unknown: Ids that it leaves out of an answer alone, although it answers others.
    """

    def __init__(self, read: Callable[[list[str]], ReadAgain]) -> None:
        self.unknown: list[str] = []
        self._refused_alone: list[str] = []
        self._read = read
        self._refusals = 0
        self._last_refusal: RequestError | None = None
        self._is_answering = False

    @property
    def refused(self) -> list[str]:
        """The ids that the platform refuses alone, although it answers others."""
        return self._refused_alone if self._is_answering else []

    def ask_for(self, ids: list[str]) -> Iterator[ReadAgain]:
        """Ask for conversations.

        Args:
            ids: Their ids, the oldest conversation first.

        Yields:
            What each request has brought.

        Raises:
            RequestError: A request was refused, and not because of single ids; or there is no
                answer.
            SearchFailedError: An answer has no list of conversations.
        """
        missing: list[str] = []
        for again in self._ask_in_parts(ids):
            yield again
            missing += [one for one in ids if one in again.asked - again.answered]
        # The platform may answer fewer than it is asked for. Missing ones are asked for again as
        # long as some come, and a few are asked for alone: those are unknown.
        while missing and self._is_answering:
            found = self._try(missing)
            if found is None:
                break
            yield found
            missing = [one for one in missing if one not in found.answered]
            if not found.answered:
                break
        if self._is_answering:
            left = [one for one in missing if one not in self._refused_alone]
            yield from self._ask_alone(left[:MOST_ASKED_ALONE])

    def _ask_in_parts(self, ids: list[str]) -> Iterator[ReadAgain]:
        """Ask for as many as one request may name, and for fewer where that is refused."""
        parts = deque(ids[first : first + MOST_IDS] for first in range(0, len(ids), MOST_IDS))
        while parts:
            part = parts.popleft()
            again = self._try(part)
            if again is None:
                self._divide(part, parts)
                continue
            yield again
            if rest := part[len(again.asked) :]:
                parts.appendleft(rest)
        if self._last_refusal and not self._is_answering:
            raise self._last_refusal

    def _ask_alone(self, missing: list[str]) -> Iterator[ReadAgain]:
        for one in missing:
            again = self._try([one])
            if again is None:
                continue
            yield again
            if not again.answered:
                self.unknown.append(one)

    def _try(self, ids: list[str]) -> ReadAgain | None:
        """Ask for the first of some conversations; None where an id among them may be refused."""
        try:
            again = self._read(ids)
        except PageTooLargeError:
            raise
        except RequestError as error:
            self._refusals += 1
            self._last_refusal = error
            most = MOST_REFUSALS if self._is_answering else 1 + MOST_ASKED_FIRST
            if error.status not in REFUSALS_OF_IDS or self._refusals >= most:
                raise
            if len(ids) == 1:
                self._refused_alone += ids
            return None
        self._is_answering |= bool(again.answered)
        return again

    def _divide(self, part: list[str], parts: deque[list[str]]) -> None:
        """Put the parts of a refused request into the row of those to ask for."""
        if len(part) == 1:
            return
        if not self._is_answering:
            # The newest conversations are the most likely ones to be known.
            parts.extendleft([one] for one in part[-MOST_ASKED_FIRST:])
            part = part[:-MOST_ASKED_FIRST]
        middle = len(part) // 2
        parts.extend(half for half in (part[:middle], part[middle:]) if half)


@dataclass(frozen=True)
class ReadAgain:
    """What one request for conversations by id has brought.

    Attributes:
        pages: Their rows, and names of the streams that lack them.
        asked: The ids asked for.
        answered: Those whose conversations came.
        unsettled: Id to those of which more may come.
    """

    pages: list[tuple[frozenset[str], FoundPage]]
    asked: frozenset[str]
    answered: frozenset[str]
    unsettled: dict[str, Unsettled]

    def pages_for(self, stream: str) -> list[FoundPage]:
        """List the pages that a stream lacks."""
        return [page for streams, page in self.pages if stream in streams]


def read_again(
    api: SearchApi,
    settings: Settings,
    ids: list[str],
    known: OpenConversations,
    splitter: Splitter | None,
) -> ReadAgain:
    """Ask for the first of some conversations, as many as one request may name.

    Their interactions get the id of the search that found them, over the cell of the grid in which
    they started.

    Args:
        api: Asks for them.
        settings: Say what the rows are to hold, and how windows are cut.
        ids: The conversations.
        known: Tell when each one started, and which streams lack it.
        splitter: Splits them into tables; None where no table is wanted.

    Raises:
        RequestError: The request was refused, or there is no answer.
        SearchFailedError: The answer has no list of conversations.
    """
    asked, found = api.by_id(ids, JobLog())
    grid = Grid(EPOCH, settings.window_length, api.finest_window)
    groups: dict[tuple[Window, frozenset[str]], list[JsonObject]] = {}
    for one in asked:
        if one in found:
            cell = grid.cell(parse_timestamp(known.start_of(one)), 0)
            groups.setdefault((cell, known.due_for(one)), []).append(found[one])
    unsettled: dict[str, Unsettled] = {}
    pages = [
        (streams, _reader(api, settings, cell, splitter, unsettled).read(documents))
        for (cell, streams), documents in groups.items()
    ]
    answered = frozenset(asked) & found.keys()
    return ReadAgain(pages, frozenset(asked), answered, unsettled)


def _reader(
    api: SearchApi,
    settings: Settings,
    cell: Window,
    splitter: Splitter | None,
    unsettled: dict[str, Unsettled],
) -> DocumentReader:
    normaliser = Normaliser(
        settings.projection,
        api.read_column,
        cell,
        search_id(api.name, cell, settings, api.identity),
        api.unread_times,
    )
    return DocumentReader(normaliser, normaliser, splitter, is_open, api.is_settling, unsettled)
