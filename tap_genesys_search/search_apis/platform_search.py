"""How search APIs ask the platform: pages that fit, jobs, and why a search is refused."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import (
    ApiRefusedError,
    NotOfferedError,
    PageBeyondLimitError,
    RecordTooLargeError,
    RequestError,
    SearchRefusedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.job_durations import JobDurations
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.jobs.wait import Patience, in_grace, submit
from tap_genesys_search.platform.http.error_rules import Asked
from tap_genesys_search.platform.http.responses import size_of
from tap_genesys_search.platform.page_size import LearnedSize, PageSize, fit_search_page
from tap_genesys_search.search_apis.base import SearchApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_genesys_search.json_types import JsonObject
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.window import Window


Answered = TypeVar("Answered")


class PlatformSearch(SearchApi):
    """A search API that asks the platform.

    Args:
        client: Calls the platform.
        settings: Give projection, page size and filters.
    """

    def __init__(self, client: PlatformClient, settings: Settings) -> None:
        super().__init__(client, settings)
        self._patience = Patience(
            JobDurations(settings.poll_interval_seconds),
            settings.poll_timeout_seconds,
            client.free_budget,
            client.clock,
        )
        self._page_size = LearnedSize(
            self._largest_page(), advice="A lower page_size saves the refused request"
        )
        self._is_offered = False
        self._are_settings_accepted = False

    @property
    def places_of_filters(self) -> str:
        """Say where a request has the filters, unless that is their order in the setting."""
        return ""

    def _largest_page(self) -> int:
        """Tell how many records to ask for at once."""
        return self._settings.page_size

    @contextmanager
    def explained(self, window: Window) -> Iterator[None]:
        """Tell why a search over a window is refused.

        Raises:
            TooManyMatchesError: It asks for too much.
            NotOfferedError: The org does not offer this kind of search.
            RequestError: Its settings are wrong, or the platform does not answer.
        """
        try:
            yield
        except PageBeyondLimitError as error:
            raise TooManyMatchesError(error.fact) from None
        except SearchRefusedError as error:
            raise self._find_cause(error, window) from None
        except RecordTooLargeError as error:
            raise self._not_offered(str(error)) or error from None
        except RequestError as error:
            if error.status != HTTPStatus.NOT_IMPLEMENTED:
                raise
            raise self._not_offered(error.fact) or error from None

    def _fit_page(
        self, size: PageSize, window: Window, ask: Callable[[], Answered], position: int = 0
    ) -> Answered:
        """Ask for a page of a search, for smaller ones where it is too large, explain a refusal."""
        with self.explained(window):
            return fit_search_page(size, ask, position)

    def _not_offered(self, fact: str) -> NotOfferedError | None:
        """Find out, until it is known, whether the org offers this kind of search at all."""
        if self._is_offered:
            return None
        try:
            self.probe(JobLog())
        except (ApiRefusedError, NotOfferedError):
            return NotOfferedError(
                f"{fact}, as is a search without filters over a second: the org does not offer "
                f"search_api {self.name}"
            )
        self._is_offered = True
        return None

    def _find_cause(self, error: SearchRefusedError, window: Window) -> TapGenesysSearchError:
        """Find out by smaller searches why one is refused; the answers hold for the whole run.

        No wording is documented for a search of too much, nor for one of a kind that an org does
        not offer: "You must specify a search interval" may mean either.
        """
        if (not_offered := self._not_offered(error.fact)) is not None:
            return not_offered
        if window.length <= self.finest_window and not self._are_settings_accepted:
            return self._refused(error)
        if not self._are_settings_accepted:
            try:
                with suppress(TooManyMatchesError):
                    self.search_least(window, JobLog())
            except SearchRefusedError:
                return self._refused(error)
            self._are_settings_accepted = True
        return TooManyMatchesError(error.fact)

    def _refused(self, error: SearchRefusedError) -> RequestError:
        return RequestError(str(error), self.places_of_filters, status=error.status)

    def _poll(self, path: str, job_log: JobLog) -> JsonObject | None:
        """Ask once how a job or query stands.

        Returns:
            The answer, or None for one without a body: not yet.

        Raises:
            ResultExpiredError: The platform does not know it, or not any more.
        """

        def ask() -> JsonObject:
            job_log.count_poll()
            return self._client.call("GET", path, asked=Asked.POLL, on_retry=job_log.count_retry)

        answer = in_grace(ask, job_log, self._client.clock)
        return answer if size_of(answer) else None

    def _submit_job(
        self,
        path: str,
        body: JsonObject,
        part: str,
        job_log: JobLog,
        asked: Asked,
        read_id: Callable[[JsonObject], str],
    ) -> tuple[JsonObject, str]:
        """Submit a job or query for a part of a search, when the platform has a place for it.

        Returns:
            The answer, and the id that `read_id` finds in it.
        """

        def call() -> tuple[JsonObject, str]:
            with job_log.jobs.submitting() as is_own_open:
                answer = self._client.call(
                    "POST",
                    path,
                    json=body,
                    asked=asked,
                    is_own_open=is_own_open,
                    on_retry=job_log.count_retry,
                )
                job_id = read_id(answer)
                job_log.job_opened(part, job_id)
            return answer, job_id

        return submit(call, job_log, self._patience)
