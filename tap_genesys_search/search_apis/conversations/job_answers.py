"""The answers of conversation detail jobs: ids, states, pages of results."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tap_genesys_search.errors import ResultExpiredError, SearchFailedError
from tap_genesys_search.jobs.open_jobs import is_id
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.platform.http.responses import LONGEST_CURSOR, size_of
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.timestamps import read_moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


PATH = "/api/v2/analytics/conversations/details/jobs"

RESULTS = frozenset({"conversations", "cursor", "dataAvailabilityDate"})
"""Keys of the model `AnalyticsConversationAsyncQueryResponse`; a page has at least one of them."""


class JobState(Enum):
    """Where a job stands (model `AsyncQueryStatus`), and what its end means."""

    QUEUED = ("QUEUED", None)
    PENDING = ("PENDING", None)
    FULFILLED = ("FULFILLED", "")
    FAILED = (
        "FAILED",
        "has failed",
        "Run again; if it recurs for the same dates, lower window_hours",
    )
    CANCELLED = ("CANCELLED", "was cancelled, by an administrator or another program", "Run again")
    EXPIRED = ("EXPIRED", "has expired before its results were read", "Run again")

    def __init__(self, wire_name: str, outcome: str | None, advice: str = "") -> None:
        self.wire_name = wire_name
        self.outcome = outcome
        self.advice = advice

    @property
    def is_terminal(self) -> bool:
        """Whether a job stays in this state."""
        return self.outcome is not None


_STATES = {state.wire_name: state for state in JobState}


def read_date(date: object, path: str, quote_text: Callable[[object], str]) -> datetime:
    """Read the moment up to which data is complete.

    Args:
        date: What the platform says.
        path: Where it came from, for the error.
        quote_text: Writes what the platform says, for the error.

    Raises:
        SearchFailedError: The text is not a date.
    """
    try:
        return read_moment(date)
    except (ValueError, OverflowError):
        raise SearchFailedError(f"{path} answered {quote_text(date)[:64]!r} for a date") from None


def read_job_id(answer: JsonObject) -> str:
    """Read the id of a job that was submitted.

    Raises:
        SearchFailedError: There is none.
    """
    job = answer.get("jobId")
    if not isinstance(job, str) or not is_id(job):
        raise SearchFailedError(f"POST {PATH} answered without a jobId")
    return job


def read_state(answer: JsonObject, path: str, quote_text: Callable[[object], str]) -> JobState:
    """Read where a job stands; one that ended without results raises.

    Args:
        answer: Model `AsyncQueryStatus`.
        path: Where it came from, for the error.
        quote_text: Writes what the platform says, for the error.

    Raises:
        ResultExpiredError: The job has expired.
        SearchFailedError: The job failed, was cancelled, has expired, or says something unknown.
    """
    name = answer.get("state")
    state = _STATES.get(name.upper()) if isinstance(name, str) else None
    if state is None:
        raise SearchFailedError(f"{path} answered the unknown state {quote_text(name)[:64]!r}")
    message = answer.get("errorMessage")
    message = quote_text(message) if isinstance(message, str) else ""
    said = f' ("{message}")' if message else ""
    if message and state is JobState.FULFILLED:
        raise SearchFailedError(
            f"{path} answered {state.wire_name} with an error{said}: conversations may be missing"
        )
    if state.outcome:
        fact = f"{path} answered {state.wire_name}{said}: the job {state.outcome}"
        if state is JobState.EXPIRED:
            raise ResultExpiredError(fact, state.advice)
        raise SearchFailedError(fact, state.advice)
    return state


def read_results(answer: JsonObject, path: str) -> tuple[Page, str | None]:
    """Check a page of results.

    Returns:
        The page, and the cursor of the next one, None on the last.

    Raises:
        SearchFailedError: Conversations or cursor are not what the model says.
    """
    records = answer.get("conversations") or []
    if not are_objects(records):
        raise SearchFailedError(f"{path} answered conversations that are not a list of objects")
    cursor = answer.get("cursor") or None
    if cursor is not None and not isinstance(cursor, str):
        raise SearchFailedError(f"{path} answered a cursor that is not a text")
    if cursor is not None and len(cursor) > LONGEST_CURSOR:
        raise SearchFailedError(f"{path} answered a cursor of {len(cursor):,} characters")
    return Page(records, None, {}, size_of(answer)), cursor
