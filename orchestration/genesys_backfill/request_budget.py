"""The request budget of the org, and what one partition may use of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


PERIOD_SECONDS = 61.0
"""A minute, and a second for requests that take unequally long to arrive."""


@dataclass(frozen=True)
class RequestBudget:
    """What may be sent to the platform, by an org's OAuth client or by one partition.

    Attributes:
        requests_per_minute: The most requests.
        concurrent_searches: The most searches in flight.
    """

    requests_per_minute: int
    concurrent_searches: int

    @property
    def spacing_seconds(self) -> float:
        """The time between two requests that are spread evenly over each minute."""
        return PERIOD_SECONDS / self.requests_per_minute

    def share(self, partitions: int) -> RequestBudget:
        """Tell what each of some partitions that run at once may send.

        Raises:
            ValueError: There is too little for each to send anything.
        """
        share = RequestBudget(
            self.requests_per_minute // partitions, max(1, self.concurrent_searches // partitions)
        )
        if share.requests_per_minute < 1:
            message = (
                f"{self.requests_per_minute} requests a minute are too few for {partitions} "
                "partitions at once: lower the limit of the pool"
            )
            raise ValueError(message)
        return share


def budget_from(environment: Mapping[str, str]) -> RequestBudget:
    """Read the org's budget from environment variables.

    The platform allows a client 300 requests a minute
    (https://developer.genesys.cloud/organization/organization/limits#platform-api).

    Args:
        environment: May have `GENESYS_REQUESTS_PER_MINUTE` and `GENESYS_CONCURRENT_SEARCHES`.
    """
    return RequestBudget(
        int(environment.get("GENESYS_REQUESTS_PER_MINUTE", "300")),
        int(environment.get("GENESYS_CONCURRENT_SEARCHES", "8")),
    )
