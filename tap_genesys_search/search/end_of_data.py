"""Up to where a run can search: where the platform has its data, and by the platform's clock."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.timestamps import format_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from tap_genesys_search.jobs.job_log import JobLog
    from tap_genesys_search.platform.client import PlatformClient
    from tap_genesys_search.search_apis.base import SearchApi

logger = logging.getLogger("tap-genesys-search.run")


CLOCK_TOLERANCE = timedelta(minutes=1)
"""A difference that is not worth a warning."""


LATE_DATA = timedelta(days=7)
"""The data of jobs is hours late. Where it is a week late, a nightly run reads nothing."""


def end_of_data(
    wanted: datetime, api: SearchApi, client: PlatformClient, job_log: JobLog
) -> datetime:
    """Find up to where to search, and log where that is earlier than wanted.

    Args:
        wanted: The end of the run.
        api: The search API, which may tell up to where the platform has its data.
        client: Tells the time by the platform's clock.
        job_log: Counts what asking costs.

    Returns:
        The end, or an earlier moment.
    """
    end = wanted
    available_until = api.available_until(job_log)
    if available_until and available_until < end:
        is_late = end - available_until > LATE_DATA
        logger.log(
            logging.WARNING if is_late else logging.INFO,
            "The platform's data is complete up to %s: searching no further",
            format_timestamp(available_until),
        )
        end = available_until
    platform_time = client.platform_time().replace(microsecond=0)
    if end - platform_time > CLOCK_TOLERANCE:
        logger.warning(
            "This machine's clock is ahead of the platform's, where it is %s: searching no further",
            format_timestamp(platform_time),
        )
    return min(end, platform_time)
