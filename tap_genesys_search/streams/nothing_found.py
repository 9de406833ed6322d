"""Warns where a stream that held a lot finds nothing any more.

A client that has lost a division may well be answered an empty list, and no error. That is not
documented.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import timedelta


logger = logging.getLogger("tap-genesys-search.nothing_found")


FOUND = "found"
"""The key, in a stream's state, of how many records the last run found that found any."""


MANY = 100
"""Records of a list, or of a day. After fewer, none is not worth a warning."""


HOURS_OF_A_NIGHTLY_RUN = 20
"""A run over fewer hours may well find nothing."""


SECONDS_A_DAY = 86_400


def note_entries(stream: str, state: dict[str, Any], entries: int) -> None:
    """Note how many entries a list had, and warn where it has none any more.

    Args:
        stream: Name of the stream.
        state: Its state.
        entries: How many there were.
    """
    _note(stream, state, entries, "entries")


def note_records(stream: str, state: dict[str, Any], records: int, length: timedelta) -> None:
    """Note how many records a run has found a day, and warn where it has found none any more.

    Args:
        stream: Name of the stream.
        state: Its state.
        records: How many there were.
        length: Of all the time that was read.
    """
    seconds = length.total_seconds()
    if seconds >= HOURS_OF_A_NIGHTLY_RUN * 3600:
        daily = -(-records * SECONDS_A_DAY // int(seconds))
        _note(stream, state, daily, "records a day")


def _note(stream: str, state: dict[str, Any], found: int, unit: str) -> None:
    before = state.get(FOUND)
    if found:
        state[FOUND] = found
    elif isinstance(before, int) and before >= MANY:
        logger.warning(
            "Stream %s: nothing was found, while an earlier run found %d %s. Unless you expect "
            "that, check the filters, and the roles and divisions of the OAuth client",
            stream,
            before,
            unit,
        )
