"""How a run treats conversations that were open when they were read, and what the state keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tap_genesys_search.errors import LoginError, RequestError, SearchFailedError
from tap_genesys_search.search.open_conversations import (
    OpenConversations,
    read_again,
    read_open_conversations,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tap_genesys_search.records.found_page import Splitter
    from tap_genesys_search.search.open_conversations import ReadAgain
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings


logger = logging.getLogger("tap-genesys-search.open_conversations")


OPEN_CONVERSATIONS = "open_conversations"
"""The key of the open conversations in the state of `search_audits`."""


MOST_ASKED_ALONE = 10
"""How many conversations that did not come are asked for one by one in a run."""


class StillOpen:
    """The open conversations of a run.

    Args:
        api: The run's search API. Where it does not ask for open conversations, they are counted
            only, and what the state has of them stays.
        settings: Say what rows hold, and how windows are cut.
        state: The state of `search_audits`.
    """

    def __init__(self, api: SearchApi, settings: Settings, state: dict[str, Any]) -> None:
        self._api = api
        self._settings = settings
        self._state = state
        kept = state.get(OPEN_CONVERSATIONS) if api.asks_for_open else None
        self._open = OpenConversations(read_open_conversations(kept))

    def note(self, search: Search, *, is_for_all: bool) -> None:
        """Note what a search has found, after it is written.

        Args:
            search: The search.
            is_for_all: Whether all streams have its rows. Where some lack them, those still have
                conversations without their ends, which are asked for.
        """
        self._open.note(search.ids if is_for_all else frozenset(), search.still_open)
        self._keep()

    def written(self, again: ReadAgain) -> None:
        """Note that what was read by id is written."""
        self._open.note(again.answered, again.still_open)
        self._keep()

    def ask_again(self, splitter: Splitter | None) -> Iterator[ReadAgain]:
        """Ask for those that an earlier run left open and that no window of this one has read.

        Args:
            splitter: Splits them into tables; None where no table is wanted.

        Yields:
            What each request has brought, to be written and then passed to `written`.

        Raises:
            LoginError: The platform gives no token.
        """
        due = self._open.first_due()
        missing: list[str] = []
        is_answering = False
        try:
            while due:
                again = self._read(due, splitter)
                yield again
                missing += [one for one in due if one in again.asked - again.answered]
                due = due[len(again.asked) :]
                is_answering |= bool(again.answered)
            # The platform may answer fewer than it is asked for. What is missing is asked for again
            # as long as some of it comes, and a few are asked for alone: those are unknown.
            while missing and is_answering:
                again = self._read(missing, splitter)
                yield again
                missing = [one for one in missing if one not in again.answered]
                if not again.answered:
                    break
            if is_answering:
                missing = yield from self._ask_alone(missing, splitter)
            self._report_missing(missing)
        except LoginError:
            raise
        except (RequestError, SearchFailedError) as error:
            logger.warning(
                "Conversations that were open can't be asked for by id, so %d of them stay as they "
                "were read. The state keeps them, and the next run asks again: %s",
                len(due) + len(missing),
                error,
            )

    def report(self) -> None:
        """Say in one line how many conversations have not ended, and what becomes of them."""
        self._open.warn_of_dropped()
        if self._api.finds_conversations:
            logger.info("Conversations still open: %d. %s", self._open.count, self._outlook())

    def _outlook(self) -> str:
        if self._api.asks_for_open:
            return "The next run asks for them again"
        if self._settings.conversation_matching == "active":
            return "Later windows find them again until they have ended"
        return "No later window finds them again: conversation_matching is started"

    def _keep(self) -> None:
        if not self._api.asks_for_open:
            return
        kept = self._open.to_state()
        if kept:
            self._state[OPEN_CONVERSATIONS] = kept
        else:
            self._state.pop(OPEN_CONVERSATIONS, None)

    def _read(self, ids: list[str], splitter: Splitter | None) -> ReadAgain:
        return read_again(self._api, self._settings, ids, self._open.start_of, splitter)

    def _ask_alone(
        self, missing: list[str], splitter: Splitter | None
    ) -> Generator[ReadAgain, None, list[str]]:
        """Ask for some conversations one by one, and forget those that the platform does not know.

        Returns:
            Those that are still missing.
        """
        unknown = []
        for one in missing[:MOST_ASKED_ALONE]:
            again = self._read([one], splitter)
            yield again
            if not again.answered:
                unknown.append(one)
        if unknown:
            logger.warning(
                "The platform no longer knows %d of the conversations that were open: they stay as "
                "they were read and are not asked for again",
                len(unknown),
            )
            self._open.note(unknown, {})
            self._keep()
        return missing[MOST_ASKED_ALONE:]

    @staticmethod
    def _report_missing(missing: list[str]) -> None:
        if missing:
            logger.warning(
                "%d of the conversations that were open did not come when they were asked for by "
                "id. The state keeps them, and the next run asks again",
                len(missing),
            )
