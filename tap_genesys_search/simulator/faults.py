"""Faults of the platform and the network, scheduled for requests to come."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

# A client that retries gets past these.
PassingFaultKind: TypeAlias = Literal[
    "rate_limited",
    "server_error",
    "dropped_connection",
    "slow_answer",
    "truncated_body",
    "cut_json_body",
    "non_json_body",
    "expired_token",
]
HostileFaultKind: TypeAlias = Literal[
    "oversized_body",
    "gzip_bomb",
    "stacked_gzip",
    "deep_nesting",
    "wrong_types",
    "null_body",
    "empty_body",
    "redirect",
    "dripping_body",
]
RequestFaultKind: TypeAlias = Literal[PassingFaultKind, HostileFaultKind]
QueryFaultKind: TypeAlias = Literal[
    "failed_query", "endless_pending", "unknown_status", "cancelled_query", "expired_query"
]
PageFaultKind: TypeAlias = Literal[
    "short_page",
    "shifting_total",
    "missing_id",
    "missing_timestamp",
    "repeated_page",
    "overlapping_page",
    "duplicate_ids",
    "hostile_values",
    "late_record",
]
FaultKind: TypeAlias = Literal[RequestFaultKind, QueryFaultKind, PageFaultKind]
Operation: TypeAlias = Literal[
    "token",
    "submit",
    "poll",
    "query",
    "job_submit",
    "job_status",
    "job_results",
    "job_delete",
    "availability",
    "transcripts",
    "conversation_aggregates",
    "user_aggregates",
    "users",
    "groups",
    "queues",
    "queue_members",
    "queue_wrapup_codes",
    "wrapup_codes",
    "skills",
    "languages",
    "divisions",
    "locations",
    "presence_definitions",
    "flows",
    "campaigns",
    "contact_lists",
    "management_units",
    "teams",
    "any",
]
RetryAfter: TypeAlias = Literal["seconds", "date", "none"]
# Where a fault strikes: any request, any poll, or what answers a page.
Stage: TypeAlias = Literal["request", "query", "page"]

_STAGES: dict[str, Stage] = {
    **dict.fromkeys(get_args(RequestFaultKind), "request"),
    **dict.fromkeys(get_args(QueryFaultKind), "query"),
    **dict.fromkeys(get_args(PageFaultKind), "page"),
}
# What asks for the state of a search, and what answers with records.
_POLLS = frozenset({"poll", "job_status"})
_PAGES = frozenset({"poll", "query", "job_results", "transcripts"})
_STRUCK: dict[str, frozenset[str]] = {
    **dict.fromkeys(get_args(QueryFaultKind), _POLLS),
    **dict.fromkeys(get_args(PageFaultKind), _PAGES),
    "cancelled_query": frozenset({"job_status"}),
    "expired_query": frozenset({"job_status"}),
    # The results of a job come without a total.
    "shifting_total": _PAGES - {"job_results"},
    "late_record": _PAGES - {"job_results"},
}
# On the first page of a search these would change nothing.
_OF_LATER_PAGES = frozenset({"repeated_page", "overlapping_page", "late_record"})
# What says in its body which range of time it searches.
_SEARCHES = frozenset(
    {
        "submit",
        "job_submit",
        "query",
        "transcripts",
        "conversation_aggregates",
        "user_aggregates",
    }
)
_LARGEST_MB = 100_000
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
_PASSING_KINDS: tuple[PassingFaultKind, ...] = get_args(PassingFaultKind)


@dataclass(frozen=True)
class Fault:
    """A fault to come.

    Attributes:
        kind: What goes wrong.

            `rate_limited`: 429. `server_error`: `status`; 502 comes with an HTML body.
            `dropped_connection`: the connection is reset before any byte of an answer.
            `slow_answer`: the answer comes `seconds` later. `truncated_body`: the connection
            ends in the middle of the body. `cut_json_body`: the body is complete HTTP, but the
            JSON in it ends in the middle. `non_json_body`: 200 with HTML. `expired_token`: the
            token of the request is revoked, for good.

            `oversized_body`: the route's answer with one more member, a text of `size_mb`.
            `gzip_bomb`: 200, compressed with gzip to a thousandth of an object of `size_mb`.
            `stacked_gzip`: the route's answer, compressed twice. `deep_nesting`: 200 with objects
            in each other, 100,000 levels deep. `wrong_types`: the route's answer, with the type of
            each value at the top changed: text becomes a number; a number, true, false and null
            become text; a list becomes an object, an object a list. `null_body`, `empty_body`: 200
            with `null` or nothing. `redirect`: 307 to `location`. `dripping_body`: the route's
            answer byte by byte, `seconds` between one and the next.

            `failed_query`, `endless_pending`, `unknown_status`: what every poll of the query or
            the job answers from then on. `cancelled_query`, `expired_query`: the same, of jobs.

            `short_page`: records are left out, the total counts them. `shifting_total`: the
            total is `shift` higher than what there is. `missing_id`, `missing_timestamp`: some
            records of the page lack that attribute. `repeated_page`: the records of the page
            before it once more. `overlapping_page`: the page begins `shift` records early and is
            as long as ever. `duplicate_ids`: every tenth record has the id of the one before it.
            `hostile_values`: every tenth record has NUL characters and lone surrogates in its
            texts, some of them at the end of its id, NaN, infinities and 1e999 for numbers, as well
            as integers of 71 bits and of 400 digits, and an object 150 levels deep. `late_record`:
            there is one record more than when the search began, on a page before this one, so
            that this one begins with a record of the one before, and the total counts it;
            `times=None` for all pages that follow.
        on: The operation it strikes. Faults of queries strike the polls of searches and jobs in
            any case, faults of pages whatever answers records.
        nth: Which of the matching requests it strikes first, counted from when it is scheduled.
            Faults of pages count answers with a page, faults of queries count all polls.
            `repeated_page`, `overlapping_page` and `late_record` do not count first pages, which
            they could not strike.
        times: How many requests it strikes one after the other, None for all.
        status: The status of a `server_error`.
        retry_after: How a `rate_limited` says when to retry: `Retry-After` in seconds or as an
            HTTP date, or only in the message and `inin-ratelimit-reset`.
        retry_after_seconds: When to retry, in seconds.
        seconds: How late a `slow_answer` is, or each byte of a `dripping_body`.
        query_status: The status of an `unknown_status`.
        shift: By how much a `shifting_total` is off, or an `overlapping_page` early.
        size_mb: How large an `oversized_body` or an expanded `gzip_bomb` is, in 2**20 bytes.
        location: The address that a `redirect` names.
        touching: Strike only searches whose range contains this moment, as a bad index partition
            does; for faults of queries and pages and for faults `on` a request that searches.
    """

    kind: FaultKind
    on: Operation = "any"
    nth: int = 1
    times: int | None = 1
    status: Literal[500, 502, 503, 504] = 503
    retry_after: RetryAfter = "seconds"
    retry_after_seconds: int = 1
    seconds: float = 1.0
    query_status: str = "archived"
    shift: int = 7
    size_mb: int = 300
    location: str = "https://redirected.invalid/"
    touching: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse a fault that could never strike."""
        problem = self._problem()
        if problem is not None:
            raise ValueError(problem)

    def _problem(self) -> str | None:
        problem = None
        if self.kind not in FAULT_KINDS:
            problem = f"unknown fault {self.kind!r}, not one of {', '.join(FAULT_KINDS)}"
        elif self.on not in OPERATIONS:
            problem = f"unknown operation {self.on!r}, not one of {', '.join(OPERATIONS)}"
        elif self.on == "token" and self.kind == "expired_token":
            problem = "expired_token needs a request with a token, not 'token'"
        elif not self.strikes(self.on):
            what = "polls" if self.stage == "query" else "pages"
            names = ", ".join(sorted(_STRUCK[self.kind]))
            problem = f"{self.kind} strikes {what} only ({names}), not {self.on!r}"
        elif self.touching is not None and self.stage == "request" and self.on not in _SEARCHES:
            problem = "touching needs on='submit' or the like, or a fault of a query or page"
        else:
            problem = self._bad_value()
        return problem

    def _bad_value(self) -> str | None:
        problem = None
        if self.nth < 1 or (self.times is not None and self.times < 1):
            problem = "nth and times must be at least 1"
        elif self.status not in {500, 502, 503, 504}:
            problem = f"a server_error has the status 500, 502, 503 or 504, not {self.status}"
        elif self.retry_after not in get_args(RetryAfter):
            problem = f"unknown retry_after {self.retry_after!r}"
        elif self.kind == "overlapping_page" and self.shift < 1:
            problem = "an overlapping_page has a shift of at least 1"
        elif self.size_mb not in range(1, _LARGEST_MB + 1):
            problem = f"size_mb must be a whole number from 1 to {_LARGEST_MB}"
        elif not re.fullmatch(r"https?://[!-~]+", self.location):
            problem = f"location must be an address with http or https, not {self.location!r}"
        return problem

    @property
    def stage(self) -> Stage:
        """Where the fault strikes."""
        return _STAGES[self.kind]

    def strikes(self, operation: str) -> bool:
        """Say whether the fault can strike an operation.

        Args:
            operation: The operation, or `any`.

        Returns:
            Whether it can.
        """
        return operation == "any" or _can_strike(self.kind, operation)


