"""Ids made of the content of what they identify, and what stands in for an empty one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.platform.http.responses import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_ids(ids: Iterable[str]) -> None:
    """Check that no id is longer than any id should be.

    Raises:
        SearchFailedError: One is.
    """
    longest = max(map(len, ids), default=0)
    if longest > LONGEST_ID:
        raise SearchFailedError(
            f"The platform answered an id of {longest:,} characters, and no more than "
            f"{LONGEST_ID:,} are read",
            "Leave it out with filters, and report it to Genesys support",
        )


EMPTY_TEXT = '""'
"""The key of an empty text. Some databases can't tell it from null, and no key may be null."""


def digest_of(text: str) -> str:
    """Return 32 hexadecimal digits that tell a text from any other."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def surrogate_of(content: object) -> str:
    """Return an id for a JSON value that came without one, the same in every run."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return f"surrogate-{digest_of(text)}"
