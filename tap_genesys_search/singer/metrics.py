"""The SDK's metrics, once a run instead of once a window."""

from __future__ import annotations

import math
import os
import time
from typing import TYPE_CHECKING

from singer_sdk.metrics import Counter, Metric, Point, Tag, Timer, get_metrics_logger, log
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context


class RunCounter(Counter):
    """Counts the records of a stream over all windows of a run."""

    def __init__(self, stream: str) -> None:
        super().__init__(Metric.RECORD_COUNT, {Tag.STREAM: stream}, log_interval=math.inf)

    @override
    def with_context(self, value: Context | None) -> None:
        pass  # the context names one window's search, and the metric covers the run

    @override
    def exit(self) -> None:
        pass

    def log_run(self) -> None:
        """Log the count."""
        super().exit()


class RunTimer(Timer):
    """Adds up the time that a stream takes over all windows of a run."""

    def __init__(self, stream: str) -> None:
        super().__init__(Metric.SYNC_DURATION, {Tag.STREAM: stream})
        self._seconds = 0.0

    @override
    def with_context(self, value: Context | None) -> None:
        pass

    @override
    def __exit__(self, *exc_info: object) -> None:
        self._seconds += time.time() - self.start_time

    @override
    def elapsed(self) -> float:
        return self._seconds

    def log_run(self) -> None:
        """Log the time."""
        super().__exit__(None, None, None)


def log_requests(count: int) -> None:
    """Log how many requests a run has sent.

    Args:
        count: Number of requests, including logins and retries.
    """
    point = Point("counter", Metric.HTTP_REQUEST_COUNT, count, {Tag.PID: os.getpid()})
    log(get_metrics_logger(), point)
