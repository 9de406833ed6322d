"""The least time that searches can take, however they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.interactions import MILLISECONDS_AN_HOUR
from benchmarks.job_times import JobTimes
from benchmarks.running_server import PAGE_SIZE, START

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.running_server import Load

REQUESTS_A_PAGE = 2
"""One submits its search, one reads it."""


@dataclass(frozen=True)
class Work:
    """Searches to be done.

    Attributes:
        seconds: How long each takes at least, from its submission to the answer with its page.
        budget: Requests in a period, or None.
        period_seconds: How long a period is.
    """

    seconds: Sequence[float]
    budget: int | None
    period_seconds: float

    def least_seconds(self, in_flight: int) -> float:
        """Tell how long they take at least with so many in flight.

        Nobody can do better than share them out evenly, wait for the longest, and send what must
        be sent in as many periods as its number needs.
        """
        requests = REQUESTS_A_PAGE * len(self.seconds)
        full_periods = (requests - 1) // self.budget if self.budget else 0
        return max(sum(self.seconds) / in_flight, *self.seconds, full_periods * self.period_seconds)


def work_of(load: Load, windows: int, times: int = 1) -> Work:
    """Tell what it is to extract the first windows that a server holds.

    Args:
        load: What the server holds, and how it behaves.
        windows: How many of them.
        times: How many extract all of them.
    """
    shortest, longest = load.job_seconds
    job_times = JobTimes(shortest, longest, load.logarithmic)
    begin, length = START.timestamp() * 1000, load.window_hours * MILLISECONDS_AN_HOUR
    jobs = [
        job_times.of(round(begin + number * length), offset)
        for number in range(windows)
        for offset in range(0, load.records, PAGE_SIZE)
    ]
    # A submission gets there and back, and so does a poll, during which the search may continue.
    least = [load.delay_seconds + max(job, load.delay_seconds) for job in jobs]
    return Work(least * times, load.budget, load.period_seconds)
