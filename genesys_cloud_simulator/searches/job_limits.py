"""How many jobs may be open at once and submitted in a second, in the whole organisation."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genesys_cloud_simulator.state.rate_limit import rate_limit_error

if TYPE_CHECKING:
    from starlette.requests import Request

    from genesys_cloud_simulator.searches.job_store import Jobs
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


@dataclass
class JobLimits:
    """The limits of an organisation's jobs.

    Attributes:
        simulator: Says what they are.
        jobs: The jobs so far.
    """

    simulator: SimulatedPlatform
    jobs: Jobs
    _submitted: deque[float] = field(default_factory=deque, init=False)

    def check_rate(self, request: Request) -> None:
        """Count a submission.

        Args:
            request: The request that submits a job.

        Raises:
            PlatformError: If there were too many in the last second.
        """
        limit = self.simulator.job_submissions_per_second
        now = self.simulator.clock()
        while self._submitted and self._submitted[0] <= now - 1:
            self._submitted.popleft()
        if limit is not None and len(self._submitted) >= limit:
            self._refuse(request, limit, 1)
        self._submitted.append(now)

    def check_open(self, request: Request) -> None:
        """Check that one more job may be open.

        Args:
            request: The request that submits a job.

        Raises:
            PlatformError: If too many are.
        """
        limit = self.simulator.max_open_jobs
        if self.jobs.unfinished() >= limit:
            self._refuse(request, limit, self.simulator.job_retry_after_seconds)

    def _refuse(self, request: Request, limit: int, seconds: int) -> None:
        request.state.shows_rate_limit = self.simulator.refused_jobs_show_rate_limit
        raise rate_limit_error(limit, seconds, {"Retry-After": str(seconds)})
