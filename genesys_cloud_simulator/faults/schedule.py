"""The faults to come, and which request each of them strikes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from genesys_cloud_simulator.faults.kinds import OF_LATER_PAGES

if TYPE_CHECKING:
    from datetime import datetime

    from genesys_cloud_simulator.faults.fault import Fault
    from genesys_cloud_simulator.faults.kinds import Stage


@dataclass
class _Scheduled:
    fault: Fault
    seen: int = 0
    struck: int = 0

    @property
    def exhausted(self) -> bool:
        return self.fault.times is not None and self.struck >= self.fault.times

    def concerns(
        self,
        stage: Stage,
        operation: str,
        searched: tuple[datetime, datetime] | None,
        *,
        is_first_page: bool,
    ) -> bool:
        fault = self.fault
        if fault.stage != stage or (fault.on not in {"any", operation}):
            return False
        if not fault.strikes(operation) or (is_first_page and fault.kind in OF_LATER_PAGES):
            return False
        if fault.touching is None:
            return True
        return searched is not None and searched[0] <= fault.touching < searched[1]


@dataclass
class FaultSchedule:
    """The faults to come and those that struck. Any thread may schedule while requests come."""

    _scheduled: list[_Scheduled] = field(default_factory=list, init=False)
    _struck: list[Fault] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def schedule(self, *faults: Fault) -> None:
        """Schedule faults; their counting of requests begins now.

        Args:
            *faults: The faults.
        """
        with self._lock:
            self._scheduled.extend(_Scheduled(fault) for fault in faults)

    def clear(self) -> None:
        """Forget the faults to come."""
        with self._lock:
            self._scheduled.clear()

    def expects(
        self, kind: str, operation: str, searched: tuple[datetime, datetime] | None
    ) -> bool:
        """Return whether a fault of a kind strikes the next page that it can strike.

        Args:
            kind: The kind, one of pages.
            operation: What asks for the page.
            searched: The range of time that is searched, where there is one.

        Returns:
            Whether it does.
        """
        with self._lock:
            return any(
                one.fault.kind == kind
                and one.seen + 1 >= one.fault.nth
                and one.concerns("page", operation, searched, is_first_page=False)
                for one in self._scheduled
            )

    @property
    def pending(self) -> list[Fault]:
        """The faults that have not struck, or not often enough."""
        with self._lock:
            return [scheduled.fault for scheduled in self._scheduled]

    @property
    def struck(self) -> list[Fault]:
        """The faults that struck, once for each request they struck."""
        with self._lock:
            return list(self._struck)

    def take(
        self,
        stage: Stage,
        operation: str,
        searched: tuple[datetime, datetime] | None = None,
        *,
        is_first_page: bool = False,
    ) -> Fault | None:
        """Count a request and take the fault that strikes it.

        When two faults are due, the second one strikes the next matching request.

        Args:
            stage: How far the request has come.
            operation: What the request asks for.
            searched: The range of time the request searches, where there is one.
            is_first_page: Whether the answer is the first page of a search.

        Returns:
            The fault, or None.
        """
        with self._lock:
            striking = None
            for scheduled in self._scheduled:
                if not scheduled.concerns(stage, operation, searched, is_first_page=is_first_page):
                    continue
                scheduled.seen += 1
                if striking is None and scheduled.seen >= scheduled.fault.nth:
                    scheduled.struck += 1
                    striking = scheduled.fault
                    self._struck.append(striking)
            self._scheduled = [one for one in self._scheduled if not one.exhausted]
            return striking
