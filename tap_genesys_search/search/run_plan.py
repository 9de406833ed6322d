"""What a run reads: which spans of time, in which windows, and where the platform's data ends."""

from __future__ import annotations

import logging
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.coverage import (
    late_data_left_out,
    spans_read_again,
    stretches_to_read,
)
from tap_genesys_search.windows.grid import EPOCH, Grid
from tap_genesys_search.windows.plan import WindowPlan
from tap_genesys_search.windows.window import Window
from tap_genesys_search.wording import counted, duration, grouped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.search_apis.base import SearchApi
    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.windows.coverage import Coverage, Stretch

logger = logging.getLogger("tap-genesys-search.run")


CLOCK_TOLERANCE = timedelta(minutes=1)
"""A difference that is not worth a warning."""


LATE_DATA = timedelta(days=7)
"""The data of jobs is hours late. Where it is a week late, a nightly run reads nothing."""


MANY_WINDOWS = 1000
"""With windows of a day, those of almost three years."""


class RunPlan:
    """What a run reads by its search API.

    Args:
        settings: Give start, end and length of the windows.
        client: Tells the time by the platform's clock.
        api: The search API.
    """

    def __init__(self, settings: Settings, client: PlatformClient, api: SearchApi) -> None:
        self._settings = settings
        self._client = client
        self._api = api
        self._lookback = settings.lookback_or(api.lookback)
        self._grid = Grid(EPOCH, settings.window_length, api.finest_window)

    def stretches(self, coverages: Mapping[str, Coverage], job_log: JobLog) -> list[Stretch]:
        """Find what is to be read between the run's start and end.

        Args:
            coverages: Name of a stream to its complete spans.
            job_log: Counts what asking the platform costs.
        """
        start, end = self._settings.start, self._settings.end

        def until(end: datetime) -> list[Stretch]:
            return stretches_to_read(coverages, Window(start, end), self._grid, self._lookback)

        # The platform is not asked for its time where there is nothing to read by this clock.
        stretches = until(end) and until(self._end_of_data(job_log))
        if not stretches:
            ends = [coverage.end for coverage in coverages.values() if coverage.end]
            resume = min(ends, default=start)
            logger.info(
                "Nothing new to search from %s on%s",
                format_timestamp(resume),
                f": end_date {format_timestamp(end)} is before it" if end < resume else "",
            )
        return stretches

    def first_window(self, coverages: Mapping[str, Coverage]) -> Window | None:
        """Find the window to search first, by this clock; None where there is nothing to read.

        Args:
            coverages: Name of a stream to its complete spans.
        """
        wanted = Window(self._settings.start, self._settings.end)
        for stretch in stretches_to_read(coverages, wanted, self._grid, self._lookback)[:1]:
            return WindowPlan(stretch.span.start, stretch.span.end, self._grid).take()
        return None

    def windows(self, stretch: Stretch) -> WindowPlan:
        """Plan the windows of a stretch."""
        span = stretch.span
        plan = WindowPlan(span.start, span.end, self._grid, self._api.most_matches)
        logger.info(
            "Searching %s to %s, %s, by %s",
            format_timestamp(span.start),
            format_timestamp(span.end),
            counted(plan.planned, "window"),
            self._api.name,
        )
        warn_of_many(plan.planned, self._api.least_requests, self._settings)
        return plan

    def read_again(self, coverage: Coverage, window: Window) -> list[Window]:
        """List the spans of time that this run, after a window, or a later one may read again."""
        return spans_read_again((*coverage.spans, window), self._grid, self._lookback)

    def late_data_left_out(self, coverage: Coverage) -> Window | None:
        """Find what the lookback does not read again because the run starts after it."""
        return late_data_left_out(coverage, self._settings.start, self._grid, self._lookback)

    def _end_of_data(self, job_log: JobLog) -> datetime:
        """Find where to end: where the platform has its data, and by its clock, not this one."""
        end = self._settings.end
        available_until = self._api.available_until(job_log)
        if available_until and available_until < end:
            is_late = end - available_until > LATE_DATA
            logger.log(
                logging.WARNING if is_late else logging.INFO,
                "The platform's data is complete up to %s: searching no further",
                format_timestamp(available_until),
            )
            end = available_until
        platform_time = self._client.platform_time().replace(microsecond=0)
        if end - platform_time > CLOCK_TOLERANCE:
            logger.warning(
                "This machine's clock is ahead of the platform's, where it is %s: searching no "
                "further",
                format_timestamp(platform_time),
            )
        return min(end, platform_time)


def warn_of_many(windows: int, least_requests: int, settings: Settings) -> None:
    """Say what a lot of windows cost, as each takes requests even where it is empty.

    Args:
        windows: How many are planned.
        least_requests: How many requests each takes, or more.
        settings: Give the budget, and the length of a window.
    """
    if windows < MANY_WINDOWS:
        return
    requests = windows * least_requests
    logger.warning(
        "%s take %s or more: at requests_per_minute %d that is %s or more. A window_hours of more "
        "than %g makes fewer windows",
        grouped(windows, "window"),
        grouped(requests, "request"),
        settings.requests_per_minute,
        duration(60 * ceil(requests / settings.requests_per_minute)),
        settings.window_length / timedelta(hours=1),
    )
