"""Leaving out of messages what nobody may read there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_MESSAGE = 300
SHORTEST_SECRET = 3
"""A shorter text would blot out parts of common words."""

_STRUCTURE = frozenset(
    {
        *("type", "dimension", "metric", "property", "propertyType", "operator"),
        *("field", "fields", "dateFormat"),
    }
)
"""What stands under these names says how is filtered, not by what."""


def one_line(message: object, secrets: Iterable[str]) -> str:
    """Write a message of the platform as one short line, without what must not be read.

    Args:
        message: What the platform says; anything but a text is nothing.
        secrets: Texts to blot out.
    """
    if not isinstance(message, str):
        return ""
    line = _on_one_line(message)
    # A platform may quote a text in lower case, with other white space, or as in an address.
    private = {_on_one_line(secret) for secret in secrets}
    private |= {quote(secret, safe="") for secret in private}
    for secret in sorted(private, key=len, reverse=True):
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
        Its texts and numbers, but for the names of fields, operators and the like.
    """
    if isinstance(filters, dict):
        for name, part in filters.items():
            if name not in _STRUCTURE:
                yield from filter_values(part)
    elif isinstance(filters, list | tuple):
        for part in filters:
            yield from filter_values(part)
    elif filters is not None and not isinstance(filters, bool):
        yield str(filters)
