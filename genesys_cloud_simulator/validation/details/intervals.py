"""How long the interval of a query or a job may be.

The text is the one that splunk/genesys_cloud_ta and the platform's documentation quote. That an
interval which is missing gets it too is an inference. Where the documentation is silent: data is
older than five years when its interval begins before that; an interval must not reach across.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from genesys_cloud_simulator.validation.body import bad_request, interval

_FIVE_YEARS = timedelta(days=5 * 365)

_SIX_MONTHS = timedelta(days=184)


@dataclass(frozen=True)
class IntervalLimits:
    """The longest intervals of one API.

    Attributes:
        unfiltered_days: The longest interval without filters.
        filtered_days: The longest interval with filters.
        moment: The moment it is in the organisation.
    """

    unfiltered_days: int
    filtered_days: int
    moment: datetime

    def read(self, value: object, *, is_filtered: bool) -> tuple[datetime, datetime]:
        """Read an interval.

        Args:
            value: The interval as the request has it, None when it has none.
            is_filtered: Whether the request has filters.

        Returns:
            Its first moment and the first moment after it.

        Raises:
            PlatformError: If it is missing, malformed or too long.
        """
        # The limit without filters is never the longer one.
        days = self.filtered_days
        if not is_filtered:
            days = min(days, self.unfiltered_days)
        if value is None:
            refuse_interval(days)
        start, end = interval(value, "interval")
        if start < self.moment - _FIVE_YEARS:
            self._check_old(start, end)
        if end - start > timedelta(days=days):
            refuse_interval(days)
        return start, end

    def _check_old(self, start: datetime, end: datetime) -> None:
        if end > self.moment - _FIVE_YEARS or end - start > _SIX_MONTHS:
            bad_request(
                "Data older than 5 years must be queried with an interval of its own that does "
                "not exceed 6 months",
                "interval",
            )


def refuse_interval(days: int) -> NoReturn:
    """Refuse an interval that is missing or too long.

    Args:
        days: How long it may be.

    Raises:
        PlatformError: In any case.
    """
    bad_request(
        f"You must specify a search interval as part of your query that does not exceed {days} "
        "days",
        "interval",
    )
