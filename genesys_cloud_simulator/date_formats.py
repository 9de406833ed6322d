"""Dates in a form that a request describes by a pattern of Java's, as searches take it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from genesys_cloud_simulator.timestamps import ZONE, moment_of

if TYPE_CHECKING:
    from datetime import datetime


_LETTERS = {
    "yyyy": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "dd": r"(?P<day>[0-9]{2})",
    "HH": r"(?P<hour>[0-9]{2})",
    "mm": r"(?P<minute>[0-9]{2})",
    "ss": r"(?P<second>[0-9]{2})",
    "S": r"(?P<fraction>[0-9]{1,6})",
    "X": rf"(?P<zone>{ZONE})",
}

# Fractions and zones have as many letters as one likes; a zone is X, or the older Z.
_TOKEN = re.compile(r"(yyyy|MM|dd|HH|mm|ss)|(S{1,6})|(X{1,3}|Z{1,3})|'([^']*)'|([^A-Za-z'])")


def parse_date(text: str, pattern: str) -> datetime:
    """Read a date that is in the form of a pattern.

    Args:
        text: The date, such as `2026-01-05T00:00:00`.
        pattern: The pattern, such as `yyyy-MM-dd'T'HH:mm:ss`.

    Returns:
        The moment, in UTC; without a zone in the pattern the date is taken as UTC.

    Raises:
        ValueError: If the date is not in that form, or no date.
    """
    match = _expression(pattern).fullmatch(text)
    if match is None:
        message = f"not a date as {pattern}: {text!r}"
        raise ValueError(message)
    return moment_of(match.groupdict())


def is_date_format(pattern: str) -> bool:
    """Return whether a pattern is one that is understood and names at least a day."""
    try:
        return {"year", "month", "day"} <= _expression(pattern).groupindex.keys()
    except ValueError:
        return False


@lru_cache(maxsize=64)
def _expression(pattern: str) -> re.Pattern[str]:
    position, parts = 0, []
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            message = f"not a pattern of a date: {pattern!r}"
            raise ValueError(message)
        parts.append(_part(token))
        position = token.end()
    try:
        return re.compile("".join(parts))
    except re.error as error:
        message = f"not a pattern of a date: {pattern!r}"
        raise ValueError(message) from error


def _part(token: re.Match[str]) -> str:
    letters, fraction, zone, quoted, other = token.groups()
    if letters:
        return _LETTERS[letters]
    if fraction:
        return _LETTERS["S"]
    if zone:
        return _LETTERS["X"]
    return re.escape(quoted if other is None else other)
