"""How long asynchronous searches take."""

from __future__ import annotations

import hashlib


def pace(query: object) -> float:
    """Return how fast a query is. The answer is the same each time.

    Args:
        query: The query. Its representation must show all its parts.

    Returns:
        Between 0.75 and 1.25 of the usual time.
    """
    return 0.75 + hashlib.sha256(repr(query).encode()).digest()[0] / 510
