from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    NotOfferedError,
    RequestError,
    SearchFailedError,
    TapGenesysSearchError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.records.fields import ABSENT
from tap_genesys_search.search_apis.interaction_search import InteractionSearch, build_payload
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import (
    QUERY_PATH,
    Answer,
    FakeClock,
    ScriptedPlatform,
    make_settings,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request, Response

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.settings.parse import Settings

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=3))
PENDING = Answer({"id": "q-1", "status": "pending"})


@pytest.fixture
def simulator(clock: FakeClock) -> Simulator:
    org = Org(seed=1, start=START, days=3, interactions=250)
    return Simulator(org, requests_per_minute=10_000, clock=clock.monotonic)


@pytest.fixture
def address(simulator: Simulator) -> Iterator[dict[str, str]]:
    """Settings that reach the simulator, while it runs."""
    with simulator.running() as url:
        yield {
            "auth_url": url,
            "api_url": url,
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
        }


def search(
    settings: Settings, job_log: JobLog | None = None, clock: Clock = SYSTEM_CLOCK
) -> list[Page]:
    api = InteractionSearch(PlatformClient(settings, clock), settings)
    return list(api.pages(WINDOW, job_log or JobLog()))


def completed(**changes: object) -> Answer:
    return Answer(
        {"status": "completed", "results": [], "facets": {}, "totalMatchingRecords": 0} | changes
    )


def numbered(first: int, last: int) -> list[dict[str, str]]:
    return [{"id": f"c-{number}"} for number in range(first, last)]


def test_filters_are_passed_through_next_to_the_window() -> None:
    voice = {"type": "match", "field": "media.type", "value": "voice"}
    odd = {"anything": {"goes": [1, None]}}

    query = build_payload(make_settings(filters=[voice, odd]), WINDOW, 0, 500)["query"]

    assert query["filter"]["type"] == "and"
    *others, window = query["filter"]["predicates"]
    assert window["range"]["start"] == "2026-01-05T00:00:00.000Z"
    assert others == [voice, odd]


def test_page_size_and_fields_are_the_settings_and_a_query_is_polled_by_its_id(
    platform: ScriptedPlatform,
) -> None:
    settings = platform.settings(page_size=7, fields=["id", "queue.name"])
    platform.script(PENDING, completed())

    search(settings, clock=platform.clock)

    submit, poll = platform.api_requests
    assert submit.json["query"]["fields"] == ["id", "queue.name"]
    assert submit.json["query"]["pageSize"] == 7
    assert (poll.method, poll.path, poll.text) == ("GET", f"{QUERY_PATH}/q-1", "")


def test_total_that_is_cut_off_is_not_believed(platform: ScriptedPlatform) -> None:
    pages = [
        completed(results=numbered(first, first + 4), totalMatchingRecords=8) for first in (0, 4, 8)
    ]
    platform.script(*[one for page in pages for one in (PENDING, page)])

    with pytest.raises(TooManyMatchesError, match="more interactions than the 8"):
        search(platform.settings(page_size=4), clock=platform.clock)


def test_offset_counts_what_was_received_not_what_was_asked_for(platform: ScriptedPlatform) -> None:
    first = completed(results=numbered(0, 3), totalMatchingRecords=5)
    second = completed(results=numbered(3, 5), totalMatchingRecords=5)
    platform.script(PENDING, first, PENDING, second)

    pages = search(platform.settings(page_size=4), clock=platform.clock)

    assert [record["id"] for page in pages for record in page.records] == [
        f"c-{number}" for number in range(5)
    ]
    submits = [request for request in platform.api_requests if request.method == "POST"]
    assert [submit.json["query"]["offset"] for submit in submits] == [0, 3]


