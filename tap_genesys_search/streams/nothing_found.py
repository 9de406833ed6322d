"""Warns where a stream that held something finds nothing any more.

A client that has lost a division may well be answered an empty list, and no error. That is not
documented.

How many records to expect follows from what the state remembers: a rate, when there were records
last, and how long there were none before. So it does not matter how often the tap runs.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.nothing_found")


FOUND = "found"
"""The key, in a stream's state, of how many entries, or records a day, were found last."""


FOUND_UNTIL = "found_until"
"""The key of the end of what the last run read that found records, in seconds since 1970."""


EMPTY_SECONDS = "empty_seconds"
"""The key of how long there have been no records since."""


LONGEST_EMPTY_SECONDS = "longest_empty_seconds"
"""The key of the longest time without records after which there were some, as after a weekend."""


FEWEST_ENTRIES = 3
"""Entries of a list. Fewer may well be removed by hand."""


FEWEST_EXPECTED = 10
"""Records. At random, as many are expected and none comes once in 22,000 times."""


SHORTEST_EMPTY_SECONDS = 20 * 3600
"""A night may well be empty, a day and its night not."""


SECONDS_A_DAY = 86_400


def note_entries(stream: str, state: dict[str, Any], entries: int) -> None:
    """Note how many entries a list had, and warn where it has none any more.

    Args:
        stream: Name of the stream.
        state: Its state.
        entries: How many there were.
    """
    before = _number(state, FOUND)
    if entries:
        state[FOUND] = entries
    elif before >= FEWEST_ENTRIES:
        _warn(stream, f"{before} entries")


def note_records(stream: str, state: dict[str, Any], records: int, read: Sequence[Window]) -> None:
    """Note how many records a run has found, and warn where they stay away.

    Args:
        stream: Name of the stream.
        state: Its state.
        records: How many there were.
        read: The windows that were read to their end, one after the other.
    """
    if not read:
        return
    until = int(max(window.end for window in read).timestamp())
    length = int(sum((window.length for window in read), timedelta(0)).total_seconds())
    empty = until - state[FOUND_UNTIL] if _number(state, FOUND_UNTIL) else length
    if records:
        _note_found(state, records, until, max(length, empty, 1))
        return
    state[EMPTY_SECONDS] = empty
    if _is_long(state, empty):
        _warn(stream, f"{_number(state, FOUND)} records a day")


def _note_found(state: dict[str, Any], records: int, until: int, seconds: int) -> None:
    empty, longest = _number(state, EMPTY_SECONDS), _number(state, LONGEST_EMPTY_SECONDS)
    state[FOUND] = _daily(_number(state, FOUND), records, seconds)
    state[FOUND_UNTIL] = max(until, _number(state, FOUND_UNTIL))
    state[LONGEST_EMPTY_SECONDS] = max(empty, longest)
    state[EMPTY_SECONDS] = 0


def _is_long(state: dict[str, Any], empty: int) -> bool:
    """Tell whether there should have been records in so many seconds."""
    expected = _number(state, FOUND) * empty / SECONDS_A_DAY
    longest = _number(state, LONGEST_EMPTY_SECONDS)
    return empty >= SHORTEST_EMPTY_SECONDS and empty > longest and expected >= FEWEST_EXPECTED


def _daily(before: int, records: int, seconds: int) -> int:
    """Count the records of a day, of which what is missing was as before.

    Args:
        before: The records of a day until now; 0 where nothing is known.
        records: How many were found.
        seconds: In how much time.
    """
    if seconds >= SECONDS_A_DAY or not before:
        return -(-records * SECONDS_A_DAY // seconds)
    return records + before * (SECONDS_A_DAY - seconds) // SECONDS_A_DAY


def _number(state: dict[str, Any], key: str) -> int:
    value = state.get(key)
    return value if isinstance(value, int) else 0


def _warn(stream: str, found: str) -> None:
    logger.warning(
        "Stream %s: nothing was found, while an earlier run found %s. Unless you expect "
        "that, check the filters, and the roles and divisions of the OAuth client",
        stream,
        found,
    )
