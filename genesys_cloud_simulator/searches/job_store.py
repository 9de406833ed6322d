"""The conversation jobs that were submitted, and the state each is in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.validation.details.query import DetailsSearch
    from genesys_cloud_simulator.views.conversations import ConversationView


# A job waits for this share of its time before it runs.
_QUEUED_SHARE = 0.25

_STATES = {"failed_query": "FAILED", "cancelled_query": "CANCELLED", "expired_query": "EXPIRED"}

_UNFINISHED = frozenset({"QUEUED", "PENDING"})


@dataclass(frozen=True)
class JobSearch:
    """What a job searches.

    Attributes:
        details: Interval, filters and order.
        limit: The largest number of results, None for all.
        started_only: Whether to leave out what began before the interval's first day.
    """

    details: DetailsSearch
    limit: int | None
    started_only: bool


@dataclass
class Job:
    """A job.

    Attributes:
        job_id: Its id.
        client_id: The client that submitted it.
        search: What it searches.
        view: The conversations as they were when it was submitted.
        ordinals: Its results.
        submitted: When it was submitted, on the simulator's clock.
        submission: When that was in the organisation.
        seconds: How long it takes.
        lifetime: For how many seconds its results can be read.
        cursors: The cursors given so far, and where in the results they point.
        fault: A fault that struck it: its status stays what that made it.
        lost: A fault that struck it and keeps it from being read.
    """

    job_id: str
    client_id: str
    search: JobSearch
    view: ConversationView
    ordinals: Sequence[int]
    submitted: float
    submission: datetime
    seconds: float
    lifetime: float
    cursors: dict[str, int] = field(default_factory=dict)
    fault: Fault | None = None
    lost: Fault | None = None

    def state(self, now: float) -> str:
        """Return how far the job is.

        Args:
            now: The time on the simulator's clock.

        Returns:
            The state.
        """
        if self.fault is not None and self.fault.kind == "unknown_status":
            return self.fault.query_status.upper()
        if self.fault is not None:
            return _STATES.get(self.fault.kind, "PENDING")
        elapsed = now - self.submitted
        if elapsed < self.seconds * _QUEUED_SHARE:
            return "QUEUED"
        if elapsed < self.seconds:
            return "PENDING"
        return "FULFILLED" if elapsed < self.seconds + self.lifetime else "EXPIRED"

    def unfinished(self, now: float) -> bool:
        """Return whether the job is queued or running.

        Args:
            now: The time on the simulator's clock.

        Returns:
            Whether it is.
        """
        return self.lost is None and self.state(now) in _UNFINISHED

    def status(self, now: float) -> dict[str, str]:
        """Describe the job.

        Args:
            now: The time on the simulator's clock.

        Returns:
            An `AsyncQueryStatus`.
        """
        state = self.state(now)
        status = {"state": state, "submissionDate": format_timestamp(self.submission)}
        if state == "FAILED":
            status["errorMessage"] = "The job failed in an index partition."
        if state not in _UNFINISHED:
            completed = self.submission + timedelta(seconds=self.seconds)
            expires = completed + timedelta(seconds=self.lifetime)
            status["completionDate"] = format_timestamp(completed)
            status["expirationDate"] = format_timestamp(expires)
        return status

    def cursor(self, offset: int) -> str:
        """Give a cursor: it says nothing, needs escaping in a URL, and is good for this job only.

        Args:
            offset: Where in the results it points.

        Returns:
            The cursor, the same one for the same place.
        """
        digest = hashlib.sha256(f"{self.job_id}:{offset}".encode()).digest()[:15]
        cursor = f"{base64.b64encode(digest).decode()}+/%2B&?#=="
        self.cursors[cursor] = offset
        return cursor

    def page_before(self, offset: int) -> int:
        """Find the page before a page.

        Args:
            offset: Where in the results the page begins.

        Returns:
            Where the page before it began, as far as cursors were given.
        """
        return max((one for one in self.cursors.values() if one < offset), default=0)


@dataclass
class Jobs:
    """The jobs that are not forgotten, in the order they were submitted.

    Attributes:
        clock: Tells the time in seconds.
        jobs: The jobs by id.
    """

    clock: Callable[[], float]
    jobs: dict[str, Job] = field(default_factory=dict)

    def find(self, job_id: str, client_id: str, unknown_seconds: float) -> Job:
        """Find a job.

        Args:
            job_id: Its id.
            client_id: Who asks.
            unknown_seconds: For how long after its submission it is not found.

        Returns:
            The job.

        Raises:
            PlatformError: If the client has no such job.
        """
        job = self.jobs.get(job_id)
        if (
            job is None
            or job.client_id != client_id
            or self.clock() < job.submitted + unknown_seconds
        ):
            raise unknown_job(job_id)
        return job

    def unfinished(self) -> int:
        """Count the jobs that are queued or running.

        Returns:
            Their number.
        """
        now = self.clock()
        return sum(job.unfinished(now) for job in self.jobs.values())

    def forget(self) -> list[str]:
        """Forget the jobs that have been expired for as long as their results could be read.

        Returns:
            Their ids.
        """
        now = self.clock()
        old = [
            job.job_id
            for job in self.jobs.values()
            if now >= job.submitted + job.seconds + 2 * job.lifetime
        ]
        for job_id in old:
            del self.jobs[job_id]
        return old


def unknown_job(job_id: str) -> PlatformError:
    """Write the refusal of a job that is not there.

    Args:
        job_id: Its id.

    Returns:
        The error.
    """
    return PlatformError(404, "not.found", f"No job with the id {job_id}")
