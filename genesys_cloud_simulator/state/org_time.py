"""The time in the organisation: it stands still, goes by, or moves on as conversations begin."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from genesys_cloud_simulator.timestamps import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from genesys_cloud_simulator.org.org import Org


class Timed(Protocol):
    """The options that say how time passes in an organisation."""

    org: Org
    time_speed: float
    arrivals_per_second: float

    @property
    def clock(self) -> Callable[[], float]:
        """Tells the time in seconds."""


@dataclass
class OrgTime:
    """The time in the organisation.

    Attributes:
        simulator: Says when it began, and how fast it goes by.
    """

    simulator: Timed
    _anchor: tuple[datetime, float] | None = field(default=None, init=False)
    _arrived: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def moment(self, now: datetime) -> datetime:
        """Tell the time.

        Args:
            now: When time began to go by.

        Returns:
            The moment it is.
        """
        with self._lock:
            elapsed = self._elapsed(now)
            arrived = self._arrived
        arrived += int(elapsed * self.simulator.arrivals_per_second)
        base = now + timedelta(seconds=elapsed * self.simulator.time_speed)
        return self._after(base, arrived) if arrived else base

    def arrive(self, count: int) -> None:
        """Let conversations begin.

        Args:
            count: How many.
        """
        with self._lock:
            self._arrived += count

    def _elapsed(self, now: datetime) -> float:
        """The seconds since `now` was first looked at."""
        clock = self.simulator.clock()
        if self._anchor is None or self._anchor[0] != now:
            self._anchor, self._arrived = (now, clock), 0
        return clock - self._anchor[1]

    def _after(self, base: datetime, count: int) -> datetime:
        """The start of the conversation that is so many after a moment."""
        org = self.simulator.org
        last = org.interactions - 1
        ordinal = min(org.count(org.start, base + MILLISECOND) + count - 1, last)
        return max(base, org.moment_of(ordinal)) if ordinal >= 0 else base
