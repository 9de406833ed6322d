"""How many searches are under way at once, over all APIs that search asynchronously."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class OpenSearches:
    """The searches submitted whose end has not been answered yet.

    Attributes:
        most: The largest number there was at once.
    """

    most: int = 0
    _open: set[str] = field(default_factory=set, repr=False)

    def opened(self, search_id: str) -> None:
        """Note that a search was submitted.

        Args:
            search_id: The search.
        """
        self._open.add(search_id)
        self.most = max(self.most, len(self._open))

    def closed(self, search_id: str) -> None:
        """Note that the end of a search was answered, or that it expired.

        Args:
            search_id: The search.
        """
        self._open.discard(search_id)
