"""Conversations that had not ended when they were read: remembered, and asked for by id."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.records.conversation_fields import is_open
from tap_genesys_search.records.interactions import Normaliser
from tap_genesys_search.search.attempt import DocumentReader
from tap_genesys_search.search.search import search_id
from tap_genesys_search.timestamps import as_platform_timestamp, parse_timestamp
from tap_genesys_search.windows.grid import EPOCH, Grid

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tap_genesys_search.records.found_page import FoundPage, Splitter
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.open_conversations")


MOST_REMEMBERED = 10_000
"""The state is written after each window; as many ids and starts are 700 kB of it."""


class OpenConversations:
    """The conversations that are open as far as the runs up to now have seen.

    Args:
        left_open: Id to start of those that an earlier run left open.

    Attributes:
        due: Ids of those that this run has not read yet.
    """

    def __init__(self, left_open: Mapping[str, str]) -> None:
        self.due = set(left_open)
        self._remembered = dict(left_open)
        self._dropped = 0
        self._dropped_until = ""

    @property
    def count(self) -> int:
        """How many are open, those that are not remembered included."""
        return len(self._remembered) + self._dropped

    def note(self, read: Collection[str], still_open: Mapping[str, str]) -> None:
        """Note what was read and written of conversations.

        Args:
            read: Ids of conversations; those that are not still open have ended.
            still_open: Id to start of those that have not.
        """
        self.due.difference_update(read)
        for ended in self._remembered.keys() & {*read}:
            del self._remembered[ended]
        self._remembered.update(still_open)
        self._drop_oldest()

    def to_state(self) -> dict[str, str]:
        """Give id to start of those to remember, the oldest first."""
        return dict(sorted(self._remembered.items(), key=_by_start))

    def first_due(self) -> list[str]:
        """List the ids that are to be asked for, the oldest first."""
        return [one for one in self.to_state() if one in self.due]

    def start_of(self, conversation_id: str) -> str:
        """Tell when a remembered conversation started."""
        return self._remembered[conversation_id]

    def warn_of_dropped(self) -> None:
        """Say in one line how many the state has no room for, if there are any."""
        if self._dropped:
            logger.warning(
                "%d conversations are open, of which the state keeps %d: the oldest %d, which "
                "started up to %s, are not asked for again. To read their ends, run with "
                "--full-refresh (meltano run) or without --state over their days once they have "
                "ended",
                self.count,
                MOST_REMEMBERED,
                self._dropped,
                self._dropped_until,
            )

    def _drop_oldest(self) -> None:
        too_many = len(self._remembered) - MOST_REMEMBERED
        for dropped, start in [*self.to_state().items()][:too_many] if too_many > 0 else ():
            del self._remembered[dropped]
            self.due.discard(dropped)
            self._dropped += 1
            self._dropped_until = max(self._dropped_until, start)


def read_open_conversations(state: object) -> dict[str, str]:
    """Read id to start from a state; what is none is passed over."""
    items = state.items() if isinstance(state, dict) else ()
    read = {
        one: as_platform_timestamp(start)
        for one, start in items
        if isinstance(one, str) and is_id(one) and isinstance(start, str)
    }
    return {one: start for one, start in read.items() if start is not None}


@dataclass(frozen=True)
class ReadAgain:
    """What one request for conversations by id has brought.

    Attributes:
        pages: Their rows, a page for each search that they belong to.
        asked: The ids asked for.
        answered: Those whose conversations came.
        still_open: Id to start of those that have not ended.
    """

    pages: list[FoundPage]
    asked: frozenset[str]
    answered: frozenset[str]
    still_open: dict[str, str]


def read_again(
    api: SearchApi,
    settings: Settings,
    ids: list[str],
    start_of: Callable[[str], str],
    splitter: Splitter | None,
) -> ReadAgain:
    """Ask for the first of some conversations, as many as one request may name.

    Their interactions get the id of the search that found them, over the cell of the grid in which
    they started.

    Args:
        api: Asks for them.
        settings: Say what the rows are to hold, and how windows are cut.
        ids: The conversations.
        start_of: Tells when each one started.
        splitter: Splits them into tables; None where no table is wanted.

    Raises:
        RequestError: The request was refused, or there is no answer.
        SearchFailedError: The answer has no list of conversations.
    """
    asked, found = api.by_id(ids, JobLog())
    grid = Grid(EPOCH, settings.window_length, api.finest_window)

    def cell_of(conversation_id: str) -> Window:
        return grid.cell(parse_timestamp(start_of(conversation_id)), 0)

    still_open: dict[str, str] = {}
    known = sorted((one for one in asked if one in found), key=cell_of)
    pages = [
        _reader(api, settings, cell, splitter, still_open).read([found[one] for one in of_cell])
        for cell, of_cell in groupby(known, cell_of)
    ]
    return ReadAgain(pages, frozenset(asked), frozenset(known), still_open)


def _reader(
    api: SearchApi,
    settings: Settings,
    cell: Window,
    splitter: Splitter | None,
    still_open: dict[str, str],
) -> DocumentReader:
    normaliser = Normaliser(
        settings.projection,
        api.read_column,
        cell,
        search_id(api.name, cell, settings, api.identity),
        api.unread_times,
    )
    return DocumentReader(normaliser, normaliser, splitter, is_open, still_open)


def _by_start(item: tuple[str, str]) -> tuple[str, str]:
    return item[1], item[0]
