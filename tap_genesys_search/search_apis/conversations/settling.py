"""Conversations that have ended so lately that more of them may come, where no window reads it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_genesys_search.records.conversations.fields import conversation_start
from tap_genesys_search.timestamps import read_moment
from tap_genesys_search.windows.grid import EPOCH, Grid

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tap_genesys_search.json_types import JsonObject


@dataclass(frozen=True)
class Settling:
    """Tells such conversations from others.

    Wrap-ups come hours or days after the end. The windows of the next run read what started within
    the lookback, so a conversation that has lasted longer is to be asked for by its id.

    Attributes:
        started_before: The windows of the next run read what has started from here on.
        ended_after: What has ended up to here has had as much time as the lookback gives.
    """

    started_before: datetime
    ended_after: datetime

    @classmethod
    def after(
        cls, end: datetime, now: datetime, lookback: timedelta, window_length: timedelta
    ) -> Settling:
        """Tell them after a run.

        Args:
            end: Up to when the run reads.
            now: The time on the platform.
            lookback: How far before the end of complete data the next run starts.
            window_length: How long windows are.
        """
        next_start = min(end, now) - lookback
        return cls(Grid(EPOCH, window_length).cell(next_start, 0).start, now - lookback)

    def holds(self, conversation: JsonObject) -> bool:
        """Tell whether a conversation is one; one that has not ended is none."""
        start = conversation_start(conversation)
        if start is None or start >= self.started_before:
            return False
        with suppress(KeyError, ValueError, OverflowError):
            return read_moment(conversation["conversationEnd"]) > self.ended_after
        return False
