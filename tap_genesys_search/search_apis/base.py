"""What every search API offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from tap_genesys_search.records.conversations.tables import CONVERSATIONS
from tap_genesys_search.records.unread_times import UnreadTimes
from tap_genesys_search.search_apis.completeness import Completeness
from tap_genesys_search.windows.window import SMALLEST_WINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.records.found_page import Facets
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


class SearchApi(ABC):
    """A way to search interactions: submit, wait, read pages.

    Args:
        client: Calls the platform.
        settings: Give projection, page size and filters.

    Attributes:
        unread_times: Warns of times of interactions that can't be read, once a run.
    """

    name: ClassVar[str]
    """Its value of the setting `search_api`."""

    permissions: ClassVar[tuple[str, ...]]
    """Of these the OAuth client needs one, where the platform knows permissions for it."""

    lookback: ClassVar[timedelta]
    """How far before the end of what is complete data may still come or change, unless set."""

    least_requests: ClassVar[int] = 1
    """How many requests a window takes, even where it is empty."""

    finest_window: ClassVar[timedelta] = SMALLEST_WINDOW
    """A shorter window would match no less."""

    completeness: ClassVar[type[Completeness]] = Completeness
    """How to tell whether a window was read completely."""

    asks_for_open: ClassVar[bool] = False
    """Whether conversations that were open are asked for by id, because no later window finds them
    again."""

    tables: ClassVar[frozenset[str]] = frozenset()
    """Which streams of the parts of conversations its pages fill."""

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self.unread_times = UnreadTimes("interactions", "metadata")

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells its searches apart from others with the same filters, fields and facets."""
        return ()

    @property
    def most_matches(self) -> int | None:
        """How many records a window may match, or None where that does not matter."""
        return self._settings.max_records_per_search

    @property
    def learnt(self) -> JsonObject:
        """What it has learnt about the org, for the state of the next run."""
        return {}

    def take_learnt(self, state: Mapping[str, Any]) -> None:  # noqa: B027 - most learn nothing
        """Take what an earlier run has learnt about the org.

        Args:
            state: Has what `learnt` was then, if it was kept.
        """

    @abstractmethod
    def probe(self, job_log: JobLog) -> None:
        """Search as little as can be, to find out whether the org and the client may.

        Args:
            job_log: Counts what it costs.

        Raises:
            ApiRefusedError: The org may not.
            PermissionMissingError: The client may not.
            RequestError: The platform does not answer.
            NotOfferedError: The answer is of another kind of search.
            SearchFailedError: The search failed.
        """

    @abstractmethod
    def search_least(self, window: Window, job_log: JobLog) -> None:
        """Search as little of a window as the settings allow, to see whether they are accepted.

        Args:
            window: The window; its first moments are enough.
            job_log: Counts what it costs.

        Raises:
            SearchRefusedError: They are not.
            RequestError: The platform does not answer.
        """

    @abstractmethod
    def pages(self, window: Window, job_log: JobLog) -> Iterator[Page]:
        """Search one window and read its pages in order.

        Args:
            window: Span of time in which the interactions lie.
            job_log: Counts what the search costs.

        Yields:
            At least one page, an empty one where nothing matches.

        Raises:
            TooManyMatchesError: The window matches more than one search may, or is too long.
            ResultExpiredError: The platform has forgotten the search, or its result.
            SearchOverdueError: The search did not complete in time.
            SearchFailedError: The search ended without a readable result.
            RequestError: A request was refused or went unanswered.
        """

    @staticmethod
    @abstractmethod
    def read_field(record: JsonObject, field: str) -> Any:  # noqa: ANN401
        """Read a field from a record of this API's model.

        Args:
            record: A record of one of its pages.
            field: Dotted name, as in the setting `fields`.

        Returns:
            The value, None where it is null, or `ABSENT`.
        """

    @classmethod
    def read_column(cls, records: list[JsonObject], field: str) -> list[Any]:
        """Read a field from each record of a page, as `read_field` does from one."""
        return [cls.read_field(record, field) for record in records]

    def check_filters(self) -> None:  # noqa: B027 - some know nothing to check
        """Check the setting `filters` as far as its mistakes can be known beforehand.

        Raises:
            SettingError: A filter is wrong; it names the field and what is allowed.
        """

    def available_until(self, job_log: JobLog) -> datetime | None:  # noqa: ARG002
        """Tell up to when the platform's data is complete, or None where it doesn't say.

        Args:
            job_log: Counts what asking costs.
        """
        return None

    def is_within(self, record: JsonObject, window: Window) -> bool:  # noqa: ARG002
        """Tell whether a record lies in the window, for a search that can't be so exact."""
        return True

    @property
    def finds_again(self) -> bool:
        """Whether each window finds a record that lasts over several of them."""
        return False

    def is_settling(self, record: JsonObject) -> bool:  # noqa: ARG002
        """Tell whether more may come of a record that has ended and that no later window reads."""
        return False

    def cancel(self, job_log: JobLog) -> None:
        """Give up what a reading that nobody will read any further has open on the platform.

        Args:
            job_log: Of that reading.
        """
        job_log.give_up_jobs()

    def cancel_jobs(self, jobs: Iterable[str]) -> None:  # noqa: B027 - most have none to cancel
        """Cancel jobs on the platform, as far as it lets them be.

        Args:
            jobs: Their ids.
        """

    @property
    def finds_conversations(self) -> bool:
        """Whether its documents are conversations, which may be open."""
        return CONVERSATIONS.name in self.tables

    def by_id(
        self,
        ids: Sequence[str],  # noqa: ARG002
        job_log: JobLog,  # noqa: ARG002
    ) -> tuple[Sequence[str], dict[str, JsonObject]]:
        """Ask for the first of some conversations, as many as one request may name.

        Args:
            ids: Their ids.
            job_log: Counts what it costs.

        Returns:
            The ids that were asked for, and those of their conversations that the platform knows.

        Raises:
            RequestError: The request was refused, or there is no answer.
            SearchFailedError: The answer has no list of conversations.
        """
        return (), {}

    def facet_window(self, window: Window) -> Window:
        """Tell which span of time the facets of a window count."""
        return window

    def facets(
        self,
        window: Window,  # noqa: ARG002
        answered: Callable[[], Facets],
        job_log: JobLog,  # noqa: ARG002
    ) -> Facets:
        """Give the facets of a search.

        Args:
            window: The window searched.
            answered: Gives those that came with the first page, reading it where it isn't yet.
            job_log: Counts what the search costs.
        """
        return answered()
