"""A fault of the platform or the network, scheduled for requests to come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from genesys_cloud_simulator.faults.kinds import (
    FAULT_KINDS,
    OPERATIONS,
    SEARCHES,
    STAGES,
    FaultKind,
    Stage,
    can_strike,
    struck_by,
)

if TYPE_CHECKING:
    from datetime import datetime


RetryAfter: TypeAlias = Literal["seconds", "date", "none"]

_LARGEST_MB = 100_000


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

            `login_rate_limited`: the login answers 400 `invalid_request`, "rate limit exceeded".
            `answer_too_large`: `too_large_status` with `response.entity.too.large`.
            `request_timeout`: an analytics endpoint answers 408. `error_without_status`,
            `error_with_text_status`: 200 with the message and code of an error, without a status
            or with the status as text.

            `failed_query`, `endless_pending`, `unknown_status`: what every poll of the query or
            the job answers from then on. `cancelled_query`, `expired_query`: the same, of jobs.

            `lost_job`, `conflicting_job`: from then on the status and the results of the job are
            answered by 404 or 409. `unfulfilled_results`, `invalid_cursor`: from then on the
            results of the job, or those behind a cursor, are answered by 400.

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
            `times=None` for all pages that follow. `absent_total`: the page has no total.

            `inserted_record`: a record that the pages before did not have yet is on one of them
            now; one more begins at the end, where time has not passed the end of the search.
            `vanished_record`: a record of the page before is gone, and one more begins at the end,
            so that the total is the same and the record that moved to the page before is on no
            page. Both hold for good, so that a search sent again is consistent.
        on: The operation it strikes. Faults of queries strike the polls of searches and jobs in
            any case, faults of pages whatever answers records.
        nth: Which of the matching requests it strikes first, counted from when it is scheduled.
            Faults of pages count answers with a page, faults of queries count all polls.
            What strikes later pages only, such as `repeated_page`, `absent_total` and
            `invalid_cursor`, does not count first pages.
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
        too_large_status: The status of an `answer_too_large`.
        touching: Strike only searches whose range contains this moment, as a bad index partition
            does; for faults of queries and pages and for faults `on` a request that searches.
    """

    kind: FaultKind
    on: str = "any"
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
    too_large_status: Literal[400, 413] = 413
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
            names = ", ".join(struck_by(self.kind))
            problem = f"{self.kind} strikes {self._what} only ({names}), not {self.on!r}"
        elif self.touching is not None and self.stage == "request" and self.on not in SEARCHES:
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
        elif self.too_large_status not in {400, 413}:
            problem = f"an answer_too_large has the status 400 or 413, not {self.too_large_status}"
        elif self.kind == "overlapping_page" and self.shift < 1:
            problem = "an overlapping_page has a shift of at least 1"
        elif self.size_mb not in range(1, _LARGEST_MB + 1):
            problem = f"size_mb must be a whole number from 1 to {_LARGEST_MB}"
        elif not re.fullmatch(r"https?://[!-~]+", self.location):
            problem = f"location must be an address with http or https, not {self.location!r}"
        return problem

    @property
    def _what(self) -> str:
        """What faults of this stage strike."""
        names = {"query": "polls", "job": "jobs", "page": "pages", "request": "requests"}
        return names[self.stage]

    @property
    def stage(self) -> Stage:
        """Where the fault strikes."""
        return STAGES[self.kind]

    def strikes(self, operation: str) -> bool:
        """Return whether the fault can strike an operation.

        Args:
            operation: The operation, or `any`.

        Returns:
            Whether it can.
        """
        return can_strike(self.kind, operation)