def test_query_is_polled_until_it_is_completed(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    simulator.query_seconds = 20
    job_log = JobLog()

    pages = search(make_settings(poll_interval_seconds=2, **address), job_log, clock=clock)

    assert len(pages) == 1
    assert len(job_log.query_ids) == 1
    assert job_log.polls == simulator.log.by_operation["poll"] == len(clock.slept)
    assert clock.slept[0] == 0.1
    assert 15 <= sum(clock.slept) <= 25 * 1.11


def test_tally_counts_queries_polls_and_retries(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    simulator.faults.schedule(
        Fault("server_error", on="submit", nth=1),
        Fault("server_error", on="poll", nth=1, times=2),
        Fault("expired_token", on="poll", nth=4),
    )
    job_log = JobLog()

    search(make_settings(page_size=150, **address), job_log, clock=clock)

    assert len(set(job_log.query_ids)) == len(job_log.query_ids) == 2
    assert job_log.polls == 2
    assert job_log.retries == 4
    assert simulator.log.by_fault.total() == 4


def test_query_that_stays_pending_fails_at_its_deadline(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    simulator.faults.schedule(Fault("endless_pending", times=None))

    with pytest.raises(SearchFailedError) as failed:
        search(make_settings(poll_timeout_seconds=100, **address), clock=clock)

    assert sum(clock.slept) == pytest.approx(100)
    assert "did not complete within 100 s" in str(failed.value)
    assert str(WINDOW) in str(failed.value)


def test_failed_query_ends_the_search_with_the_platform_s_message(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    simulator.faults.schedule(Fault("failed_query"))

    with pytest.raises(SearchFailedError) as failed:
        search(make_settings(**address), clock=clock)

    message = str(failed.value)
    assert "status 'failed'" in message
    assert '"The search failed in an index partition."' in message
    assert simulator.log.by_operation["poll"] == 1


@pytest.mark.parametrize("status", ["failed", "cancelled", "expired", "", "done", None, 200, ["x"]])
def test_status_that_is_neither_pending_nor_completed_is_a_failure(
    platform: ScriptedPlatform, status: object
) -> None:
    platform.script(PENDING, completed(status=status))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    message = str(failed.value)
    assert f"{QUERY_PATH}/q-1" in message
    assert f"status {str(status)!r}" in message
    assert len(platform.api_requests) == 2


def test_answer_to_a_poll_that_says_nothing_is_a_failure(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({}))

    with pytest.raises(SearchFailedError, match="answered status 'None'"):
        search(platform.settings(), clock=platform.clock)


def test_missing_status_is_a_failure(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({"results": []}))

    with pytest.raises(SearchFailedError, match="status 'None'"):
        search(platform.settings(), clock=platform.clock)


def test_failure_s_message_is_one_line(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({"status": "failed", "errorMessage": "Bad\nindex\r\n part"}))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert '"Bad index part"' in str(failed.value)
    assert len(str(failed.value).splitlines()) == 1


@pytest.mark.parametrize(
    "error",
    [
        {"errorMessage": "One index is gone"},
        {"error": {"message": "One index is gone"}},
        {"error": "One index is gone", "results": None},
        {"errors": [{"message": "One index is gone"}]},
        {"errors": [{"message": "One index is gone"}], "results": numbered(0, 1)},
    ],
)
def test_completed_search_with_an_error_is_a_failure(
    platform: ScriptedPlatform, error: dict[str, object]
) -> None:
    platform.script(PENDING, completed(**error))

    with pytest.raises(TapGenesysSearchError, match='an error: "One index is gone"'):
        search(platform.settings(max_retries=0), clock=platform.clock)


@pytest.mark.parametrize("empty", ["", None])
def test_empty_error_message_beside_a_completed_search_is_no_failure(
    platform: ScriptedPlatform, empty: str | None
) -> None:
    results = numbered(0, 2)
    platform.script(PENDING, completed(errorMessage=empty, results=results, totalMatchingRecords=2))

    (page,) = search(platform.settings(), clock=platform.clock)

    assert page.records == results


def test_status_in_capitals_is_understood(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({"status": "PENDING"}), completed(status="COMPLETED"))

    assert len(search(platform.settings(), clock=platform.clock)) == 1


def test_search_completed_at_once_is_not_polled(platform: ScriptedPlatform) -> None:
    results = numbered(0, 2)
    platform.script(completed(id="q-1", results=results, totalMatchingRecords=2))

    (page,) = search(platform.settings(), clock=platform.clock)

    assert page.records == results
    assert len(platform.api_requests) == 1


def test_search_failed_at_once_is_not_polled(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"id": "q-1", "status": "failed"}))

    with pytest.raises(SearchFailedError, match="status 'failed'"):
        search(platform.settings(), clock=platform.clock)

    assert len(platform.api_requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "pending"},
        {"id": None, "status": "pending"},
        {"id": "", "status": "pending"},
        {"id": True, "status": "pending"},
        {"conversations": [], "totalHits": 0},
    ],
)
def test_submission_answered_without_an_id_says_what_to_set(
    platform: ScriptedPlatform, answer: dict[str, object]
) -> None:
    platform.script(Answer(answer))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    message = str(failed.value)
    assert f"POST {QUERY_PATH} answered without a query id" in message
    assert "search_api" in message
    assert len(platform.api_requests) == 1


