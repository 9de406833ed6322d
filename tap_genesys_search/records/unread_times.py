"""Times that can't be read: kept as they came, and warned of."""

from __future__ import annotations

import logging

logger = logging.getLogger("tap-genesys-search.times")


class UnreadTimes:
    """Warns of times that can't be read, once for each column of a stream.

    Args:
        stream: The stream.
        kept_in: The column that keeps what came.
    """

    def __init__(self, stream: str, kept_in: str) -> None:
        self._stream = stream
        self._kept_in = kept_in
        self._columns: set[str] = set()

    def note(self, column: str) -> None:
        """Warn of a column, unless that was done before."""
        if column in self._columns:
            return
        self._columns.add(column)
        logger.warning(
            "Stream %s: column %s has times that can't be read. They are kept in %s as they came",
            self._stream,
            column,
            self._kept_in,
        )
