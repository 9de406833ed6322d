"""What a server answers is bounded in all that it can be large in, and the run ends in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SearchFailedError, TapGenesysSearchError
from tests.support.hostile_server import (
    JOBS,
    SEARCH_APIS,
    HostileServer,
    packed,
    record,
)
from tests.support.reported_org import moment, refuse
from tests.support.scripted_platform import Answer, ScriptedPlatform
from tests.support.singer_run import SingerRun, catalog_of, run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

pytestmark = pytest.mark.thorough

SEGMENTS = ("interactions", "search_audits", "conversation_segments", "transcripts")


def error_of(run: SingerRun) -> str:
    """The line that a run ended with; it has not moved its state."""
    assert isinstance(run.error, TapGenesysSearchError)
    assert "\n" not in str(run.error)
    assert run.bookmarks() == {}
    return str(run.error)


@pytest.mark.parametrize("api", SEARCH_APIS)
def test_flood_of_values_in_few_bytes_is_not_read(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, api: str
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.http.bodies.MOST_VALUES", 5_000)
    flood = record("c", ",".join(["{}"] * 6_000))
    server = HostileServer(httpserver, api, lambda _number, _size: flood)
    said = error_of(run_tap(server.config(), catalog=catalog_of(*SEGMENTS)))
    assert "answered more than 5,000 values, so it was not read, with page_size 1, too" in said


@pytest.mark.parametrize("api", SEARCH_APIS)
def test_page_of_far_more_records_than_were_asked_for_is_refused(
    httpserver: HTTPServer, api: str
) -> None:
    server = HostileServer(httpserver, api, lambda _number, _size: ",".join(["{}"] * 4_001))
    said = error_of(run_tap(server.config()))
    assert "answered 4,001 records on one page, and no more than 4,000 are read" in said


@pytest.mark.parametrize("api", SEARCH_APIS)
def test_search_whose_pages_hold_next_to_nothing_does_not_go_on_for_ever(
    httpserver: HTTPServer, api: str
) -> None:
    server = HostileServer(httpserver, api, lambda number, _size: record(f"c-{number}"))
    said = error_of(run_tap(server.config(max_concurrent_searches=1)))
    assert "120 pages in a row hold fewer than 2 records each" in said
    assert server.asked < 2 * 120 + 10  # transcripts are searched by two fields


def test_results_whose_pages_are_empty_after_full_ones_do_not_go_on_for_ever(
    httpserver: HTTPServer,
) -> None:
    def page(number: int, size: int) -> str:
        return ",".join(record(f"c-{number}-{one}") for one in range(size if number < 5 else 0))

    server = HostileServer(httpserver, "conversation_jobs", page)
    said = error_of(run_tap(server.config(max_concurrent_searches=1, page_size=100)))
    assert "120 pages in a row hold fewer than 2 records each" in said
    assert server.asked < 2 * 120 + 10


@pytest.mark.parametrize("api", SEARCH_APIS)
def test_id_that_each_row_would_repeat_is_refused(httpserver: HTTPServer, api: str) -> None:
    server = HostileServer(httpserver, api, lambda _number, _size: record("x" * 1_001))
    said = error_of(run_tap(server.config(), catalog=catalog_of(*SEGMENTS)))
    assert "answered an id of 1,001 characters" in said


def is_long(interval: str) -> bool:
    """Tell whether an interval is longer than a second."""
    start, end = map(moment, interval.split("/"))
    return (end - start).total_seconds() > 1


def test_job_that_is_refused_unless_it_spans_a_second_is_not_split_for_ever(
    httpserver: HTTPServer,
) -> None:
    class Refusing(HostileServer):
        def _answer_job(self, request: Request) -> Response:
            if request.method == "POST" and is_long(request.get_json()["interval"]):
                return refuse(400, "bad.request", "Result set is larger than result limit")
            if request.path.endswith("/results"):
                return packed('{"conversations":[]}')
            return super()._answer_job(request)

    server = Refusing(httpserver, "conversation_jobs", lambda _number, _size: "", lambda _: 0)
    run = run_tap(server.config(max_concurrent_searches=1))
    assert isinstance(run.error, SearchFailedError)
    assert "was split" in str(run.error)
    assert "its parts hold 0 interactions so far" in str(run.error)
    assert server.asked < 1_000


def test_results_of_a_job_without_end_are_not_read_for_ever(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_genesys_search.search_apis.conversations.job_results.MOST_RESULTS", 20)
    server = HostileServer(
        httpserver,
        "conversation_jobs",
        lambda number, size: ",".join(record(f"c-{number}-{one}") for one in range(size)),
    )
    run = run_tap(server.config(page_size=10, window_hours=0.01))
    assert "answered 20 conversations and more" in error_of(run)


def test_cursor_that_fits_into_no_address_is_refused(platform: ScriptedPlatform) -> None:
    platform.script(
        Answer({"dataAvailabilityDate": "2026-02-01T00:00:00Z"}),
        Answer({"jobId": "j-1"}),
        Answer({"state": "FULFILLED"}),
        Answer({"conversations": [], "cursor": "x" * 20_000}),
    )
    config = HostileConfig.of(platform, search_api="conversation_jobs", max_concurrent_searches=1)
    said = error_of(platform.run_tap(config))
    assert f"GET {JOBS}/j-1/results answered a cursor of 20,000 characters" in said


class HostileConfig:
    """Settings for a scripted platform."""

    @staticmethod
    def of(platform: ScriptedPlatform, **changes: Any) -> dict[str, Any]:
        return {
            "client_id": "client",
            "client_secret": "hunter2-hunter2",
            "auth_url": platform.url,
            "api_url": platform.url,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "requests_per_minute": 100_000,
            "max_retries": 0,
            **changes,
        }


def entries(first: int, count: int) -> list[dict[str, str]]:
    return [{"id": f"e-{number}"} for number in range(first, first + count)]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"entities": entries(0, 500), "total": 10**9}, "a list of more than 100,000 entries"),
        ({"entities": [{"id": "x" * 1_001}]}, "an id of 1,001 characters"),
    ],
)
def test_list_that_can_not_be_meant_is_refused(
    platform: ScriptedPlatform, page: dict[str, Any], said: str
) -> None:
    platform.script(Answer(page))
    run = platform.run_tap(HostileConfig.of(platform), catalog=catalog_of("users"))
    assert said in str(run.error)
    assert len(platform.api_requests) == 1


@pytest.mark.parametrize(
    ("size", "said"),
    [(500, "a list of more than 1,000 entries"), (1, "fewer than 2 entries a page")],
)
def test_list_without_end_is_not_read_for_ever(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch, size: int, said: str
) -> None:
    monkeypatch.setattr("tap_genesys_search.platform.list_reading.MOST_ENTRIES", 1_000)
    pages = [
        Answer({"entities": entries(number * size, size), "pageSize": size, "nextUri": "/more"})
        for number in range(140)
    ]
    platform.script(*pages)
    run = platform.run_tap(HostileConfig.of(platform), catalog=catalog_of("users"))
    assert said in str(run.error)


def test_aggregates_whose_rows_would_all_repeat_a_long_group_are_refused(
    platform: ScriptedPlatform,
) -> None:
    interval = "2026-01-05T00:00:00.000Z/2026-01-05T00:30:00.000Z"
    data = [{"interval": interval, "metrics": [{"metric": "nOffered", "stats": {"count": 1}}]}]
    platform.script(Answer({"results": [{"group": {"queueId": "q" * 2_000}, "data": data}]}))
    run = platform.run_tap(
        HostileConfig.of(platform), catalog=catalog_of("conversation_aggregates")
    )
    assert "answered an id of 2,002 characters" in str(run.error)


@pytest.mark.parametrize("status", [200, 400, 403, 404, 500])
def test_refusal_of_megabytes_is_told_by_its_status(
    platform: ScriptedPlatform, status: int
) -> None:
    message = "hunter2-hunter2 " * 200_000
    platform.script(Answer({"message": message, "code": "x", "status": status}, status))
    run = platform.run_tap(HostileConfig.of(platform, search_api="conversation_query"))
    said = error_of(run)
    assert len(said) < 1_000
    assert "hunter2" not in said
    assert str(status) in said


def test_permissions_without_end_are_not_looked_through(platform: ScriptedPlatform) -> None:
    parameters = {"permissions": "a" * 500_000}
    platform.script(
        Answer({"message": "No", "code": "missing.permissions", "messageParams": parameters}, 403)
    )
    run = platform.run_tap(HostileConfig.of(platform, search_api="conversation_query"))
    assert "403 missing.permissions" in error_of(run)


def test_token_that_fits_into_no_header_is_none(platform: ScriptedPlatform) -> None:
    platform.script_tokens(Answer({"access_token": "t" * 20_000}))
    run = platform.run_tap(HostileConfig.of(platform, search_api="conversation_query"))
    assert "without a usable access_token" in str(run.error)


def test_facets_of_more_buckets_than_a_state_should_keep_are_refused(
    httpserver: HTTPServer,
) -> None:
    buckets = ",".join(f'{{"key":"{number}","count":1}}' for number in range(50_001))

    facets = f'],"facets":{{"queue":{{"buckets":[{buckets}]}}}},"more":['
    server = HostileServer(
        httpserver, "interaction_search", lambda _number, _size: facets, lambda _: 0
    )
    said = error_of(run_tap(server.config(facets=["queue"])))
    assert "answered 50,001 buckets of facets" in said
