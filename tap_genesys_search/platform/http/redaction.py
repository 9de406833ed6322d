"""Leaving out of messages what nobody may read there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable


LONGEST_MESSAGE = 300

SHORTEST_SECRET = 3
"""A shorter text would blot out parts of common words."""


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
