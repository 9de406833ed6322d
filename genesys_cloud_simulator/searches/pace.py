"""How long asynchronous searches take."""

from __future__ import annotations

import hashlib


def pace(query: object) -> float:
    """Say how fast a query is, always the same for the same query.

    Args:
        query: The query, with a representation that is all of it.

    Returns:
        Between 0.75 and 1.25 of the usual time.
    """
    return 0.75 + hashlib.sha256(repr(query).encode()).digest()[0] / 510
