"""How a search ended, and what follows for the next windows."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal

from tap_genesys_search.errors import (
    IncompleteSearchError,
    LoginError,
    RecordTooLargeError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from tap_genesys_search.search.search import Search
    from tap_genesys_search.search.split_windows import SplitWindow
    from tap_genesys_search.windows.plan import WindowPlan
    from tap_genesys_search.windows.window import Window


logger = logging.getLogger("tap-genesys-search.outcomes")


LEAVE_OUT = "Leave it out with filters, and report it to Genesys support"


def leave(plan: WindowPlan, search: Search) -> None:
    """Leave the plan as it is."""


def shorten(plan: WindowPlan, search: Search) -> None:
    """Plan shorter windows after one that matches too much: its neighbours will, too."""
    plan.shorten(search.window, search.total)


def halve(plan: WindowPlan, search: Search) -> None:
    """Halve a window that the platform fails to search; its neighbours may be sound."""
    plan.halve(search.window)


@dataclass(frozen=True)
class Outcome:
    """How a search ended.

    Attributes:
        status: The status in its audit.
        error: The reason, where it did not complete.
        replan: Changes the plan where the window is split.
    """

    status: Literal["completed", "split", "incomplete", "failed"]
    error: TapGenesysSearchError | None = None
    replan: Callable[[WindowPlan, Search], None] = leave

    @property
    def is_final(self) -> bool:
        """Whether the window need not be searched again."""
        return self.status in {"completed", "incomplete"}


def explain_end(search: Search) -> Outcome:
    """Tell whether a search that was read to its end is complete up to its window's end.

    Args:
        search: The search.

    Returns:
        The outcome, `incomplete` where the results say that they leave out the tail.
    """
    if search.complete_until == search.window.end:
        return Outcome("completed")
    error = IncompleteSearchError(
        f"Window {search.window}: its results leave out what came after "
        f"{format_timestamp(search.complete_until)}, by their dataAvailabilityDate"
    )
    logger.warning(
        "%s: the state stays there, and each run reads the rest again. If that lasts for days, "
        "read this window with search_api conversation_query, and report it to Genesys support",
        error,
    )
    return Outcome("incomplete", error)


def explain_failure(
    error: TapGenesysSearchError | RecursionError,
    search: Search,
    *,
    finest_window: timedelta,
    allow_incomplete: bool,
    is_platform_up: Callable[[], bool],
) -> Outcome:
    """Decide what becomes of a search that did not complete.

    Args:
        error: The error that ended it.
        search: The search.
        finest_window: Length of the shortest window that the API tells apart.
        allow_incomplete: Whether a window that stays short of its total is accepted.
        is_platform_up: Asks whether the platform answers other searches. Where it does not, a
            shorter window would not help.

    Returns:
        The outcome. Its error says what to do.
    """
    window = search.window
    can_be_halved = window.length > finest_window
    if isinstance(error, IncompleteSearchError):
        return _explain_incomplete(error, allow_incomplete=allow_incomplete)
    if isinstance(error, TooManyMatchesError):
        return Outcome("split", replan=shorten) if can_be_halved else _too_many(window, error)
    if isinstance(error, RecursionError):
        return _too_deep(window)
    # The window is not at fault where its facets fail after all interactions were read.
    if isinstance(error, RequestError) and _is_server_failing(error) and not search.is_read:
        if not can_be_halved:
            return _failing(window, error)
        return Outcome("split", error, halve) if is_platform_up() else Outcome("failed", error)
    return Outcome("failed", error)


def explain_parts(short: SplitWindow, *, allow_incomplete: bool) -> Outcome:
    """Decide what becomes of a split window whose parts match fewer records.

    Args:
        short: The window.
        allow_incomplete: Whether that is accepted.
    """
    return _explain_incomplete(
        IncompleteSearchError(
            f"Window {short.window} matches {counted(short.total, 'interaction')}, its parts only "
            f"{short.counted}"
        ),
        allow_incomplete=allow_incomplete,
    )


def _explain_incomplete(error: IncompleteSearchError, *, allow_incomplete: bool) -> Outcome:
    if allow_incomplete:
        logger.warning("%s; accepted, as allow_incomplete says", error.fact)
        return Outcome("incomplete", error)
    advice = "Run again: the state is kept; or set allow_incomplete to accept it"
    return Outcome("failed", IncompleteSearchError(error.fact, advice))


def _too_many(window: Window, error: TooManyMatchesError) -> Outcome:
    if isinstance(error, RecordTooLargeError):
        return Outcome(
            "failed",
            SearchFailedError(
                f"Window {window}, which can't be halved any more, holds an interaction that is "
                f"too large to be answered: {error}",
                LEAVE_OUT,
            ),
        )
    return Outcome(
        "failed",
        TooManyMatchesError(
            f"Window {window} can't be halved any more and still matches too many interactions: "
            f"{str(error).removeprefix(f'Window {window} ')}. Narrow the search with filters"
        ),
    )


def _too_deep(window: Window) -> Outcome:
    return Outcome(
        "failed",
        SearchFailedError(
            f"Window {window} holds an interaction that is nested too deeply to be written",
            LEAVE_OUT,
        ),
    )


def _failing(window: Window, error: RequestError) -> Outcome:
    return Outcome(
        "failed",
        RequestError(
            f"Window {window}, which can't be halved any more, fails: {error}",
            status=error.status,
            platform_message=error.platform_message,
        ),
    )


def _is_server_failing(error: RequestError) -> bool:
    """Tell whether the platform answered the request with a 5xx after all retries."""
    return (
        not isinstance(error, LoginError)
        and error.status is not None
        and error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    )
