"""Listeners, which a run tells of each search that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_genesys_search.json_types import JsonObject


class RunListener(Protocol):
    """Takes note of each search of a run."""

    def search_done(self, audit: JsonObject, facets: Callable[[], Iterable[JsonObject]], /) -> None:
        """Take note of a search that has ended, and whose records and state are written.

        Args:
            audit: Its record of the stream `search_audits`.
            facets: Gives its records of `interaction_facets`, which may cost a request.
        """
        ...
