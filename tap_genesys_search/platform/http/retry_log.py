"""What is logged of the retries of a request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_genesys_search.errors import TransientRequestError


logger = logging.getLogger("tap-genesys-search.transport")


class RetryLog:
    """Logs the retries of one request.

    Args:
        place: Names method and path of the request, which few requests need.
        most: How often it is tried again.
    """

    def __init__(self, place: Callable[[], str], most: int) -> None:
        self._place = place
        self._most = most
        self._count = 0
        self._before: object = None

    def note(self, error: TransientRequestError, seconds: float) -> None:
        """Log a retry; what fails as it did before is not written out once more."""
        self._count += 1
        failure = (error.status, error.platform_message or error.fact)
        fact = f"{self._place()}: the same again" if failure == self._before else error.fact
        self._before = failure
        logger.warning("%s; retry %d of %d in %.1f s", fact, self._count, self._most, seconds)

    @property
    def summary(self) -> str:
        """How many retries there were, to go behind the failure; "" where there were none."""
        return f", after {counted(self._count, 'retry', 'retries')}" if self._count else ""
