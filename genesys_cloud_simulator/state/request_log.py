"""The simulator's log of the requests that it received."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


# A long-lived simulator forgets its oldest requests, but still counts them.
_KEPT_REQUESTS = 100_000


@dataclass(frozen=True)
class LoggedRequest:
    """One request, without its credentials.

    Attributes:
        operation: What was asked, such as `token`, `submit` or `job_results`; `other` for what no
            route answers.
        method: The HTTP method.
        path: The path.
        query: The query string.
        body: The JSON or form body; None when there is none or it cannot be read.
        headers: The headers by lower-case name, without `authorization`.
        token: A short hash of the bearer token, None without one.
        status: The status answered; None when the connection was dropped.
        time: When the request came, on the clock of `time.monotonic`.
        correlation_id: The correlation id answered.
        fault: The kind of the fault the request met, None without one.
    """

    operation: str
    method: str
    path: str
    query: str
    body: object
    headers: Mapping[str, str]
    token: str | None
    status: int | None
    time: float
    correlation_id: str
    fault: str | None


@dataclass
class RequestLog:
    """The requests in the order they were answered."""

    requests: list[LoggedRequest] = field(default_factory=list)
    by_operation: Counter[str] = field(default_factory=Counter)
    by_status: Counter[str] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, request: LoggedRequest) -> None:
        """Remember a request.

        Args:
            request: The request.
        """
        with self._lock:
            self.requests.append(request)
            self.by_operation[request.operation] += 1
            self.by_status["dropped" if request.status is None else str(request.status)] += 1
            if request.fault is not None:
                self.by_fault[request.fault] += 1
            if len(self.requests) > _KEPT_REQUESTS:
                del self.requests[: _KEPT_REQUESTS // 2]