def _can_strike(kind: str, operation: str) -> bool:
    # A token request cannot lose a token it does not have.
    if kind == "expired_token":
        return operation != "token"
    return kind not in _STRUCK or operation in _STRUCK[kind]


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
        if not fault.strikes(operation) or (is_first_page and fault.kind in _OF_LATER_PAGES):
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


def random_faults(seed: int, count: int, *, every: int = 5) -> list[Fault]:
    """Make up faults that a client which retries gets past.

    Args:
        seed: Decides the faults.
        count: How many.
        every: About how many requests there are to each fault.

    Returns:
        The faults, in no order.
    """
    rng = random.Random(f"{seed}:faults")  # noqa: S311 - not for security
    return [
        Fault(
            rng.choice(_PASSING_KINDS),
            nth=rng.randint(1, count * every),
            status=rng.choice((500, 502, 503, 504)),
            retry_after=rng.choice(("seconds", "date", "none")),
            seconds=rng.uniform(0, 0.2),
        )
        for _ in range(count)
    ]


def random_schedule(
    seed: int, operations: Collection[str], *, sizes_mb: tuple[int, int] = (70, 90)
) -> list[Fault]:
    """Make up faults of any kind, whether or not a client can get past them.

    Args:
        seed: Decides the faults.
        operations: What they may strike.
        sizes_mb: The smallest and the largest `size_mb`.

    Returns:
        One to six faults.

    Raises:
        ValueError: If there are no such operations.
    """
    rng = random.Random(f"{seed}:schedule")  # noqa: S311 - not for security
    pairs = [
        (kind, [one for one in OPERATIONS if one in operations and _can_strike(kind, one)])
        for kind in FAULT_KINDS
    ]
    possible = [(kind, struck) for kind, struck in pairs if struck]
    if not possible:
        raise ValueError("no operations that a fault could strike")
    return [
        _random_fault(rng, kind, rng.choice(struck), rng.randint(*sizes_mb))
        for kind, struck in rng.choices(possible, k=rng.randint(1, 6))
    ]


def _random_fault(rng: random.Random, kind: FaultKind, on: Operation, size_mb: int) -> Fault:
    return Fault(
        kind,
        on=on,
        nth=rng.randint(1, 8),
        # Most faults end, so that a client that retries gets somewhere.
        times=rng.choices((1, 2, 3, None), weights=(10, 5, 4, 1))[0],
        status=rng.choice((500, 502, 503, 504)),
        retry_after=rng.choice(("seconds", "date", "none")),
        seconds=rng.uniform(0, 0.002 if kind == "dripping_body" else 0.2),
        shift=rng.randint(1, 9),
        size_mb=size_mb,
    )
