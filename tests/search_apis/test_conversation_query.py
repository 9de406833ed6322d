"""The conversation query: whole UTC days in pages of 100, checked again on our side."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Fault, Org, Simulator
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.timestamps import to_milliseconds
from tap_genesys_search.clock import SYSTEM_CLOCK
from tap_genesys_search.errors import RequestError, SearchFailedError, TooManyMatchesError
from tap_genesys_search.jobs.job_log import JobLog
from tap_genesys_search.platform.client import PlatformClient
from tap_genesys_search.search_apis.conversation_query import ConversationQuery
from tap_genesys_search.search_apis.conversations.query_requests import build_query
from tap_genesys_search.search_apis.page import Page
from tap_genesys_search.timestamps import format_timestamp
from tap_genesys_search.windows.window import Window
from tests.support.scripted_platform import (
    QUERY_PATH,
    Answer,
    ScriptedPlatform,
    make_settings,
)
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from werkzeug import Request, Response

    from tap_genesys_search.clock import Clock
    from tap_genesys_search.settings.parse import Settings

START = datetime(2026, 1, 5, tzinfo=timezone.utc)
WINDOW = Window(START, START + timedelta(days=1))
EXISTENCE = {"metric": "tConversationDuration", "operator": "notExists"}


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "conversation_query"}


def search(
    settings: Settings,
    job_log: JobLog | None = None,
    window: Window | None = None,
    clock: Clock = SYSTEM_CLOCK,
) -> list[Page]:
    api = ConversationQuery(PlatformClient(settings, clock), settings)
    return list(api.pages(window or WINDOW, job_log or JobLog()))


def answer(first: int, last: int, total: int, **changes: object) -> Answer:
    records = [{"conversationId": f"c-{number}"} for number in range(first, last)]
    return Answer({"conversations": records, "totalHits": total} | changes)


def all_ids(org: Org) -> list[str]:
    return list(org.ids_between(org.start, org.end))


def bodies(simulator: Simulator) -> list[Any]:
    return [request.body for request in simulator.requests if request.operation == "query"]


def page_numbers(platform: ScriptedPlatform) -> list[int]:
    return [request.json["paging"]["pageNumber"] for request in platform.api_requests]


def audit_windows(run: SingerRun) -> list[tuple[str, str]]:
    return [(one["window_start"], one["window_end"]) for one in run.records("search_audits")]


def test_payload_has_filters_by_kind_and_facets_as_aggregations() -> None:
    voice = {"dimension": "mediaType", "value": "voice"}
    long = {"metric": "tHandle", "range": {"gte": 60000}}
    settings = make_settings(filters=[voice, long], facets=["queueId", "tTalk:0,60000"])

    assert build_query(settings, WINDOW, 1, 100, EXISTENCE) == {
        "interval": "2026-01-05T00:00:00.000Z/2026-01-06T00:00:00.000Z",
        "order": "asc",
        "orderBy": "conversationStart",
        "paging": {"pageSize": 100, "pageNumber": 1},
        "segmentFilters": [{"type": "and", "predicates": [voice]}],
        "conversationFilters": [
            {"type": "and", "predicates": [long]},
            {"type": "and", "predicates": [EXISTENCE]},
        ],
        "aggregations": [
            {"type": "termFrequency", "dimension": "queueId", "size": 1000},
            {
                "type": "numericRange",
                "metric": "tTalk",
                "ranges": [{"gte": 0, "lt": 60000}, {"gte": 60000}],
            },
        ],
    }


def test_facets_are_asked_for_with_the_first_page_only() -> None:
    settings = make_settings(facets=["queueId"])
    assert "aggregations" in build_query(settings, WINDOW, 1, 100)
    assert "aggregations" not in build_query(settings, WINDOW, 2, 100)


@pytest.mark.parametrize(("page_size", "asked"), [(1, 1), (99, 99), (100, 100), (1000, 100)])
def test_page_is_at_most_100_conversations(
    platform: ScriptedPlatform, page_size: int, asked: int
) -> None:
    platform.script(answer(0, 0, 0))

    search(platform.settings(page_size=page_size), clock=platform.clock)

    assert platform.api_requests[0].json["paging"]["pageSize"] == asked


@pytest.mark.parametrize("total", [3, 4, 5])
def test_pages_are_read_to_an_empty_one_as_totals_are_near_only(
    platform: ScriptedPlatform, total: int
) -> None:
    platform.script(answer(0, 2, total), answer(2, 4, total), Answer({}))

    assert (
        sum(
            len(page.records)
            for page in search(platform.settings(page_size=2), clock=platform.clock)
        )
        == 4
    )
    assert page_numbers(platform) == [1, 2, 3, 1]  # the first one is compared once more


@pytest.mark.parametrize(("days", "said"), [(0, 0), (1, 1), (-1, 1)])
def test_conversations_of_other_days_are_warned_of(
    platform: ScriptedPlatform, days: int, said: int, caplog: pytest.LogCaptureFixture
) -> None:
    started = format_timestamp(START + timedelta(days=days, hours=10))
    found = [{"conversationId": f"c-{number}", "conversationStart": started} for number in range(5)]
    platform.script(Answer({"conversations": found, "totalHits": 5}))

    search(platform.settings(), clock=platform.clock)

    assert caplog.text.count("5 conversations found, none started on its days") == said


@pytest.mark.parametrize("body", [{}, {"conversations": None}])
def test_window_without_conversations_may_come_without_a_total(
    platform: ScriptedPlatform, body: dict[str, Any]
) -> None:
    platform.script(Answer(body))

    assert search(platform.settings(), clock=platform.clock) == [Page([], None, {})]


def test_aggregations_of_the_wrong_type_are_refused_with_their_path(
    platform: ScriptedPlatform,
) -> None:
    platform.script(Answer({"totalHits": 0, "aggregations": ["x"]}))

    with pytest.raises(SearchFailedError) as failed:
        search(platform.settings(), clock=platform.clock)

    said = f"{QUERY_PATH} answered aggregations that are not a list of objects"
    assert said in str(failed.value)


@pytest.mark.thorough
def test_audits_count_the_pages_of_each_day(config: dict[str, Any], org: Org) -> None:
    run = run_tap({**config, "page_size": 25})
    pages = [-(-count // 25) for count in org.count_by_day().values()]
    again = [int(count > 1) for count in pages]  # one of several is compared once more
    assert [audit["page_count"] for audit in run.records("search_audits")] == [
        sum(both) for both in zip(pages, again, strict=True)
    ]


@pytest.mark.thorough
def test_conversations_without_an_id_outside_of_the_window_are_told_apart(
    config: dict[str, Any], simulator: Simulator
) -> None:
    calm = run_tap({**config, "end_date": "2026-01-06", "window_hours": 6})
    simulator.faults.schedule(Fault("missing_id", on="query", times=None))
    run = run_tap({**config, "end_date": "2026-01-06", "window_hours": 6})
    assert run.error is None
    for audit, expected in zip(
        run.records("search_audits"), calm.records("search_audits"), strict=True
    ):
        assert audit["defaults_applied"].get("id", 0) < 6
        for name in ("status", "page_count", "total_matching_records", "extracted_records"):
            assert audit[name] == expected[name]


def test_windows_are_cut_at_midnight(config: dict[str, Any], org: Org) -> None:
    run = run_tap({**config, "start_date": "2026-01-05T15:30:00Z"})
    assert audit_windows(run) == [
        ("2026-01-05T15:30:00.000Z", "2026-01-06T00:00:00.000Z"),
        ("2026-01-06T00:00:00.000Z", "2026-01-07T00:00:00.000Z"),
        ("2026-01-07T00:00:00.000Z", "2026-01-08T00:00:00.000Z"),
    ]
    start = org.start + timedelta(hours=15, minutes=30)
    assert run.ids() == list(org.ids_between(start, org.end))


@pytest.mark.thorough
def test_windows_longer_than_a_day_are_halved_while_they_match_too_many(
    config: dict[str, Any], org: Org
) -> None:
    first, second, third = org.count_by_day().values()
    most = max(first, second, third)
    run = run_tap({**config, "window_hours": 48, "max_records_per_search": most})
    assert sorted(run.ids()) == sorted(all_ids(org))
    audits = run.records("search_audits")
    assert audits[0]["status"] == "split"
    assert audits[0]["total_matching_records"] == first + second
    completed = [audit for audit in audits if audit["status"] == "completed"]
    assert all(one["window_end"] == next_["window_start"] for one, next_ in pairwise(completed))


@pytest.mark.thorough
def test_day_over_the_limit_is_split_by_a_predicate_with_nothing_lost_or_doubled(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    # In the middle of the last day, so that some conversations have no duration yet.
    simulator.now = org.end - timedelta(hours=12)
    expected = [one for one in all_ids(org) if one in seen_ids(org, simulator.moment)]
    run = run_tap({**config, "max_records_per_search": 20})
    assert run.error is None
    assert len(run.ids()) == len(set(run.ids()))
    assert set(run.ids()) == set(expected)
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["completed"] * 3
    assert sum(audit["total_matching_records"] for audit in audits) == len(expected)
    in_progress = [
        record
        for record in run.records("interactions")
        if "conversationEnd" not in record["metadata"]
    ]
    assert in_progress
    splitting = [body for body in bodies(simulator) if "conversationFilters" in body]
    assert splitting
    assert all(
        predicate["metric"] == "tConversationDuration"
        for body in splitting
        for one in body["conversationFilters"]
        for predicate in one["predicates"]
    )
    # Every interval is a whole day: a shorter one would select the same.
    assert len({body["interval"] for body in bodies(simulator)}) == 3


def seen_ids(org: Org, moment: datetime) -> set[str]:
    return set(org.ids_between(org.start, moment))


@pytest.mark.thorough
def test_day_is_split_beside_the_users_own_filters(
    config: dict[str, Any], simulator: Simulator
) -> None:
    voice = {"dimension": "mediaType", "value": "voice"}
    inbound = {"dimension": "originatingDirection", "value": "inbound"}
    filtered = {**config, "end_date": "2026-01-06", "filters": [voice, inbound]}
    whole = run_tap(filtered)
    simulator.log.requests.clear()
    split = run_tap({**filtered, "max_records_per_search": 15})
    assert split.error is None
    assert sorted(split.ids()) == sorted(whole.ids())
    assert len(bodies(simulator)) > 3
    for body in bodies(simulator):
        assert body["segmentFilters"] == [{"type": "and", "predicates": [voice]}]
        assert body["conversationFilters"][0] == {"type": "and", "predicates": [inbound]}


@pytest.mark.thorough
def test_facets_of_a_split_day_count_the_whole_day(config: dict[str, Any]) -> None:
    faceted = {**config, "facets": ["originatingDirection"]}

    def facets(run: SingerRun) -> list[tuple[str, str, int]]:
        return [
            (record["window_start"], record["bucket_key"], record["bucket_count"])
            for record in run.records("interaction_facets")
        ]

    whole = facets(run_tap(faceted))
    assert len(whole) == 6
    assert facets(run_tap({**faceted, "max_records_per_search": 20})) == whole


@pytest.mark.thorough
def test_split_window_shorter_than_a_day_holds_only_what_lies_in_it(
    config: dict[str, Any], org: Org
) -> None:
    run = run_tap(
        {**config, "end_date": "2026-01-06", "window_hours": 8, "max_records_per_search": 30}
    )
    assert run.error is None
    first_day = list(org.ids_between(org.start, org.start + timedelta(days=1)))
    assert sorted(run.ids()) == sorted(first_day)


@pytest.mark.thorough
def test_parts_short_of_the_days_total_are_read_again(
    config: dict[str, Any], simulator: Simulator, org: Org
) -> None:
    simulator.faults.schedule(Fault("short_page", on="query", nth=3))
    one_day = {**config, "end_date": "2026-01-06", "max_records_per_search": 20}
    run = run_tap({**one_day, "max_concurrent_searches": 1})
    assert run.error is None
    assert set(run.ids()) == set(org.ids_between(org.start, org.start + timedelta(days=1)))


def test_day_with_too_many_conversations_in_progress_fails_by_name(
    platform: ScriptedPlatform,
) -> None:
    platform.script(answer(0, 2, 5))

    with pytest.raises(TooManyMatchesError) as failed:
        search(platform.settings(max_records_per_search=4), clock=platform.clock)

    assert str(WINDOW) in str(failed.value)
    assert "tConversationDuration" in str(failed.value)
    asked = platform.api_requests[-1].json
    assert asked["conversationFilters"] == [{"type": "and", "predicates": [EXISTENCE]}]
    assert len(platform.api_requests) == 2


def test_day_with_too_many_conversations_of_one_length_fails_by_name(
    platform: ScriptedPlatform,
) -> None:
    platform.script(answer(0, 2, 5), answer(0, 0, 0), answer(0, 2, 5))

    with pytest.raises(TooManyMatchesError) as failed:
        search(platform.settings(max_records_per_search=4), clock=platform.clock)

    assert f"Window {WINDOW} can't be split further by tConversationDuration" in str(failed.value)
    assert len(platform.api_requests) < 30


def test_parts_of_a_day_are_ranges_without_gap_or_overlap(platform: ScriptedPlatform) -> None:
    platform.script(
        answer(0, 2, 6),
        answer(0, 0, 0),  # none without a duration
        answer(0, 2, 6),  # all durations
        answer(0, 2, 2),  # the first range
        answer(2, 4, 4),  # the rest, split once more
        answer(2, 4, 2),
        answer(4, 6, 2),
        answer(0, 2, 6),  # the day's total afterwards
    )

    pages = search(platform.settings(max_records_per_search=3), clock=platform.clock)

    ids = [record["conversationId"] for page in pages for record in page.records]
    assert ids == [f"c-{number}" for number in range(6)]
    assert {page.total for page in pages} == {6, None}
    ranges = [
        request.json["conversationFilters"][0]["predicates"][0].get("range")
        for request in platform.api_requests[1:-1]
    ]
    assert ranges == [
        None,
        {"gte": 0},
        {"gte": 0, "lt": 60000},
        {"gte": 60000},
        {"gte": 60000, "lt": 120_000},
        {"gte": 120_000},
    ]


def test_open_conversation_comes_without_an_end(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.now = org.start + timedelta(days=1, hours=13)
    now = to_milliseconds(simulator.moment)
    conversations = [
        generate_conversation(one) for one in org.interactions_between(org.start, simulator.moment)
    ]
    open_ids = {
        str(one.properties["conversationId"]) for one in conversations if one.end_seen(now) > now
    }
    run = run_tap({**config, "end_date": simulator.moment.isoformat()})
    assert open_ids
    assert len(run.ids()) == len(conversations)
    assert {
        record["id"]
        for record in run.records("interactions")
        if "conversationEnd" not in record["metadata"]
    } == open_ids


@pytest.mark.thorough
def test_lookback_brings_the_end_of_conversations_that_were_open(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    def open_ids(run: SingerRun) -> set[str]:
        return {
            record["id"]
            for record in run.records("interactions")
            if "conversationEnd" not in record["metadata"]
        }

    simulator.now = org.start + timedelta(days=1, hours=13)
    config = {**config, "lookback_hours": 48}
    first = run_tap({**config, "end_date": simulator.moment.isoformat()})
    assert open_ids(first)
    simulator.now = org.end + timedelta(days=9)
    second = run_tap(config, state=first.states()[-1])
    assert open_ids(first) <= set(second.ids())
    assert open_ids(second) == set()


def test_refused_query_names_method_path_and_the_platforms_message(
    config: dict[str, Any], simulator: Simulator
) -> None:
    simulator.permissions = frozenset()
    run = run_tap(config)
    assert isinstance(run.error, RequestError)
    assert f"POST {QUERY_PATH} answered 403" in str(run.error)
    assert "You must have at least one of the following permissions" in str(run.error)
    assert "correlation id" in str(run.error)


def test_window_that_is_longer_than_the_platform_allows_is_halved(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    simulator.query_interval_days = 2
    run = run_tap({**config, "window_hours": 168})
    assert run.error is None
    assert run.ids() == all_ids(org)
    audits = run.records("search_audits")
    assert [audit["status"] for audit in audits] == ["split", "completed", "completed"]


def test_facets_are_not_asked_for_when_there_are_none(
    config: dict[str, Any], simulator: Simulator
) -> None:
    run = run_tap(config)
    assert run.records("interaction_facets") == []
    assert all("aggregations" not in body for body in bodies(simulator))


@pytest.mark.thorough
def test_facets_alone_cost_one_page_a_window(config: dict[str, Any], simulator: Simulator) -> None:
    faceted = {**config, "page_size": 10, "facets": ["mediaType"], "max_concurrent_searches": 1}
    everything = run_tap(faceted).records("interaction_facets")
    simulator.log.requests.clear()
    run = run_tap(faceted, deselect=("interactions", "search_audits"))
    assert everything
    assert run.records("interaction_facets") == everything
    assert len(bodies(simulator)) == 3


@pytest.mark.thorough
def test_platform_that_ignores_how_a_day_is_split_ends(platform: ScriptedPlatform) -> None:
    none, all_again = answer(0, 0, 0), answer(0, 1, 99)
    platform.script(all_again, none, *[all_again, none] * 100, all_again)

    with pytest.raises(TooManyMatchesError, match="can't be split further"):
        search(
            platform.settings(max_records_per_search=10),
            window=Window(WINDOW.start, WINDOW.start + timedelta(days=1)),
            clock=platform.clock,
        )


def test_total_at_the_depth_that_pages_reach_may_be_cut_off(platform: ScriptedPlatform) -> None:
    platform.script(answer(0, 100, 100_000))

    with pytest.raises(TooManyMatchesError):
        search(platform.settings(max_records_per_search=1_000_000), clock=platform.clock)


class Lasting:
    """Conversations of one day that last some milliseconds each, and the ranges asked for."""

    def __init__(self, platform: ScriptedPlatform, durations: list[int]) -> None:
        self.asked: list[dict[str, int]] = []
        self._durations = durations
        platform.answer_by(self._answer)

    def _answer(self, request: Request) -> Response:
        filters = request.json.get("conversationFilters")
        found = [*enumerate(self._durations)]
        if filters:
            (predicate,) = filters[0]["predicates"]
            bounds = predicate.get("range", {"lt": 0})
            self.asked += [predicate["range"]] if "range" in predicate else []
            first, last = bounds.get("gte", 0), bounds.get("lt", math.inf)
            found = [(number, one) for number, one in found if first <= one < last]
        size, number = (request.json["paging"][name] for name in ("pageSize", "pageNumber"))
        page = [{"conversationId": f"c-{one}"} for one, _ in found][size * (number - 1) :][:size]
        return Answer({"conversations": page, "totalHits": len(found)}).response()


def test_day_is_split_by_how_long_conversations_last_until_each_part_fits(
    platform: ScriptedPlatform,
) -> None:
    lasting = Lasting(platform, [*range(10_000, 70_000, 1_000)])
    pages = search(platform.settings(max_records_per_search=40), clock=platform.clock)
    found = [one["conversationId"] for page in pages for one in page.records]
    assert sorted(found) == sorted(f"c-{number}" for number in range(60))
    assert lasting.asked == [
        {"gte": 0},
        {"gte": 0, "lt": 60_000},
        {"gte": 0, "lt": 30_000},
        {"gte": 30_000, "lt": 60_000},
        {"gte": 60_000},
    ]
    assert {page.total for page in pages} == {60, None}


@pytest.mark.parametrize(
    ("duration", "last"),
    [
        (10_000, {"gte": 10_000, "lt": 10_001}),
        (0, {"gte": 0, "lt": 1}),
        # A platform that says so ignores the range.
        (2**41, {"gte": 60_000 * 2**24}),
    ],
)
def test_day_whose_conversations_last_equally_long_can_not_be_split(
    platform: ScriptedPlatform, duration: int, last: dict[str, int]
) -> None:
    lasting = Lasting(platform, [duration] * 60)
    with pytest.raises(TooManyMatchesError) as refused:
        search(platform.settings(max_records_per_search=40), clock=platform.clock)
    assert str(refused.value) == f"Window {WINDOW} can't be split further by tConversationDuration"
    assert refused.value.total == 60
    assert lasting.asked[-1] == last


def test_conversations_without_a_duration_can_not_be_split(platform: ScriptedPlatform) -> None:
    platform.script(answer(0, 40, 60))
    with pytest.raises(TooManyMatchesError) as refused:
        search(platform.settings(max_records_per_search=40), clock=platform.clock)
    assert str(refused.value) == (
        f"Window {WINDOW} has too many conversations without tConversationDuration"
    )
    assert refused.value.total == 60


def test_window_of_several_days_that_matches_too_much_is_not_split_here(
    platform: ScriptedPlatform,
) -> None:
    platform.script(answer(0, 40, 60))
    window = Window(START, START + timedelta(days=2))
    with pytest.raises(TooManyMatchesError) as refused:
        search(platform.settings(max_records_per_search=40), window=window, clock=platform.clock)
    assert str(refused.value) == (
        f"Window {window} matches 60 conversations, one search may match 40"
    )
    assert refused.value.total == 60
