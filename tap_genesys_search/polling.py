"""Waiting for a job on the platform: how often to ask, and for how long."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from tap_genesys_search.errors import SearchOverdueError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELAY_STEP_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0

Result = TypeVar("Result")


def poll_delays(interval_seconds: float) -> Iterator[float]:
    """Tell the seconds to wait before each poll: a little more each time, 30 at most."""
    for polls in count():
        yield min(interval_seconds + DELAY_STEP_SECONDS * polls, LONGEST_DELAY_SECONDS)


def wait_for(
    poll: Callable[[], Result | None],
    *,
    what: str,
    interval_seconds: float,
    timeout_seconds: float,
    pause: Callable[[float], None],
) -> Result:
    """Poll until there is a result or the time is up.

    Args:
        poll: Asks once; None means not yet.
        what: What is waited for, for the error.
        interval_seconds: Delay before the first poll.
        timeout_seconds: How long to wait in all.
        pause: Waits for as many seconds.

    Returns:
        What `poll` found.

    Raises:
        SearchOverdueError: The time is up; the last poll was at the deadline.
    """
    deadline = time.monotonic() + timeout_seconds
    for delay in poll_delays(interval_seconds):
        remaining = max(0.0, deadline - time.monotonic())
        pause(min(delay, remaining))
        result = poll()
        if result is not None:
            return result
        if time.monotonic() >= deadline:
            break
    raise SearchOverdueError(
        f"{what} did not complete within {timeout_seconds:g} s. The platform may be busy: run "
        "again, which asks for it once more; or raise poll_timeout_seconds, or lower window_hours"
    )