def test_id_of_a_query_can_not_lead_elsewhere(platform: ScriptedPlatform) -> None:
    platform.script(Answer({"id": "../../users?x=1#y", "status": "pending"}), completed())

    search(platform.settings(), clock=platform.clock)

    assert platform.api_requests[1].path == f"{QUERY_PATH}/../../users?x=1#y"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"totalMatchingRecords": None}, "a totalMatchingRecords that is not a count"),
        ({"facets": []}, "facets that are not an object"),
        ({"facets": "media.type"}, "facets that are not an object"),
    ],
)
def test_result_of_the_wrong_type_is_refused(
    platform: ScriptedPlatform, changes: dict[str, object], problem: str
) -> None:
    platform.script(PENDING, completed(**changes))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    assert f"{QUERY_PATH}/q-1 answered a completed search with {problem}" in str(failed.value)


def test_result_without_a_total_is_refused(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({"status": "completed", "results": []}))

    with pytest.raises(SearchFailedError, match="totalMatchingRecords"):
        search(platform.settings(), clock=platform.clock)


def test_null_facets_are_empty_ones(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, completed(facets=None))

    assert search(platform.settings(), clock=platform.clock) == [Page([], 0, {})]


def test_facets_are_read_with_their_buckets(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    (page,) = search(make_settings(**address), clock=clock)

    assert set(page.facets) == {"media.type", "queue.name"}
    assert 0 < sum(bucket["count"] for bucket in page.facets["media.type"]) <= page.total
    assert simulator.org.interactions == page.total


@pytest.mark.parametrize("facet", [None, {}, {"buckets": None}, {"buckets": "x"}, "x", 7])
def test_facet_without_a_list_of_buckets_is_not_answered(
    platform: ScriptedPlatform, facet: object
) -> None:
    platform.script(PENDING, completed(facets={"media.type": facet}))

    (page,) = search(platform.settings(), clock=platform.clock)

    assert page.facets == {}


def test_a_refused_filter_has_the_place_that_it_has_in_the_setting(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    voice = {"type": "match", "field": "media.type", "value": "voice"}
    for place, filters in enumerate(([{"type": "nonsense"}, voice], [voice, {"type": "nonsense"}])):
        with pytest.raises(RequestError, match=rf"predicates\[{place}\]"):
            search(make_settings(**address, filters=filters), clock=clock)
    assert simulator.requests


def test_facet_without_a_name_gets_one(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, completed(facets={"": {"buckets": [{"key": "a", "count": 1}]}}))

    (page,) = search(platform.settings(), clock=platform.clock)

    assert page.facets == {'""': [{"key": "a", "count": 1}]}


def test_window_with_too_many_matches_is_told_from_a_malformed_one(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    simulator.result_limit = 249

    with pytest.raises(TooManyMatchesError) as too_many:
        search(make_settings(**address), clock=clock)

    assert "Result set is larger than result limit of 249" in str(too_many.value)
    assert too_many.value.total is None
    assert simulator.log.by_operation["submit"] == 3  # two of a second, which are accepted


def test_mistake_in_a_setting_is_told_from_too_many_matches(platform: ScriptedPlatform) -> None:
    def answer(request: Request) -> Response:
        if request.method == "GET":
            return completed().response()
        if "nope" in request.json["query"]["fields"]:
            return refusal(400, "The interval exceeds 31 days", code="bad.request").response()
        return Answer({"id": "q-1", "status": "pending"}).response()

    platform.answer_by(answer)

    with pytest.raises(RequestError, match="Check the settings fields, filters"):
        search(platform.settings(fields=["id", "nope"]), clock=platform.clock)


def test_search_that_the_org_does_not_offer_is_told_from_too_many_matches(
    platform: ScriptedPlatform,
) -> None:
    text = "You must specify a search interval as part of your query that does not exceed 7 days"
    platform.script(refusal(400, text, code="bad.request"))

    with pytest.raises(NotOfferedError, match="does not offer search_api interaction_search"):
        search(platform.settings(), clock=platform.clock)

    assert len(platform.api_requests) == 2


def test_too_large_a_result_is_one_only_where_the_platform_answers_400(
    platform: ScriptedPlatform,
) -> None:
    platform.script(refusal(403, "Result set is larger than result limit"))

    with pytest.raises(RequestError, match="403"):
        search(platform.settings(), clock=platform.clock)


def test_flat_projection_of_the_simulator_reads_like_the_nested_one(
    simulator: Simulator, address: dict[str, str], clock: FakeClock
) -> None:
    settings = make_settings(**address)

    def attributes() -> list[list[Any]]:
        (page,) = search(settings, clock=clock)
        return [
            [InteractionSearch.read_field(record, name) for name in settings.projection.fields]
            for record in page.records
        ]

    nested = attributes()
    simulator.flat_projection = True
    flat = attributes()

    as_null = [[None if value is ABSENT else value for value in record] for record in nested]
    assert as_null == [[None if value is ABSENT else value for value in one] for one in flat]
    assert {record[3] for record in as_null} >= {"voice", "email"}


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ({"media": {"type": "voice"}}, "voice"),
        ({"media.type": "voice"}, "voice"),
        ({"media.type": None}, None),
        ({"media": None}, None),
        ({"media": {"type": None}}, None),
        ({"media": {}}, ABSENT),
        ({}, ABSENT),
        ({"media": "voice"}, ABSENT),
        ({"media": ["type"]}, ABSENT),
    ],
)
def test_dotted_field_is_read_nested_or_flat_and_null_is_not_absent(
    record: dict[str, object], value: object
) -> None:
    assert InteractionSearch.read_field(record, "media.type") == value


def test_submission_that_only_says_that_it_is_completed_is_polled(
    platform: ScriptedPlatform,
) -> None:
    records = completed(results=numbered(0, 1), totalMatchingRecords=1)
    platform.script(Answer({"id": 7, "status": "completed"}), records)

    (page,) = search(platform.settings(), clock=platform.clock)

    assert page.total == 1
    assert platform.api_requests[-1].path == f"{QUERY_PATH}/7"


@pytest.mark.parametrize("query_id", ["..", "a\nb", "x" * 300])
def test_id_that_can_not_be_one_is_refused(platform: ScriptedPlatform, query_id: str) -> None:
    platform.script(Answer({"id": query_id, "status": "pending"}))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)
    assert len(str(failed.value)) < 200


def test_ids_are_always_asked_for() -> None:
    payload = build_payload(make_settings(fields=["type"]), WINDOW, 0, 500)

    assert payload["query"]["fields"] == ["type", "id"]


def test_total_at_which_the_platform_stops_to_count_is_too_many(
    platform: ScriptedPlatform,
) -> None:
    platform.script(PENDING, completed(results=numbered(0, 1), totalMatchingRecords=50_000))

    with pytest.raises(TooManyMatchesError):
        search(platform.settings(), clock=platform.clock)


def test_token_that_a_failed_search_quotes_is_in_no_error(platform: ScriptedPlatform) -> None:
    platform.script(PENDING, Answer({"status": "token-1 x", "message": "No token-1 today"}))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)
    assert "token-1" not in str(failed.value)
    assert "No *** today" in str(failed.value)
