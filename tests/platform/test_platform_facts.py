"""What the tap does where nobody knows what the platform answers, and no other test shows it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.reported_org import QUERY, answer, refuse
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

CAP = 50
COUNT = 130


def run_against(
    server: HTTPServer, search: Callable[[Request], Response], search_api: str, **changes: Any
) -> SingerRun:
    """Run the tap over one day of a platform whose searches a function answers."""

    def handle(request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "token_type": "bearer", "expires_in": 86_400})
        return search(request)

    server.expect_request(re.compile(".*")).respond_with_handler(handle)
    url = server.url_for("").rstrip("/")
    config = {
        "client_id": "client",
        "client_secret": "secret",
        "auth_url": url,
        "api_url": url,
        "search_api": search_api,
        "start_date": "2026-01-05",
        "end_date": "2026-01-06",
    }
    return run_tap({**config, **changes})


def conversation_page(request: Request) -> Response:
    return answer(
        {
            "conversations": [
                {"conversationId": f"c-{n}", "conversationStart": "2026-01-05T09:00:00.000Z"}
                for n in capped(request.json["paging"]["pageNumber"])
            ],
            "totalHits": COUNT,
        }
    )


def transcript_page(request: Request) -> Response:
    return answer(
        {
            "results": [
                {"transcriptId": f"c-{n}", "startTime": "2026-01-05T09:00:00.000Z"}
                for n in capped(request.json["pageNumber"])
            ],
            "total": COUNT,
        }
    )


def capped(page: int) -> range:
    """Give what is on a page of a platform whose pages are smaller than those asked for."""
    return range((page - 1) * CAP, min(page * CAP, COUNT))


@pytest.mark.parametrize(
    ("search_api", "page"),
    [("conversation_query", conversation_page), ("transcript_search", transcript_page)],
)
def test_pages_that_the_platform_caps_lower_lose_nothing(
    httpserver: HTTPServer, search_api: str, page: Callable[[Request], Response]
) -> None:
    run = run_against(httpserver, page, search_api)

    assert run.error is None
    assert sorted(run.ids()) == sorted(f"c-{n}" for n in range(COUNT))
    (audit,) = run.records("search_audits")
    assert (audit["status"], audit["total_matching_records"]) == ("completed", COUNT)


def test_facets_that_the_platform_refuses_end_the_run_with_its_words(
    httpserver: HTTPServer,
) -> None:
    def search(request: Request) -> Response:
        if "aggregations" in request.json:
            return refuse(400, "bad.request", "The size of an aggregation may not exceed 100")
        return answer({"conversations": [], "totalHits": 0})

    run = run_against(httpserver, search, "conversation_query", facets=["queueId"])

    assert "The size of an aggregation may not exceed 100" in str(run.error)
    assert f"POST {QUERY} answered 400" in str(run.error)
    assert run.bookmarks() == {}


def test_page_that_lies_too_deep_halves_the_window(httpserver: HTTPServer) -> None:
    def search(request: Request) -> Response:
        start, end = (text[:10] for text in request.json["interval"].split("/"))
        days = [day for day in ("2026-01-05", "2026-01-06") if start <= day < end]
        number = request.json["paging"]["pageNumber"]
        if number > len(days) == 2:
            return refuse(400, "bad.request", "Pagination may not exceed 200 results")
        found = [
            {"conversationId": f"{day}-{n}", "conversationStart": f"{day}T09:00:00.000Z"}
            for day in days
            for n in range(120)
        ]
        page = found[(number - 1) * 100 : number * 100]
        return answer({"conversations": page, "totalHits": len(found)})

    two_days = {"end_date": "2026-01-07", "window_hours": 48}
    run = run_against(httpserver, search, "conversation_query", **two_days)

    assert run.error is None
    assert len(set(run.ids())) == 240
    statuses = [audit["status"] for audit in run.records("search_audits")]
    assert statuses == ["split", "completed", "completed"]
