"""The clock that a run waits by."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading


class Clock:
    """The monotonic clock of this machine, and waiting by it."""

    def monotonic(self) -> float:
        """Give the time in seconds, from a moment that is not defined."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for some seconds."""
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until an event is set, but for some seconds at most, and tell whether it is set."""
        return event.wait(seconds)


SYSTEM_CLOCK = Clock()
