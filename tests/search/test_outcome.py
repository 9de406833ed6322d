"""What becomes of a window whose search does not complete, and what its error tells to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tap_genesys_search.errors import (
    IncompleteSearchError,
    LoginError,
    RecordTooLargeError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.search.outcome import (
    LEAVE_OUT,
    Outcome,
    explain_end,
    explain_failure,
    explain_parts,
    halve,
    leave,
    shorten,
)
from tap_genesys_search.search.split_windows import SplitWindow
from tap_genesys_search.search_apis.page import Page
from tests.support.scripted_searches import DAY, START, ScriptedSearches, day

if TYPE_CHECKING:
    from tap_genesys_search.search.search import Search

WINDOW = "2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z"


@pytest.fixture
def search() -> Search:
    return ScriptedSearches().open_search(day(0))


def fails(
    search: Search,
    error: TapGenesysSearchError | RecursionError,
    *,
    finest: timedelta = timedelta(seconds=1),
    is_up: bool = True,
    allow_incomplete: bool = False,
) -> Outcome:
    return explain_failure(
        error,
        search,
        finest_window=finest,
        allow_incomplete=allow_incomplete,
        is_platform_up=lambda: is_up,
    )


def test_window_that_matches_too_much_is_shortened_without_an_error(search: Search) -> None:
    assert fails(search, TooManyMatchesError("Too many")) == Outcome("split", None, shorten)
    # A moment longer than the finest window is enough.
    almost = DAY - timedelta(microseconds=1)
    assert fails(search, TooManyMatchesError("Too many"), finest=almost).status == "split"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (
            TooManyMatchesError(f"Window {WINDOW} matches 2000 of 1000"),
            TooManyMatchesError,
            (
                f"Window {WINDOW} can't be halved any more and still matches too many "
                "interactions: matches 2000 of 1000. Narrow the search with filters"
            ),
        ),
        (
            RecordTooLargeError("POST /query answered more than 64 MB"),
            SearchFailedError,
            (
                f"Window {WINDOW}, which can't be halved any more, holds an interaction that is "
                f"too large to be answered: POST /query answered more than 64 MB. {LEAVE_OUT}"
            ),
        ),
        (
            RequestError("POST /query answered 500", status=500, platform_message="broken"),
            RequestError,
            f"Window {WINDOW}, which can't be halved any more, fails: POST /query answered 500",
        ),
    ],
)
def test_error_names_the_window_that_can_not_be_halved_any_more(
    search: Search,
    error: TapGenesysSearchError,
    kind: type[TapGenesysSearchError],
    message: str,
) -> None:
    outcome = fails(search, error, finest=DAY)
    assert (outcome.status, outcome.replan) == ("failed", leave)
    assert type(outcome.error) is kind
    assert str(outcome.error) == message
    if isinstance(error, RequestError):
        assert isinstance(outcome.error, RequestError)
        assert (outcome.error.status, outcome.error.platform_message) == (500, "broken")


def test_window_that_the_platform_fails_to_search_is_halved_unless_it_is_down(
    search: Search,
) -> None:
    error = RequestError("POST /query answered 500", status=500)
    assert fails(search, error) == Outcome("split", error, halve)
    assert fails(search, error, is_up=False) == Outcome("failed", error, leave)


@pytest.mark.parametrize(
    "error",
    [
        RequestError("GET /details answered 499", status=499),
        RequestError("POST /query was not answered"),
        LoginError("POST /oauth/token answered 503", status=503),
        SearchFailedError("The platform ended the search"),
    ],
)
def test_failure_that_a_shorter_window_would_meet_again_stays_as_it_is(
    search: Search, error: TapGenesysSearchError
) -> None:
    assert fails(search, error) == Outcome("failed", error, leave)


def test_window_whose_facets_fail_is_not_halved(search: Search) -> None:
    search.is_read = True
    error = RequestError("GET /aggregates answered 500", status=500)
    assert fails(search, error) == Outcome("failed", error, leave)


def test_interaction_that_is_nested_too_deeply_can_be_left_out(search: Search) -> None:
    outcome = fails(search, RecursionError())
    assert outcome.status == "failed"
    assert str(outcome.error) == (
        f"Window {WINDOW} holds an interaction that is nested too deeply to be written. {LEAVE_OUT}"
    )


ADVICE = "Run again: the state is kept; or set allow_incomplete to accept it"


def test_incomplete_window_fails_with_advice_or_is_accepted_with_a_warning(
    search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    error = IncompleteSearchError("Window x yields 3 of 5")
    failed = fails(search, error)
    assert (failed.status, str(failed.error)) == ("failed", f"Window x yields 3 of 5. {ADVICE}")
    assert type(failed.error) is IncompleteSearchError
    assert not failed.is_final
    assert caplog.messages == []

    accepted = fails(search, error, allow_incomplete=True)
    assert accepted == Outcome("incomplete", error, leave)
    assert accepted.is_final
    assert caplog.messages == ["Window x yields 3 of 5; accepted, as allow_incomplete says"]


def test_parts_that_match_less_than_their_window_are_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    short = SplitWindow(day(0), 1, counted=0)
    fact = f"Window {WINDOW} matches 1 interaction, its parts only 0"
    failed = explain_parts(short, allow_incomplete=False)
    assert (failed.status, str(failed.error)) == ("failed", f"{fact}. {ADVICE}")
    assert explain_parts(short, allow_incomplete=True).status == "incomplete"
    assert caplog.messages == [f"{fact}; accepted, as allow_incomplete says"]


def test_search_that_is_read_to_its_end_is_completed(
    search: Search, caplog: pytest.LogCaptureFixture
) -> None:
    assert explain_end(search) == Outcome("completed")
    assert explain_end(search).is_final
    assert caplog.messages == []


def test_search_whose_results_leave_out_its_tail_is_incomplete(
    caplog: pytest.LogCaptureFixture,
) -> None:
    api = ScriptedSearches()
    api.finish(day(0), Page([{"id": "i"}], 1, {}, complete_until=START + DAY / 2))
    search = api.open_search(day(0))
    search.finish()
    outcome = explain_end(search)
    fact = (
        f"Window {WINDOW}: its results leave out what came after 2026-01-05T12:00:00.000Z, by "
        "their dataAvailabilityDate"
    )
    assert (outcome.status, str(outcome.error), outcome.replan) == ("incomplete", fact, leave)
    assert caplog.messages == [
        (
            f"{fact}: the state stays there, and each run reads the rest again. If that lasts for "
            "days, read this window with search_api conversation_query, and report it to Genesys "
            "support"
        )
    ]
