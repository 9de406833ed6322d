"""The jobs that a run has open on the platform, and how the state remembers them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SearchFailedError
from tap_genesys_search.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime


LONGEST_ID = 256

MOST_JOBS = 1000
"""A run has a page of each of 64 searches open at most."""


PATIENT_RUNS = 3
"""Runs that wait for a job before it is submitted again: the platform may have lost it."""


LONGEST_WAIT_FOR_ANSWERS_SECONDS = 5.0
"""A submission that takes longer to be answered tells nothing of why another one was refused."""


@dataclass(frozen=True)
class OpenJob:
    """A job or query that was submitted and whose result is not read yet.

    Attributes:
        search_id: The search that it belongs to.
        part: Which part of the search it answers, in words of its search API.
        job_id: Its id on the platform.
        submitted_at: When it was submitted, ISO 8601; "" where that is not known.
        waits: Number of runs that waited for the job and had no result.
    """

    search_id: str
    part: str
    job_id: str
    submitted_at: str = ""
    waits: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What it answers: there is one job for it at a time."""
        return self.search_id, self.part


class OpenJobs:
    """The open jobs of all searches of a run; any thread may note one.

    Args:
        left_over: Jobs that an earlier run left open.
    """

    def __init__(self, left_over: Iterable[OpenJob] = ()) -> None:
        self._jobs = {job.key: job for job in left_over}
        self._left_over = set(self._jobs)
        self._overdue: set[tuple[str, str]] = set()
        self._unwanted: list[str] = []
        self._running = set(self._jobs)
        self._ended = 0
        self._is_limit_known = False
        self._lock = threading.Lock()
        self._submitting: set[object] = set()
        self._changed = threading.Condition(self._lock)

    def take_up(self, search_id: str, part: str, not_before: datetime | None = None) -> str | None:
        """Give the id of the job that an earlier run left for a part of a search, once.

        Args:
            search_id: The search.
            part: The part of the search.
            not_before: A job that was submitted before has not seen what came late.
        """
        key = (search_id, part)
        with self._lock:
            if key not in self._left_over:
                return None
            self._left_over.remove(key)
            job = self._jobs[key]
            if not_before and job.submitted_at < format_timestamp(not_before):
                self._unwanted.append(job.job_id)
                self._forget(key)
                return None
            return job.job_id

    def opened(self, job: OpenJob) -> None:
        """Note a job that was submitted.

        Raises:
            SearchFailedError: Its id is that of another that is open: one would be read as both.
        """
        with self._lock:
            same_id = [
                key
                for key, one in self._jobs.items()
                if one.job_id == job.job_id and key != job.key
            ]
            if not self._left_over.issuperset(same_id):
                raise SearchFailedError(
                    f"The platform gave two searches one id, {job.job_id[:64]!r}",
                    "Run again; if it recurs, set max_concurrent_searches to 1",
                )
            # Where ids are given again, one of an earlier run means nothing any more.
            for key in (*same_id, job.key):
                self._forget(key)
            self._jobs[job.key] = job
            self._running.add(job.key)
            self._changed.notify_all()

    def ended(self, search_id: str, part: str) -> None:
        """Note that the platform is done with a job, whether or not it was read."""
        with self._lock:
            self._note_end((search_id, part))

    @property
    def ended_so_far(self) -> int:
        """How many jobs of this run have ended."""
        return self._ended

    @contextmanager
    def submitting(self) -> Iterator[Callable[[], bool]]:
        """Count a submission as open from when it is sent, until its job is noted or it has failed.

        Yields:
            To be called when the platform refuses the submission for a limit. It tells whether a
            job of this run was open meanwhile, so that the end of one makes room. It waits for
            submissions of other threads that are still unanswered, for a few seconds at most.
        """
        submission = object()
        with self._lock:
            ended_before = self._ended
            self._submitting.add(submission)

        def is_own_open() -> bool:
            with self._lock:
                self._answered(submission)
                others = set(self._submitting)
                self._changed.wait_for(
                    lambda: (
                        self._was_open_since(ended_before) or self._submitting.isdisjoint(others)
                    ),
                    LONGEST_WAIT_FOR_ANSWERS_SECONDS,
                )
                return self._was_open_since(ended_before)

        try:
            yield is_own_open
        finally:
            with self._lock:
                self._answered(submission)

    def wait_for_end(self, ended_before: int, seconds: float) -> bool:
        """Wait until a further job has ended, or none is running.

        Args:
            ended_before: How many had ended before, see `ended_so_far`.
            seconds: How long to wait.

        Returns:
            Whether one has ended, or none is running.
        """
        with self._lock:
            return self._changed.wait_for(
                lambda: self._ended > ended_before or not self._running, seconds
            )

    def notice_limit(self) -> bool:
        """Note that the platform takes no further job for now; True the first time in a run."""
        with self._lock:
            was_known, self._is_limit_known = self._is_limit_known, True
        return not was_known

    def closed(self, search_id: str, part: str) -> None:
        """Forget a job that was read, or that turned out to be of no use."""
        with self._lock:
            self._forget((search_id, part))

    def overdue(self, search_id: str, part: str) -> None:
        """Note that a run waited for a job without a result: the next run asks for it.

        Not for ever: after some runs it is one that nobody will read.
        """
        key = (search_id, part)
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                return
            self._jobs[key] = replace(job, waits=job.waits + 1)
            if job.waits + 1 < PATIENT_RUNS:
                self._overdue.add(key)
            else:
                self._overdue.discard(key)
            self._note_end(key)

    def give_up(self, job: OpenJob) -> bool:
        """Forget a job that nobody will read, unless it is left to the next run.

        Returns:
            Whether it was still open, and now is to be cancelled.
        """
        with self._lock:
            known = self._jobs.get(job.key)
            if known is None or known.job_id != job.job_id or job.key in self._overdue:
                return False
            self._forget(job.key)
            return True

    def forget_left_over(self) -> list[str]:
        """Forget what no search of this run wanted: nor will a later one.

        Returns:
            The ids of those jobs, to be cancelled.
        """
        with self._lock:
            unwanted = [*self._unwanted, *(self._jobs[key].job_id for key in self._left_over)]
            self._unwanted = []
            for key in list(self._left_over):
                self._forget(key)
        return unwanted

    def to_state(self) -> list[dict[str, str | int]]:
        """Write the open jobs as JSON; a list, because states that are merged replace lists."""
        with self._lock:
            return [asdict(job) for job in self._jobs.values()]

    def _was_open_since(self, ended_before: int) -> bool:
        return bool(self._running) or self._ended > ended_before

    def _answered(self, submission: object) -> None:
        self._submitting.discard(submission)
        self._changed.notify_all()

    def _note_end(self, key: tuple[str, str]) -> None:
        if key in self._running:
            self._running.remove(key)
            self._ended += 1
            self._changed.notify_all()

    def _forget(self, key: tuple[str, str]) -> None:
        self._note_end(key)
        self._jobs.pop(key, None)
        self._left_over.discard(key)
        self._overdue.discard(key)


def read_open_jobs(state: object) -> list[OpenJob]:
    """Read open jobs from a state; what is none is passed over, a job costs little to do again."""
    jobs = []
    for item in state[:MOST_JOBS] if isinstance(state, list) else ():
        fields = item if isinstance(item, dict) else {}
        waits = fields.get("waits")
        match [fields.get(name) for name in ("search_id", "part", "job_id")]:
            case [str(search_id), str(part), str(job_id)] if is_id(job_id):
                submitted_at = fields.get("submitted_at")
                jobs.append(
                    OpenJob(
                        search_id,
                        part,
                        job_id,
                        submitted_at if isinstance(submitted_at, str) else "",
                        waits if isinstance(waits, int) else 0,
                    )
                )
    return jobs


def is_id(text: str) -> bool:
    """Tell whether a text may be the id of a job, which becomes a part of an address."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable() and text not in {".", ".."}
