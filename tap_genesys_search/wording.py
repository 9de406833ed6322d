"""Words that several messages share."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


LONGEST_LISTED = 64
"""Characters of a name in a list. A message is one line, however long a name may be."""


def counted(count: int, one: str, many: str = "") -> str:
    """Write how many of something there are: `1 window`, `2000 windows`.

    Args:
        count: How many.
        one: What one of them is called.
        many: What several are called, unless that is `one` with an s.
    """
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def grouped(count: int, one: str) -> str:
    """Write how many of something there are, for people alone: `2,000 windows`."""
    return f"{count:,} {counted(count, one).partition(' ')[2]}"


_SECONDS = {"day": 86_400, "h": 3_600, "min": 60, "s": 1}

_NEXT = {"day": "h", "h": "min"}
"""The unit that is written beside another one; minutes and seconds stand alone."""


def duration(seconds: float) -> str:
    """Write a length of time for people, in one unit or, of hours and days, in two: `2 h 15 min`.

    Args:
        seconds: The length, cut to whole units.
    """
    unit = next((one for one, length in _SECONDS.items() if seconds >= length), "s")
    count, rest = divmod(int(seconds), _SECONDS[unit])
    words = counted(count, unit) if unit == "day" else f"{count} {unit}"
    smaller = _NEXT.get(unit)
    further = rest // _SECONDS[smaller] if smaller else 0
    return f"{words} {further} {smaller}" if further else words


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Write which name was probably meant by one that is unknown, or ""."""
    close = get_close_matches(name, list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else ""


def listed(names: Sequence[str], most: int) -> str:
    """List names from outside in one line, however many or strange they are: `a, b, and 3 more`.

    Args:
        names: The names. What is not ASCII is escaped, and long names are cut.
        most: How many to write out.
    """
    shown = [ascii(name)[1:-1][:LONGEST_LISTED] for name in names[:most]]
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return ", ".join([*shown, *more])
