"""The table that decides which error a refusal is, row by row against the facts."""

from __future__ import annotations

import pytest

from tap_genesys_search.errors import (
    ApiRefusedError,
    GoneError,
    LoginLimitedError,
    LoginRefusedError,
    PageBeyondLimitError,
    PageTooLargeError,
    PermissionMissingError,
    RequestError,
    SearchRefusedError,
    SubmissionLimitError,
    TransientRequestError,
    UnauthorizedError,
)
from tap_genesys_search.platform.http.error_rules import Asked, error_type

INTERVAL = "You must specify a search interval as part of your query that does not exceed 7 days"
DEEP = "Pagination may not exceed 400000 results. Tip: query smaller intervals"
TOO_LARGE = "response.entity.too.large"


@pytest.mark.parametrize(
    ("asked", "status", "code", "message", "error"),
    [
        (Asked.LOGIN, 400, "invalid_request", "rate limit exceeded; wait", LoginLimitedError),
        (Asked.LOGIN, 400, "invalid_client", "client not found", LoginRefusedError),
        (Asked.LOGIN, 401, "invalid_client", "authentication failed", LoginRefusedError),
        (Asked.LOGIN, 403, "", "", LoginRefusedError),
        (Asked.LOGIN, 429, "too.many.requests", "", TransientRequestError),
        (Asked.SEARCH, 401, "bad.credentials", "", UnauthorizedError),
        (Asked.SEARCH, 403, "missing.any.permissions", "", PermissionMissingError),
        (Asked.SEARCH, 403, "missing.division.permission", "", PermissionMissingError),
        (Asked.LIST, 403, "not.authorized", "", PermissionMissingError),
        (Asked.PROBE, 403, "", "Forbidden", RequestError),
        (Asked.PROBE, 400, "bad.request", INTERVAL, ApiRefusedError),
        (Asked.PROBE, 400, "bad.request", "Too many matches", ApiRefusedError),
        (Asked.PROBE, 404, "not.found", "", ApiRefusedError),
        (Asked.PROBE, 400, TOO_LARGE, "", ApiRefusedError),
        (Asked.PROBE, 413, "", "", ApiRefusedError),
        (Asked.PROBE, 405, "", "", ApiRefusedError),
        (Asked.PROBE, 408, "request.timeout", "", TransientRequestError),
        (Asked.SEARCH, 400, "bad.request", INTERVAL, SearchRefusedError),
        (Asked.SEARCH, 400, "", "", SearchRefusedError),
        (Asked.SEARCH, 404, "not.found", "", SearchRefusedError),
        (Asked.AGGREGATES, 400, "bad.request", "", SearchRefusedError),
        (Asked.SEARCH, 408, "request.timeout", "", TransientRequestError),
        (Asked.SEARCH, 400, TOO_LARGE, "", PageTooLargeError),
        (Asked.LIST, 400, TOO_LARGE, "", PageTooLargeError),
        (Asked.RESULTS, 413, TOO_LARGE, "", PageTooLargeError),
        (Asked.POLL, 413, "", "", PageTooLargeError),
        (Asked.PAGE, 400, "bad.request", "Pagination may not exceed", PageBeyondLimitError),
        (Asked.PAGE, 400, "", "", PageBeyondLimitError),
        (Asked.LIST_PAGE, 400, "", "", PageBeyondLimitError),
        (Asked.LIST, 400, "", "", RequestError),
        (Asked.RESULTS, 400, "bad.request", DEEP, PageBeyondLimitError),
        (Asked.RESULTS, 400, "bad.request", "Invalid cursor", GoneError),
        (Asked.RESULTS, 404, "not.found", "", GoneError),
        (Asked.RESULTS, 409, "", "Job is not fulfilled", GoneError),
        (Asked.POLL, 404, "not.found", "", GoneError),
        (Asked.POLL, 410, "", "", GoneError),
        (Asked.SEARCH, 429, "too.many.requests.retry.after", "", TransientRequestError),
        (Asked.OTHER, 400, "bad.request", DEEP, RequestError),
        (Asked.OTHER, 302, "", "", RequestError),
    ],
)
def test_error_is_decided_by_what_was_asked_status_and_code(
    asked: Asked, status: int, code: str, message: str, error: type[RequestError]
) -> None:
    assert error_type(asked, status, code, message) is error


@pytest.mark.parametrize("asked", [Asked.SEARCH, Asked.PAGE])
def test_refused_submission_waits_for_an_own_search_that_is_open(asked: Asked) -> None:
    assert error_type(asked, 429, "", "", is_own_open=lambda: True) is SubmissionLimitError


@pytest.mark.parametrize("asked", [one for one in Asked if one not in {Asked.SEARCH, Asked.PAGE}])
def test_no_other_request_does(asked: Asked) -> None:
    assert error_type(asked, 429, "", "", is_own_open=lambda: True) is TransientRequestError


@pytest.mark.parametrize("asked", Asked)
@pytest.mark.parametrize("message", ["", INTERVAL, DEEP, "Rate limit exceeded", "Invalid cursor"])
def test_every_answer_has_an_error(asked: Asked, message: str) -> None:
    for status in (*range(300, 309), *range(400, 432), 451, 499, *range(500, 512), 599):
        for code in ("", "bad.request", "not.found", TOO_LARGE, "missing.permissions"):
            assert issubclass(error_type(asked, status, code, message), RequestError)


@pytest.mark.parametrize("asked", [one for one in Asked if one is not Asked.RESULTS])
def test_words_decide_nothing_but_the_results_of_a_job(asked: Asked) -> None:
    for code in ("", "bad.request"):
        errors = {error_type(asked, 400, code, words) for words in ("", INTERVAL, DEEP, "rate")}
        assert len(errors) == 1
