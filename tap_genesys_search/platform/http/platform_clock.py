"""What the platform's clock shows, as its answers tell."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tap_genesys_search.errors import RequestError
from tap_genesys_search.timestamps import read_moment, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from tap_genesys_search.json_types import JsonObject

YEARS = range(2020, 2200)
"""A platform that says that it is another year tells no time; a search would end there."""


class PlatformClock:
    """The platform's clock, as far as a run knows it.

    Attributes:
        lead: How far this machine's clock is ahead of it, or None as long as that isn't known.
    """

    def __init__(self) -> None:
        self.lead: timedelta | None = None
        self._was_asked = False

    def shows(self, moment: datetime) -> None:
        """Note what it shows now."""
        if moment.year in YEARS:
            self.lead = utc_now() - moment

    def ask(self, send: Callable[[], JsonObject]) -> None:
        """Ask for the time, once in a run. The head of the answer may tell it, too.

        Args:
            send: Asks, and returns a `ServerTime` of the official SDK.
        """
        if self._was_asked:
            return
        self._was_asked = True
        with suppress(RequestError, KeyError, ValueError, OverflowError):
            self.shows(read_moment(send()["currentDate"]))
