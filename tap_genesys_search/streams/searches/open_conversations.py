"""How a run treats conversations that were open when they were read, and what the state keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tap_genesys_search.errors import (
    LoginError,
    PermissionMissingError,
    RequestError,
    SearchFailedError,
)
from tap_genesys_search.search.remembered.ask_by_id import Asking, read_again
from tap_genesys_search.search.remembered.open_conversations import (
    READ_THEIR_DAYS,
    OpenConversations,
    read_open_conversations,
)
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.wording import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from tap_genesys_search.errors import AdvisedError
    from tap_genesys_search.records.found_page import Splitter
    from tap_genesys_search.search.remembered.ask_by_id import ReadAgain
    from tap_genesys_search.search.search import Search
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings


logger = logging.getLogger("tap-genesys-search.open_conversations")


OPEN_CONVERSATIONS = "open_conversations"
"""The key of the open conversations in the state of `search_audits`."""


MOST_NAMED = 5
"""How many ids a line names."""


class StillOpen:
    """The open conversations of a run.

    Args:
        api: The run's search API. Where it finds no conversations, what the state has of them
            stays. Where it does not ask for those that are open, they are kept for a run that does.
        settings: Say what rows hold, and how windows are cut.
        state: The state of `search_audits`.
        streams: Names of the streams that the run fills with rows.
        streams_before: Names of those that the state knows.
    """

    def __init__(
        self,
        api: SearchApi,
        settings: Settings,
        state: dict[str, Any],
        streams: Collection[str],
        streams_before: Collection[str],
    ) -> None:
        self._api = api
        self._settings = settings
        self._state = state
        kept = state.get(OPEN_CONVERSATIONS) if api.finds_conversations else None
        self._open = OpenConversations(read_open_conversations(kept, streams_before), streams)

    def note(self, search: Search, streams: Collection[str]) -> None:
        """Note what a search has found, after it is written.

        Args:
            search: The search.
            streams: Names of the streams that have its rows.
        """
        self._open.note(frozenset(streams), search.ids, search.unsettled)
        self._keep()

    def written(self, again: ReadAgain) -> None:
        """Note that what was read by id is written, for the streams that lacked it."""
        self._open.note_asked(again.answered, again.unsettled)
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
        if not self._api.asks_for_open:
            return
        asking = Asking(
            lambda ids: read_again(self._api, self._settings, ids, self._open, splitter)
        )
        failure: AdvisedError | None = None
        try:
            yield from asking.ask_for(self._open.first_due())
        except LoginError:
            raise
        except (RequestError, SearchFailedError) as error:
            failure = error
        self._forget(asking)
        self._report_left(failure)

    def report(self) -> None:
        """Say in one line how many conversations have not ended, and what becomes of them."""
        if self._api.asks_for_open:
            self._open.report_kept()
        if self._api.finds_conversations:
            logger.info("Conversations still open: %d. %s", self._open.count, self._outlook())

    def _outlook(self) -> str:
        if self._api.asks_for_open:
            return "The next run asks for them again"
        if self._api.finds_again:
            return "Later windows find them again until they have ended"
        return "No later window finds them again: conversation_matching is started"

    def _keep(self) -> None:
        # Also where none is open: a state without the key has lost them. And where later windows
        # find them: another run may search by an API whose windows don't.
        if self._api.finds_conversations:
            self._state[OPEN_CONVERSATIONS] = self._open.to_state()

    def _forget(self, asking: Asking) -> None:
        """Forget what the platform does not bring when it is asked for alone, and say so."""
        if asking.unknown:
            logger.warning(
                "The platform no longer knows %d of the conversations that were open: they stay as "
                "they were read and are not asked for again",
                len(asking.unknown),
            )
        if refused := asking.refused:
            starts = sorted(map(self._open.start_of, refused))
            logger.warning(
                "The platform refuses to give %d of the conversations that were open by id (%s), "
                "which started from %s to %s: they stay as they were read and are not asked for "
                "again. %s",
                len(refused),
                listed(refused, MOST_NAMED),
                starts[0],
                starts[-1],
                READ_THEIR_DAYS,
            )
        self._open.forget([*asking.unknown, *asking.refused])
        self._keep()

    def _report_left(self, failure: AdvisedError | None) -> None:
        """Say how many conversations did not come, and why."""
        left = len(self._open.first_due())
        if failure:
            logger.warning(
                "Conversations that were open can't be asked for by id, so %d of them stay as they "
                "were read. The state keeps them, and the next run asks again: %s",
                left,
                failure if isinstance(failure, PermissionMissingError) else failure.fact,
            )
        elif left:
            logger.warning(
                "%d of the conversations that were open did not come when they were asked for by "
                "id. The state keeps them, and the next run asks again",
                left,
            )


def warn_of_lost_state(ends: Sequence[datetime | None]) -> None:
    """Warn where streams were read before, and the state does not say what was open then.

    Args:
        ends: Up to when each stream is complete; None where nothing is.
    """
    if known := [end for end in ends if end]:
        logger.warning(
            "The state of search_audits, which names the open conversations, is missing. Those "
            "that had not ended by %s may stay open. %s",
            format_timestamp(max(known)),
            READ_THEIR_DAYS,
        )
