"""Lists that end early, or hold more than they count: none of it is complete in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Request, Response

from tap_genesys_search.errors import IncompleteSearchError, TooManyMatchesError
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

QUERY = "/api/v2/analytics/conversations/details/query"
TRANSCRIPTS = "/api/v2/speechandtextanalytics/transcripts/search"
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 86399}
SECONDS = 60


def run_against(
    server: HTTPServer, path: str, answer: Callable[[Any], dict[str, Any]], search_api: str
) -> SingerRun:
    """Run the tap over one day of a platform that answers what a function says."""

    def handle(request: Request) -> Response:
        return Response(json.dumps(answer(request.get_json())), content_type="application/json")

    server.expect_request("/oauth/token").respond_with_json(TOKEN)
    server.expect_request(path).respond_with_handler(handle)
    url = server.url_for("").rstrip("/")
    return run_tap(
        {
            "client_id": "client",
            "client_secret": "secret",
            "auth_url": url,
            "api_url": url,
            "search_api": search_api,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "requests_per_minute": 100_000,
        }
    )


def conversations(count: int) -> list[dict[str, Any]]:
    start = "2026-01-05T10:00:00.000Z"
    return [{"conversationId": f"c-{n}", "conversationStart": start} for n in range(count)]


def transcripts(body: Any, count: int) -> list[dict[str, Any]]:
    """Give a page of some transcripts, spread over a minute and sorted."""
    (span,) = (one for one in body["query"] if one["type"] == "DATE_RANGE")
    starts = [f"2026-01-05T10:00:{n * SECONDS // count:02d}.000Z" for n in range(count)]
    found = [
        {"transcriptId": f"t-{n}", "startTime": start}
        for n, start in enumerate(starts)
        if span["startValue"] <= start < span["endValue"]
    ]
    first = (body["pageNumber"] - 1) * body["pageSize"]
    return found[first : first + body["pageSize"]]


@pytest.mark.parametrize(
    "later",
    [
        {},
        {"conversations": [], "totalHits": 0},
        {"conversations": conversations(1), "totalHits": 1},
    ],
    ids=["says nothing", "says none", "says one"],
)
def test_reading_that_shows_less_than_the_one_before_confirms_nothing(
    httpserver: HTTPServer, later: dict[str, Any]
) -> None:
    firsts = 0

    def answer(body: Any) -> dict[str, Any]:
        nonlocal firsts
        if body["paging"]["pageNumber"] > 1:
            return {}
        firsts += 1
        return {"conversations": conversations(100), "totalHits": 5000} if firsts == 1 else later

    run = run_against(httpserver, QUERY, answer, "conversation_query")

    assert isinstance(run.error, IncompleteSearchError)
    assert [one["status"] for one in run.records("search_audits")] == ["failed"]
    assert run.bookmarks() == {}


def test_day_that_says_nothing_is_asked_again_before_it_counts_as_empty(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    run = run_against(httpserver, QUERY, lambda _: {}, "conversation_query")

    assert run.error is None
    assert sum(request.path == QUERY for request, _ in httpserver.log) >= 2
    assert "lists 0 interactions, counted as nothing, in two readings" in caplog.text


@pytest.mark.parametrize("later", [{}, {"total": None}, {"total": "many"}])
def test_transcripts_are_read_on_where_later_pages_have_no_total(
    httpserver: HTTPServer, later: dict[str, Any]
) -> None:
    def answer(body: Any) -> dict[str, Any]:
        total = {"total": 250} if body["pageNumber"] == 1 else later
        return {"results": transcripts(body, 250), **total}

    run = run_against(httpserver, TRANSCRIPTS, answer, "transcript_search")

    assert run.error is None
    assert sorted(run.ids()) == sorted(f"t-{n}" for n in range(250))


@pytest.mark.thorough
def test_transcripts_that_outgrow_a_total_that_is_cut_off_are_found_in_shorter_windows(
    httpserver: HTTPServer,
) -> None:
    def answer(body: Any) -> dict[str, Any]:
        records = transcripts(body, 250)
        matching = len(transcripts({**body, "pageNumber": 1, "pageSize": 1000}, 250))
        return {"results": records, "total": min(matching, 200)}

    run = run_against(httpserver, TRANSCRIPTS, answer, "transcript_search")

    assert run.error is None
    assert set(run.ids()) == {f"t-{n}" for n in range(250)}
    assert "split" in {one["status"] for one in run.records("search_audits")}


@pytest.mark.thorough
def test_transcripts_that_outgrow_their_total_within_a_second_are_not_complete(
    httpserver: HTTPServer,
) -> None:
    def answer(body: Any) -> dict[str, Any]:
        first = (body["pageNumber"] - 1) * body["pageSize"]
        records = [{"transcriptId": f"t-{n}"} for n in range(250)]
        return {"results": records[first : first + body["pageSize"]], "total": 200}

    run = run_against(httpserver, TRANSCRIPTS, answer, "transcript_search")

    assert isinstance(run.error, TooManyMatchesError)
    assert run.bookmarks() == {}
