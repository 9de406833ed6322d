"""Conversations remembered until they have ended, and until nothing more of them may come."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tap_genesys_search.search_apis.conversations.by_id import is_listable
from tap_genesys_search.timestamps import as_platform_timestamp
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.search.document_reader import Unsettled


logger = logging.getLogger("tap-genesys-search.open_conversations")


HAVE_ENDED = "have_ended"
"""The key of a group of conversations that have ended, and of which more may come."""


MOST_REMEMBERED = 10_000
"""The state is written after each window; this many ids and starts take 700 kB."""


READ_THEIR_DAYS = (
    "To read their ends, run with --full-refresh (meltano run) or without --state over their days "
    "once they have ended"
)


@dataclass(frozen=True)
class OpenConversation:
    """A conversation that some streams have without its end, or without what may come after it.

    Attributes:
        start: When it started.
        streams: Names of these streams.
        has_ended: Whether it had ended when it was last read.
    """

    start: str
    streams: frozenset[str]
    has_ended: bool = False


class OpenConversations:
    """The conversations that streams have without their ends, as far as the runs up to now know.

    Args:
        left_open: Id to what an earlier run left open.
        streams: Names of the streams that this run fills.
    """

    def __init__(self, left_open: Mapping[str, OpenConversation], streams: Collection[str]) -> None:
        self._streams = frozenset(streams)
        self._remembered = dict(left_open)
        self._due = {
            one: due for one, kept in left_open.items() if (due := kept.streams & self._streams)
        }
        self._unaskable: set[str] = set()
        self._dropped = 0
        self._dropped_until = ""
        self._dropped_ended = 0

    @property
    def count(self) -> int:
        """How many have not ended for the streams of this run, unremembered ones included."""
        kept = sum(
            not one.has_ended and not one.streams.isdisjoint(self._streams)
            for one in self._remembered.values()
        )
        return kept + len(self._unaskable) + self._dropped

    def note(
        self,
        streams: frozenset[str],
        read: Collection[str],
        unsettled: Mapping[str, Unsettled],
    ) -> None:
        """Note what was read of conversations and written for some streams.

        Args:
            streams: Names of the streams.
            read: Ids of conversations.
            unsettled: Id to those of which more may come.
        """
        if not streams:
            return
        for one in self._due.keys() & {*read}:
            self._due[one] -= streams
        for settled in self._remembered.keys() & {*read} - unsettled.keys():
            self._settle(settled, streams)
        for one, found in unsettled.items():
            self._keep(one, OpenConversation(found.start, streams, found.has_ended))
        self._drop_oldest()

    def note_asked(self, read: Collection[str], unsettled: Mapping[str, Unsettled]) -> None:
        """Note what was asked for by id, and written for the streams that it was due for."""
        for one in read:
            found = {one: unsettled[one]} if one in unsettled else {}
            self.note(self.due_for(one), {one}, found)

    def forget(self, ids: Collection[str]) -> None:
        """Forget conversations that no request brings any more."""
        for one in ids:
            del self._remembered[one]
            self._due.pop(one, None)

    def to_state(self) -> list[JsonObject]:
        """Group the conversations by the streams that lack their ends, the oldest first.

        A list, because states that are merged replace lists.
        """
        groups: dict[tuple[frozenset[str], bool], dict[str, str]] = {}
        for one, kept in self._in_order():
            groups.setdefault((kept.streams, kept.has_ended), {})[one] = kept.start
        return [
            {
                "streams": sorted(streams),
                "conversations": starts,
                **({HAVE_ENDED: True} if have_ended else {}),
            }
            for (streams, have_ended), starts in groups.items()
        ]

    def first_due(self) -> list[str]:
        """List the ids that are to be asked for, the oldest first."""
        return [one for one, _ in self._in_order() if self._due.get(one)]

    def due_for(self, conversation_id: str) -> frozenset[str]:
        """Name the streams that lack a conversation's end, and that this run has not given it."""
        return self._due.get(conversation_id, frozenset())

    def start_of(self, conversation_id: str) -> str:
        """Tell when a remembered conversation started."""
        return self._remembered[conversation_id].start

    def report_kept(self) -> None:
        """Say which are kept for other streams than those of this run, and which are not kept."""
        others = [one.streams for one in self._remembered.values()]
        others = [streams for streams in others if streams.isdisjoint(self._streams)]
        if others:
            logger.info(
                "The state keeps %s whose ends %s may lack: the next run that fills these streams "
                "asks for them",
                counted(len(others), "conversation"),
                ", ".join(sorted(frozenset().union(*others))),
            )
        if self._unaskable:
            logger.warning(
                "Of %s the id can't stand in a list of ids, so nothing asks for them again. %s",
                counted(len(self._unaskable), "open conversation"),
                READ_THEIR_DAYS,
            )
        if self._dropped:
            logger.warning(
                "%d conversations are open, of which the state keeps %d: the oldest %d, which "
                "started up to %s, are not asked for again. %s",
                self.count,
                MOST_REMEMBERED,
                self._dropped,
                self._dropped_until,
                READ_THEIR_DAYS,
            )
        if self._dropped_ended:
            logger.warning(
                "The state has no room for %s that ended lately: what the platform adds to them "
                "later is not read. %s",
                counted(self._dropped_ended, "conversation"),
                READ_THEIR_DAYS,
            )

    def _in_order(self) -> list[tuple[str, OpenConversation]]:
        return sorted(self._remembered.items(), key=lambda item: (item[1].start, item[0]))

    def _settle(self, conversation_id: str, streams: frozenset[str]) -> None:
        kept = self._remembered[conversation_id]
        if lacking := kept.streams - streams:
            self._remembered[conversation_id] = replace(kept, streams=lacking)
        else:
            del self._remembered[conversation_id]

    def _keep(self, conversation_id: str, found: OpenConversation) -> None:
        if not is_listable(conversation_id):
            if not found.has_ended:
                self._unaskable.add(conversation_id)
            return
        before = self._remembered.get(conversation_id)
        lacking = found.streams | before.streams if before else found.streams
        self._remembered[conversation_id] = replace(found, streams=lacking)

    def _drop_oldest(self) -> None:
        """Drop what there is no room for: first conversations that have ended, then open ones."""
        too_many = len(self._remembered) - MOST_REMEMBERED
        if too_many <= 0:
            return
        in_order = sorted(self._in_order(), key=lambda item: not item[1].has_ended)
        for dropped, kept in in_order[:too_many]:
            self.forget([dropped])
            if kept.has_ended:
                self._dropped_ended += 1
            else:
                self._dropped += 1
                self._dropped_until = max(self._dropped_until, kept.start)


def read_open_conversations(
    state: object, streams_before: Collection[str]
) -> dict[str, OpenConversation]:
    """Read what is open from a state; what is none is passed over.

    Args:
        state: Groups, see `OpenConversations.to_state`, or one dictionary of id to start as earlier
            versions wrote it, which holds for all streams.
        streams_before: Names of the streams that the state knows. Any other is read from its start.
    """
    if isinstance(state, dict):
        state = [{"streams": list(streams_before), "conversations": state}]
    read: dict[str, OpenConversation] = {}
    for group in state if isinstance(state, list) else ():
        fields = group if isinstance(group, dict) else {}
        match fields.get("streams"), fields.get("conversations"):
            case [list(names), dict(starts)]:
                streams = frozenset(name for name in streams_before if name in names)
                have_ended = fields.get(HAVE_ENDED) is True
                for one, start in _read_starts(starts) if streams else ():
                    before = read[one].streams if one in read else streams
                    read[one] = OpenConversation(start, streams | before, have_ended)
    return read


def _read_starts(starts: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    for one, said in starts.items():
        start = as_platform_timestamp(said) if isinstance(said, str) else None
        if start is not None and isinstance(one, str) and is_listable(one):
            yield one, start
