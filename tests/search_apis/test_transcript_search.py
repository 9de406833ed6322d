"""The transcript search: at most 1,000 results a search, and a range that may include its end."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import (
    IncompleteSearchError,
    SearchFailedError,
    SettingError,
    TooManyMatchesError,
)
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.records.fields import ABSENT
from tap_genesys_search.search_apis.transcript_search import TranscriptSearch
from tap_genesys_search.search_apis.transcripts.requests import build_search, read_answer
from tap_genesys_search.timestamps import parse_timestamp
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import Answer, ScriptedPlatform, make_settings
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from tap_genesys_search.clock import Clock
    from tap_genesys_search.search_apis.page import Page
    from tap_genesys_search.settings.parse import Settings

PATH = "/api/v2/speechandtextanalytics/transcripts/search"
START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))
MOMENT = "2026-01-05T10:00:00.000Z"
FIELD = "conversationStartTime"
RANGE = {
    "type": "DATE_RANGE",
    "fields": ["conversationStartTime"],
    "startValue": "2026-01-05T00:00:00.000Z",
    "endValue": "2026-01-06T00:00:00.000Z",
}
GERMAN = {"type": "EXACT", "fields": ["language"], "value": "de-de"}


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "transcript_search"}


def search(
    settings: Settings, job_log: JobLog | None = None, clock: Clock = SYSTEM_CLOCK
) -> list[Page]:
    api = TranscriptSearch(PlatformClient(settings, clock), settings)
    return list(api.pages(WINDOW, job_log or JobLog()))


def check(*filters: dict[str, Any]) -> None:
    settings = make_settings(filters=list(filters))
    TranscriptSearch(PlatformClient(settings), settings).check_filters()


def answer(first: int, last: int, total: int, **changes: object) -> Answer:
    rows = [{"transcriptId": f"t-{number}", FIELD: MOMENT} for number in range(first, last)]
    return Answer({"results": rows, "total": total, "types": ["transcripts"]} | changes)


def transcripts(org: Org) -> list[Any]:
    """All transcripts of an org, the oldest first."""
    seen = to_milliseconds(org.end + timedelta(days=1))
    made = (generate_transcript(one, seen) for one in org.interactions_between(org.start, org.end))
    return [one for one in made if one is not None]


def transcript_ids(org: Org) -> list[str]:
    return [one["transcriptId"] for one in transcripts(org)]


def bodies(simulator: Simulator) -> list[Any]:
    return [request.body for request in simulator.requests if request.operation == "transcripts"]


def test_filters_are_further_criteria() -> None:
    body = build_search(make_settings(filters=[GERMAN]), WINDOW, [FIELD], 1, 100)
    assert body["query"] == [RANGE, {"group": [GERMAN]}]


def test_fields_are_named_only_where_there_are_some_beyond_the_columns() -> None:
    assert "returnFields" not in build_search(make_settings(), WINDOW, [FIELD], 1, 100)
    assert "returnFields" not in build_search(
        make_settings(fields=["id", "metadata"]), WINDOW, [FIELD], 1, 100
    )
    body = build_search(
        make_settings(fields=["id", "language", "conversationId"]), WINDOW, [FIELD], 1, 100
    )
    assert body["returnFields"][:2] == ["language", "conversationId"]
    # What the columns are made of comes along, each name once.
    assert set(body["returnFields"]) >= {"transcriptId", "conversationStartTime", "mediaType"}
    assert len(set(body["returnFields"])) == len(body["returnFields"])


@pytest.mark.parametrize(("page_size", "asked"), [(1, 1), (7, 5), (100, 100), (1000, 100)])
def test_page_is_at_most_100_transcripts(
    platform: ScriptedPlatform, page_size: int, asked: int
) -> None:
    platform.script(answer(0, 0, 0))

    search(platform.settings(page_size=page_size), clock=platform.clock)
    assert platform.api_requests[0].json["pageSize"] == asked


def test_more_than_1000_matches_are_too_many_for_one_search(platform: ScriptedPlatform) -> None:
    platform.script(answer(0, 100, 1001))

    with pytest.raises(TooManyMatchesError) as too_many:
        search(platform.settings(max_records_per_search=50_000), clock=platform.clock)

    assert too_many.value.total == 1001
    assert f"Window {WINDOW} matches 1001 transcripts" in str(too_many.value)
    assert "1000" in str(too_many.value)
    assert len(platform.api_requests) == 1


@pytest.mark.thorough
def test_total_of_none_beside_transcripts_is_named_and_not_split(
    config: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.total_limits = {"transcript_search": 0}
    run = run_tap({**config, "end_date": "2026-01-06", "max_concurrent_searches": 1})
    (audit,) = run.records("search_audits")
    assert audit["status"] == "failed"
    assert re.fullmatch(
        rf"Window {WINDOW}: the platform answers \d+ transcripts on a page, and a total of 0, in "
        r"each of 3 readings\. Run again; if it recurs, report it to Genesys support",
        str(run.error),
    )
    assert run.bookmarks() == {}
    assert "shortened" not in caplog.text


def test_999_matches_are_not_too_many(platform: ScriptedPlatform) -> None:
    pages = [answer(first, min(first + 100, 999), 999) for first in range(0, 1000, 100)]
    platform.script(*pages)

    assert (
        sum(len(page.records) for page in search(platform.settings(), clock=platform.clock)) == 999
    )
    # The last one asks whether some are dated by the other field alone.
    assert len(platform.api_requests) == 10 + 1


def test_total_that_may_be_cut_off_at_1000_is_too_many(platform: ScriptedPlatform) -> None:
    platform.script(answer(0, 100, 1000))

    with pytest.raises(TooManyMatchesError):
        search(platform.settings(), clock=platform.clock)


@pytest.mark.parametrize("page_size", [30, 64, 99])
def test_no_page_reaches_past_the_first_1000_results(
    platform: ScriptedPlatform, page_size: int
) -> None:
    pages = [answer(first, min(first + page_size, 999), 999) for first in range(0, 1000, page_size)]
    platform.script(*pages)

    try:
        search(platform.settings(page_size=page_size), clock=platform.clock)
    except TooManyMatchesError:
        pass  # then the window is halved, which is as good
    else:
        asked = [request.json for request in platform.api_requests]
        assert max(body["pageSize"] * body["pageNumber"] for body in asked) <= 1000


def test_transcript_becomes_an_interaction_with_nothing_dropped(
    config: dict[str, Any], org: Org
) -> None:
    records = run_tap(config).records("interactions")
    for record, transcript in zip(records, transcripts(org), strict=True):
        assert record["id"] == transcript["transcriptId"]
        assert record["type"] == "transcript"
        assert record["timestamp"] == transcript["startTime"]
        assert record["media_type"] == transcript["mediaType"]
        assert record["customer_name"] == "anonymous"
        assert record["relevance_score"] == 0
        # The content comes only where it is asked for.
        assert {"startTime": record["timestamp"], **record["metadata"]} == {
            name: value for name, value in transcript.items() if name != "transcript"
        }


def test_extra_fields_become_columns(config: dict[str, Any], org: Org) -> None:
    fields = ["id", "timestamp", "language", "conversationId", "transcript.content"]
    run = run_tap({**config, "fields": fields})
    assert run.error is None
    by_id = {one["transcriptId"]: one for one in transcripts(org)}
    assert set(run.ids()) == set(by_id)
    for record in run.records("interactions"):
        transcript = by_id[record["id"]]
        assert record["language"] == transcript["language"]
        assert record["conversation_id"] == transcript["conversationId"]
        assert record["transcript_content"] == transcript["transcript"]["content"]
        assert record["timestamp"] == transcript["startTime"]
        assert record["media_type"] == transcript["mediaType"]


def test_filters_find_what_they_say(config: dict[str, Any], org: Org) -> None:
    phrase = {
        "type": "EXACT_PHRASE",
        "fields": ["transcript.content"],
        "value": "cancel my contract",
    }
    run = run_tap({**config, "filters": [phrase]})
    assert run.error is None
    expected = [
        one["transcriptId"]
        for one in transcripts(org)
        if "cancel my contract" in one["transcript"]["content"]
    ]
    assert 0 < len(expected) < len(transcripts(org))
    assert run.ids() == expected


def test_group_of_criteria_is_a_filter_too(config: dict[str, Any], org: Org) -> None:
    media = [one["mediaType"] for one in transcripts(org)]
    group = {
        "group": [
            {"type": "EXACT", "fields": ["mediaType"], "value": "chat", "operator": "OR"},
            {"type": "EXACT", "fields": ["mediaType"], "value": "message", "operator": "OR"},
        ]
    }
    run = run_tap({**config, "filters": [group]})
    assert run.error is None
    assert len(run.ids()) == media.count("chat") + media.count("message")


@pytest.mark.thorough
def test_windows_are_halved_above_1000_results() -> None:
    org = Org(seed=5, days=1, interactions=1900)
    expected = transcript_ids(org)
    assert len(expected) > 1000
    simulator = Simulator(org, requests_per_minute=100_000)
    with simulator.running() as url:
        run = run_tap(
            {
                "client_id": simulator.client_id,
                "client_secret": simulator.client_secret,
                "auth_url": url,
                "api_url": url,
                "start_date": "2026-01-05",
                "end_date": "2026-01-06",
                "requests_per_minute": 100_000,
                "search_api": "transcript_search",
            }
        )
    assert run.error is None
    assert run.ids() == expected
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["split", "completed", "completed"]
    assert audits[0]["total_matching_records"] == len(expected)
    assert sum(audit["extracted_records"] for audit in audits) == len(expected)


def test_halves_lie_end_to_end_and_hold_everything(config: dict[str, Any], org: Org) -> None:
    run = run_tap({**config, "max_records_per_search": 12})
    assert run.error is None
    assert run.ids() == transcript_ids(org)
    completed = [audit for audit in run.records("search_audits") if audit["status"] == "completed"]
    assert len(completed) > 6
    assert all(one["window_end"] == next_["window_start"] for one, next_ in pairwise(completed))


@pytest.mark.parametrize("includes_end", [True, False])
def test_transcript_at_a_boundary_comes_once_whether_a_range_includes_its_end_or_not(
    config: dict[str, Any],
    org: Org,
    simulator: Simulator,
    includes_end: bool,  # noqa: FBT001
) -> None:
    simulator.transcript_range_includes_end = includes_end
    boundary = transcripts(org)[20]
    expected = transcript_ids(org)
    first = run_tap({**config, "end_date": boundary["startTime"]})
    assert first.error is None
    assert first.ids() == expected[:20]
    (*_, last) = first.records("search_audits")
    assert last["window_end"] == boundary["startTime"]
    assert last["total_matching_records"] == last["extracted_records"]
    second = run_tap(config, state=first.states()[-1])
    assert second.error is None
    # The day that was cut short is read again as a whole.
    midnight = boundary["startTime"][:10]
    before = [one for one in transcripts(org) if one["startTime"] < midnight]
    assert second.ids() == expected[len(before) :]


def test_window_that_stays_short_fails(config: dict[str, Any], simulator: Simulator) -> None:
    simulator.faults.schedule(Fault("short_page", on="transcripts", times=None))
    run = run_tap(config)
    assert isinstance(run.error, IncompleteSearchError)
    assert run.bookmarks() == {}


def test_facets_of_the_answer_become_records(config: dict[str, Any], org: Org) -> None:
    run = run_tap(config)
    assert run.error is None
    for audit in run.records("search_audits"):
        facets = {
            record["bucket_key"]: record["bucket_count"]
            for record in run.records("interaction_facets")
            if record["facet"] == "mediaType" and record["search_id"] == audit["search_id"]
        }
        of_day = [
            one["mediaType"]
            for one in transcripts(org)
            if audit["window_start"] <= one["startTime"] < audit["window_end"]
        ]
        assert facets == {media: of_day.count(media) for media in set(of_day)}


BUCKETS = [{"key": "voice", "docCount": 3}]


@pytest.mark.parametrize(
    "aggregations",
    [
        {"mediaType": BUCKETS},
        {"mediaType": {"buckets": BUCKETS}},
        {"mediaType": {"results": BUCKETS}},
        {"mediaType": {"values": BUCKETS}},
        [{"name": "mediaType", "buckets": BUCKETS}],
        [{"field": "mediaType", "results": BUCKETS}],
        [{"dimension": "mediaType", "values": BUCKETS}],
        [{"name": "mediaType", "buckets": BUCKETS}, "odd", None, 5],
    ],
)
def test_facets_are_read_in_every_shape(aggregations: object) -> None:
    page = read_answer({"total": 0, "aggregations": aggregations})
    assert page.facets == {"mediaType": BUCKETS}


@pytest.mark.parametrize("facet", [None, {}, "x", 5, {"buckets": None}, {"buckets": {"x": 1}}])
def test_facet_without_a_list_of_buckets_is_not_answered(facet: object) -> None:
    assert read_answer({"total": 0, "aggregations": {"mediaType": facet}}).facets == {}


def test_facet_with_an_empty_list_of_buckets_has_none() -> None:
    answer = {"total": 0, "aggregations": {"mediaType": {"buckets": []}}}
    assert read_answer(answer).facets == {"mediaType": []}


@pytest.mark.parametrize("aggregations", [None, {}, [], "x", 5])
def test_answer_without_aggregations_has_no_facets(aggregations: object) -> None:
    assert read_answer({"total": 0, "aggregations": aggregations}).facets == {}


@pytest.mark.parametrize("total", [{}, {"total": None}])
def test_first_answer_without_a_total_is_refused_with_its_path(total: dict[str, Any]) -> None:
    with pytest.raises(SearchFailedError) as failed:
        read_answer({"results": []} | total)
    assert f"{PATH} answered a total that is not a count" in str(failed.value)


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ({"transcriptId": "t", "id": "i", "communicationId": "c"}, "t"),
        ({"id": "i", "communicationId": "c", "conversationId": "o"}, "i"),
        ({"transcriptId": None, "communicationId": "c"}, "c"),
        # Several transcripts share a conversation, so its id is none of theirs.
        ({"conversationId": "o"}, ABSENT),
        ({}, ABSENT),
    ],
)
def test_id_is_the_transcripts_own(record: dict[str, Any], value: object) -> None:
    assert TranscriptSearch.read_field(record, "id") == value


def test_fields_of_an_interaction_are_read_from_a_transcript() -> None:
    record = {
        "transcriptId": "t-1",
        "conversationStartTime": "2026-01-05T10:00:00.000Z",
        "mediaType": "voice",
        "score": 0.5,
        "nested": {"name": "x"},
    }
    read = TranscriptSearch.read_field
    assert read(record, "timestamp") == "2026-01-05T10:00:00.000Z"
    assert read(record, "media.type") == "voice"
    assert read(record, "relevanceScore") == 0.5
    assert read(record, "nested.name") == "x"
    assert read(record, "customer.name") is ABSENT
    assert read({"mediaType": None}, "media.type") is None


@pytest.mark.parametrize("moment", [WINDOW.start, WINDOW.end - timedelta(milliseconds=1)])
def test_window_contains_its_start_and_what_lies_before_its_end(moment: datetime) -> None:
    settings = make_settings()
    api = TranscriptSearch(PlatformClient(settings), settings)
    assert api.is_within({"conversationStartTime": moment.isoformat()}, WINDOW)
    assert not api.is_within({"conversationStartTime": "2026-01-06T00:00:00Z"}, WINDOW)
    assert not api.is_within({"conversationStartTime": "2026-01-04T23:59:59.999Z"}, WINDOW)


@pytest.mark.parametrize("start", [None, "soon", 5, []])
def test_transcript_whose_start_can_not_be_read_is_kept(start: object) -> None:
    settings = make_settings()
    api = TranscriptSearch(PlatformClient(settings), settings)
    assert api.is_within({"conversationStartTime": start}, WINDOW)
    assert api.is_within({}, WINDOW)


@pytest.mark.parametrize(
    "criterion",
    [
        GERMAN,
        {**GERMAN, "operator": "NOT"},
        {"type": "PHRASE", "fields": ["transcript.content"], "values": ["a", "b"]},
        {"type": "REQUIRED_FIELDS", "fields": ["endTime"]},
        {"group": [GERMAN, {"operator": "OR", "group": [GERMAN]}]},
    ],
)
def test_criterion_of_the_model_is_accepted(criterion: dict[str, Any]) -> None:
    check(criterion)


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        (
            {**GERMAN, "type": "EQUALS"},
            "filters[1].type is 'EQUALS'. Allowed are EXACT, EXACT_PHRASE, PHRASE, DATE_RANGE, ",
        ),
        (
            {"dimension": "mediaType", "value": "voice"},
            "filters[1].type is None. Allowed are EXACT, ",
        ),
        (
            {**GERMAN, "operator": "XOR"},
            "filters[1].operator on ['language'] is 'XOR'. Allowed are AND, OR, NOT",
        ),
        ({**GERMAN, "type": {"is": "x"}}, "filters[1].type is an object. Allowed"),
        ({**GERMAN, "operator": ["Ada"]}, "filters[1].operator on ['language'] is a list. Allowed"),
        ({"type": "EXACT", "value": "x"}, "filters[1] must have fields, a list of names"),
        ({"group": [GERMAN, {**GERMAN, "type": "IS"}]}, "filters[1].group[1].type is 'IS'."),
    ],
)
def test_mistake_in_a_criterion_names_place_and_what_is_allowed(
    criterion: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingError) as wrong:
        check(GERMAN, criterion)
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    "criterion",
    [
        {**GERMAN, "fields": "language"},
        {**GERMAN, "fields": [5]},
        {**GERMAN, "fields": []},
        {**GERMAN, "type": ["EXACT"]},
        {**GERMAN, "group": 5},
        {**GERMAN, "group": [5]},
        {"group": 5},
        {"group": "x"},
        {"group": [5]},
        {"group": []},
    ],
)
def test_criterion_of_the_wrong_type_is_a_bad_setting_too(criterion: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=r"filters\[0\]"):
        check(criterion)


def test_mistake_ends_a_run_before_its_first_request(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap({**config, "filters": [{"type": "IS", "fields": ["language"]}]})
    assert isinstance(run.error, SettingError)
    assert simulator.requests == []


def test_searches_cover_the_windows_asked_for(config: dict[str, Any], simulator: Simulator) -> None:
    run_tap({**config, "window_hours": 36, "max_concurrent_searches": 1})
    ranges = {
        (body["query"][0]["startValue"], body["query"][0]["endValue"]) for body in bodies(simulator)
    }
    assert sorted(ranges) == [
        ("2026-01-05T00:00:00.000Z", "2026-01-05T12:00:00.000Z"),
        ("2026-01-05T12:00:00.000Z", "2026-01-07T00:00:00.000Z"),
        ("2026-01-07T00:00:00.000Z", "2026-01-08T00:00:00.000Z"),
    ]
    assert all(parse_timestamp(start) < parse_timestamp(end) for start, end in ranges)
