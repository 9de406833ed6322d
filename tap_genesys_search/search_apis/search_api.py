"""What every search API offers, and the pages it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_genesys_search.client import PlatformClient
    from tap_genesys_search.settings import Settings
    from tap_genesys_search.transport import JsonObject
    from tap_genesys_search.windows import Window


class Absent(Enum):
    """Tells an attribute that a record lacks from one that is null."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


@dataclass(frozen=True)
class Page:
    """One page of a search's result.

    Attributes:
        records: Interactions, as the platform models them.
        total: How many interactions match the search, on all pages.
        facets: Facet name to its buckets, as they came.
    """

    records: list[JsonObject]
    total: int
    facets: dict[str, list[Any]]


@dataclass
class Tally:
    """What one search costs, counted while it runs.

    Attributes:
        query_ids: Ids that the platform gave its queries or jobs.
        polls: Requests that asked whether a query is done.
        retries: Requests sent again.
    """

    query_ids: list[str] = field(default_factory=list)
    polls: int = 0
    retries: int = 0

    def count_retry(self) -> None:
        """Count one request sent again."""
        self.retries += 1


class SearchApi(Protocol):
    """A way to search interactions: submit, wait, read pages."""

    name: ClassVar[str]
    """Its value of the setting `search_api`."""

    def __init__(self, client: PlatformClient, settings: Settings) -> None: ...

    def pages(self, window: Window, tally: Tally) -> Iterator[Page]:
        """Search one window and read its pages in order.

        Args:
            window: Span of time in which the interactions lie.
            tally: Counts what the search costs.

        Yields:
            At least one page, an empty one where nothing matches.

        Raises:
            TooManyMatchesError: The platform refuses the search as too large.
            SearchFailedError: The search ended without a readable result.
            RequestError: A request was refused or went unanswered.
        """
        ...

    @staticmethod
    def read_field(record: JsonObject, field: str) -> Any:  # noqa: ANN401
        """Read a field from a record of this API's model.

        Args:
            record: A record of one of its pages.
            field: Dotted name, as in the setting `fields`.

        Returns:
            The value, None where it is null, or `ABSENT`.
        """
        ...
