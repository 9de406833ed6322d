"""What one reading of a search costs, and which jobs it has open on the platform."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchAbandonedError
from tap_genesys_search.jobs.open_jobs import OpenJob, OpenJobs
from tap_genesys_search.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from datetime import datetime

    from tap_genesys_search.clock import Clock


@dataclass
class JobLog:
    """Counts what one reading of a search costs, and notes the jobs that it opens.

    Attributes:
        search_id: Id of the search.
        jobs: The open jobs of the run.
        settled_at: When all late data has arrived, or None if no data is late. A job of an earlier
            run can be used only if it was submitted after this.
        query_ids: Ids that the platform gave its queries or jobs.
        polls: Requests that asked whether a query is done.
        retries: Requests sent again.
        pages: Pages received, including those of a search that turned out to be too large.
    """

    search_id: str = ""
    jobs: OpenJobs = field(default_factory=OpenJobs)
    settled_at: datetime | None = None
    query_ids: list[str] = field(default_factory=list)
    polls: int = 0
    retries: int = 0
    pages: int = 0
    _own_jobs: list[OpenJob] = field(default_factory=list, repr=False)
    _abandoned: threading.Event = field(default_factory=threading.Event, repr=False)

    def count_retry(self) -> None:
        """Count one retry, before it is sent.

        Raises:
            SearchAbandonedError: Nobody will read the search, so the request is not sent.
        """
        self.check()
        self.retries += 1

    def count_poll(self) -> None:
        """Count one poll, before it is sent."""
        self.polls += 1

    def count_page(self) -> None:
        """Count one page that was received."""
        self.pages += 1

    def abandon(self) -> None:
        """Tell whatever waits for this reading that nobody will read it."""
        self._abandoned.set()

    def check(self) -> None:
        """Find out whether the search is still wanted.

        Raises:
            SearchAbandonedError: Nobody will read the search.
        """
        if self._abandoned.is_set():
            raise SearchAbandonedError("The search was given up while it was waited for")

    def pause(self, seconds: float, clock: Clock) -> None:
        """Wait.

        Args:
            seconds: For how long.
            clock: The clock to wait by.

        Raises:
            SearchAbandonedError: Nobody will read the search, so there is nothing to wait for.
        """
        clock.wait(self._abandoned, seconds)
        self.check()

    def take_up(self, part: str) -> str | None:
        """Return the id of the job that an earlier run left open for a part of the search, once."""
        job_id = self.jobs.take_up(self.search_id, part, self.settled_at)
        if job_id is not None:
            self._note(part, job_id)
        return job_id

    def job_opened(self, part: str, job_id: str) -> None:
        """Note a job that was submitted."""
        self.jobs.opened(self._note(part, job_id))

    def job_ended(self, part: str) -> None:
        """Note that the platform is done with a job, whose result is still to be read."""
        self.jobs.ended(self.search_id, part)

    def job_closed(self, part: str) -> None:
        """Note that a job was read to its end, or can't be used."""
        self.jobs.closed(self.search_id, part)

    def job_overdue(self, part: str) -> None:
        """Note that a job was not done in time; the next run asks for it first."""
        self.jobs.overdue(self.search_id, part)

    def give_up_jobs(self) -> list[str]:
        """Forget the open jobs of this reading, and return their ids, to be cancelled."""
        return [job.job_id for job in self._own_jobs if self.jobs.give_up(job)]

    def _note(self, part: str, job_id: str) -> OpenJob:
        job = OpenJob(self.search_id, part, job_id, format_timestamp(utc_now()))
        self.query_ids.append(job_id)
        self._own_jobs.append(job)
        return job
