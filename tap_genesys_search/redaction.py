"""Leaving out of messages what nobody may read there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_MESSAGE = 300
SHORTEST_SECRET = 3
"""A shorter text would blot out parts of common words."""

_VALUE_NAMES = frozenset({"value", "values"})


def one_line(message: object, secrets: Iterable[str]) -> str:
    """Write a message of the platform as one short line, without what must not be read.

    Args:
        message: What the platform says; anything but a text is nothing.
        secrets: Texts to blot out.
    """
    if not isinstance(message, str):
        return ""
    line = _on_one_line(message)
    # A platform may quote a text in lower case, or with other white space.
    for secret in sorted(map(_on_one_line, secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            line = re.sub(re.escape(secret), "***", line, flags=re.IGNORECASE)
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def _on_one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def filter_values(filters: object) -> Iterator[str]:
    """List what a search is filtered by: it may be a customer's name or number.

    Args:
        filters: The setting `filters`, or a part of it.

    Yields:
        Texts that stand under `value` or `values`.
    """
    for item in filters if isinstance(filters, list | tuple) else [filters]:
        for name, part in item.items() if isinstance(item, dict) else ():
            if name not in _VALUE_NAMES:
                yield from filter_values(part)
            elif isinstance(part, list):
                yield from (value for value in part if isinstance(value, str))
            elif isinstance(part, str):
                yield part
