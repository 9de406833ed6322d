"""Jobs that can no longer be read, though they were accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.errors import PlatformError
from genesys_cloud_simulator.searches.job_store import unknown_job

if TYPE_CHECKING:
    from genesys_cloud_simulator.searches.job_store import Job


_BEHIND_CURSORS = frozenset({"invalid_cursor"})

_OF_RESULTS = frozenset({"unfulfilled_results", "invalid_cursor"})


def check_readable(job: Job, operation: str, *, is_first_page: bool) -> None:
    """Refuse what a fault keeps from being read.

    Args:
        job: The job, with the fault that struck it.
        operation: What is asked of it.
        is_first_page: Whether that has no cursor.

    Raises:
        PlatformError: If the fault keeps it from being read.
    """
    kind = None if job.lost is None else job.lost.kind
    spared = kind in _OF_RESULTS and operation != "job_results"
    if kind is None or spared or (kind in _BEHIND_CURSORS and is_first_page):
        return
    if kind == "lost_job":
        raise unknown_job(job.job_id)
    if kind == "conflicting_job":
        raise PlatformError(409, "conflict", f"The job {job.job_id} is in conflict")
    message = "Invalid cursor" if kind == "invalid_cursor" else f"Job {job.job_id} is not fulfilled"
    raise PlatformError(400, "bad.request", message)
