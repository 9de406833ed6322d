from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.state.behaviour import Refusal
from genesys_cloud_simulator.timestamps import format_timestamp, parse_timestamp

from .api_client import ORG_INTERVAL, page_query, time_range

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

MONDAY = "2026-01-12T00:00:00.000Z"
TUESDAY = "2026-01-13T00:00:00.000Z"
DAY = f"{MONDAY}/{TUESDAY}"


def ids(conversations: list[Any]) -> list[str]:
    return [one["conversationId"] for one in conversations]


def org_ids(client: ApiClient, start: str, end: str) -> list[str]:
    return list(client.simulator.org.ids_between(parse_timestamp(start), parse_timestamp(end)))


def filtered(*predicates: dict[str, Any], kind: str = "and", **more: Any) -> list[dict[str, Any]]:
    return [{"type": kind, "predicates": list(predicates), **more}]


def segments(conversation: Any) -> list[dict[str, Any]]:
    """The segments with everything that their session and participant say, too."""
    return [
        {**party, **session, **segment}
        for party in conversation["participants"]
        for session in party["sessions"]
        for segment in session["segments"]
    ]


def metric(conversation: Any, name: str) -> int | None:
    values = [
        one["value"]
        for party in conversation["participants"]
        for session in party["sessions"]
        for one in session.get("metrics", [])
        if one["name"] == name
    ]
    return sum(values) if values else None


@pytest.fixture(scope="module")
def monday(shared: ApiClient) -> list[Any]:
    """The conversations of a day."""
    return shared.all_queried(interval=DAY)


# Days and pages.


def test_answers_a_page(shared: ApiClient) -> None:
    answer = shared.query(paging={"pageSize": 10, "pageNumber": 3})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json().keys() == {"conversations", "totalHits"}
    assert answer.json()["totalHits"] == 3000
    assert ids(answer.json()["conversations"]) == org_ids(shared, *ORG_INTERVAL.split("/"))[20:30]


def test_a_page_holds_25_unless_told(shared: ApiClient) -> None:
    assert len(shared.queried()["conversations"]) == 25
    assert len(shared.queried(paging={"pageNumber": 2})["conversations"]) == 25


def test_there_are_no_conversations_past_the_end(shared: ApiClient) -> None:
    for paging in ({"pageSize": 100, "pageNumber": 31}, {"pageSize": 1, "pageNumber": 90_000}):
        assert shared.queried(paging=paging) == {"totalHits": 3000}
    assert shared.queried(interval="2025-01-01T00:00:00Z/2025-01-02T00:00:00Z") == {"totalHits": 0}


@pytest.mark.parametrize(
    "interval",
    [
        DAY,
        "2026-01-12T09:00:00Z/2026-01-12T09:00:00.001Z",
        "2026-01-12T23:59:59.999Z/2026-01-13T00:00:00.000Z",
    ],
)
def test_an_interval_selects_the_days_it_touches(
    shared: ApiClient, monday: list[Any], interval: str
) -> None:
    assert ids(monday) == org_ids(shared, MONDAY, TUESDAY)
    assert shared.all_queried(interval=interval) == monday


def test_an_interval_over_midnight_selects_both_days(shared: ApiClient) -> None:
    found = shared.all_queried(interval="2026-01-12T23:00:00Z/2026-01-13T00:00:00.001Z")
    assert ids(found) == org_ids(shared, MONDAY, "2026-01-14T00:00:00Z")


def test_shows_no_attributes(monday: list[Any]) -> None:
    assert not any("attributes" in party for one in monday for party in one["participants"])


@pytest.mark.parametrize(
    ("paging", "problem"),
    [
        ({"pageSize": 101}, "paging.pageSize must be 1 to 100"),
        ({"pageSize": 0}, "paging.pageSize must be 1 to 100"),
        ({"pageNumber": 0}, "paging.pageNumber must be at least 1"),
        ({"pageSize": "100"}, "must be an integer"),
        ({"pageNumber": True}, "must be an integer"),
        ({"pageNumber": 4001}, "Pagination may not exceed 100000 results"),
        ({"pageSize": 100, "pageNumber": 1001}, "Pagination may not exceed 100000 results"),
        ({"page": 1}, "Unrecognized field 'page' in paging"),
        ([], "paging must be an object"),
    ],
)
def test_refuses_bad_paging(shared: ApiClient, paging: Any, problem: str) -> None:
    assert_refused(shared.query(paging=paging), problem)


def test_limits_can_be_others(configure: Callable[..., ApiClient]) -> None:
    client = configure(query_depth_limit=200, query_interval_days=7)
    assert client.query(interval=DAY, paging={"pageSize": 100, "pageNumber": 2}).status_code == 200
    answer = client.query(interval=DAY, paging={"pageSize": 100, "pageNumber": 3})
    assert_refused(answer, "Pagination may not exceed 200 results")
    assert_refused(client.query(), "interval as part of your query that does not exceed 7 days")


# Intervals and bodies.


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"interval": "2026-01-01T00:00:00Z/2026-02-01T00:00:00.001Z"}, "does not exceed 31 days"),
        ({"interval": f"{TUESDAY}/{MONDAY}"}, "must start before it ends"),
        ({"interval": f"{MONDAY}/{MONDAY}"}, "must start before it ends"),
        ({"interval": MONDAY}, "must be an interval as start/end"),
        ({"interval": "2026-01-12/2026-01-13"}, "must be a date like"),
        ({"interval": f"{MONDAY}/P1D"}, "must be a date like"),
        ({"interval": 7}, "must be an interval as start/end"),
        ({"interval": None}, "You must specify a search interval"),
        ({"order": "random"}, "order has the unknown value"),
        ({"orderBy": "customer"}, "orderBy has the unknown value"),
        ({"pageSize": 5}, "Unrecognized field 'pageSize' in body"),
        ({"limit": 5}, "Unrecognized field 'limit' in body"),
        ({"startOfDayIntervalMatching": True}, "Unrecognized field"),
        ({"cursor": "x"}, "Unrecognized field 'cursor' in body"),
    ],
)
def test_refuses_bad_fields(shared: ApiClient, fields: Any, problem: str) -> None:
    assert_refused(shared.query(**fields), problem)


def test_an_interval_may_be_as_long_as_the_limit(shared: ApiClient) -> None:
    interval = "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z"
    assert shared.query(interval=interval).status_code == 200


def test_unset_fields_may_be_null(shared: ApiClient) -> None:
    fields = ("order", "orderBy", "paging", "segmentFilters", "aggregations")
    assert shared.queried(**dict.fromkeys(fields)) == shared.queried()


def test_the_body_must_be_json(start: Callable[..., ApiClient]) -> None:
    client = start(search_apis=frozenset({"conversation_query"}))
    path = "/api/v2/analytics/conversations/details/query"
    assert_refused(client.send("POST", path, data="{", headers=JSON), "not valid JSON")
    assert client.send("POST", path, data="{}").status_code == 415
    assert_refused(client.send("POST", path, json=[]), "body must be an object")
    assert_refused(client.send("POST", path, json={}), "You must specify a search interval")


JSON = {"Content-Type": "application/json"}


def test_unknown_fields_may_be_ignored(configure: Callable[..., ApiClient]) -> None:
    client = configure(ignores_unknown_fields=True)
    assert client.query(interval=DAY, granularity="P1D").status_code == 200


def assert_refused(answer: Any, problem: str) -> None:
    assert answer.status_code == answer.json()["status"] == 400
    assert problem in answer.json()["message"]
    assert answer.json()["code"] in {"bad.request", "invalid.value", "invalid.date"}


# The two dialects of the path.


def test_the_body_says_which_dialect_it_is(client: ApiClient) -> None:
    assert client.query(interval=DAY).json()["totalHits"] > 0
    assert client.submit().json()["status"] == "pending"
    assert [one.operation for one in client.simulator.requests] == ["token", "query", "submit"]


def test_where_there_is_no_interaction_search_its_body_is_refused(
    start: Callable[..., ApiClient],
) -> None:
    client = start(search_apis=frozenset({"conversation_query"}), unfiltered_query_interval_days=7)
    assert_refused(
        client.submit(),
        "You must specify a search interval as part of your query that does not exceed 7 days",
    )
    assert client.simulator.requests[-1].operation == "query"
    assert client.poll("some-id").status_code == 404
    assert client.query(interval=DAY).status_code == 200


@pytest.mark.parametrize("apis", [{"conversation_query"}, {"conversation_jobs"}])
def test_an_interaction_search_may_be_refused_in_other_words(
    start: Callable[..., ApiClient], apis: set[str]
) -> None:
    client = start(
        search_apis=frozenset(apis),
        dialect_refusal=Refusal(422, "invalid.schema", "No such field: query"),
    )
    answer = client.submit()
    error = answer.json()
    assert answer.status_code == error["status"] == 422
    assert (error["code"], error["message"]) == ("invalid.schema", "No such field: query")


def test_a_shorter_interval_without_filters(start: Callable[..., ApiClient]) -> None:
    client = start(unfiltered_query_interval_days=7)
    filters = [
        {
            "type": "and",
            "predicates": [{"type": "dimension", "dimension": "mediaType", "value": "voice"}],
        }
    ]
    assert client.query(interval=f"{MONDAY}/2026-01-19T00:00:00Z").status_code == 200
    longer = f"{MONDAY}/2026-01-19T00:00:00.001Z"
    assert_refused(client.query(interval=longer), "does not exceed 7 days")
    assert client.query(interval=longer, segmentFilters=filters).status_code == 200
    assert_refused(client.query(interval=None, segmentFilters=filters), "does not exceed 31 days")


def test_data_older_than_five_years_needs_an_interval_of_its_own(
    start: Callable[..., ApiClient],
) -> None:
    now = parse_timestamp("2031-01-15T00:00:00Z")  # five years of 365 days after 2026-01-16
    client = start(now=now)
    for interval, status in (
        ("2026-01-12T00:00:00Z/2026-01-16T00:00:00Z", 200),
        ("2026-01-16T00:00:00Z/2026-01-18T00:00:00Z", 200),
        ("2026-01-15T00:00:00Z/2026-01-16T00:00:00.001Z", 400),
    ):
        assert client.query(interval=interval).status_code == status
        assert client.submit_job(interval=interval).status_code == (202 if status == 200 else 400)


def test_old_data_of_at_most_six_months(start: Callable[..., ApiClient]) -> None:
    client = start(
        now=parse_timestamp("2040-01-01T00:00:00Z"),
        job_interval_days=400,
        unfiltered_job_interval_days=400,
    )
    longest = "2026-01-01T00:00:00Z/2026-07-04T00:00:00Z"
    assert client.submit_job(interval=longest).status_code == 202
    answer = client.submit_job(interval="2026-01-01T00:00:00Z/2026-07-04T00:00:00.001Z")
    assert_refused(answer, "an interval of its own that does not exceed 6 months")


def test_where_there_is_no_conversation_query_its_body_is_refused(
    start: Callable[..., ApiClient],
) -> None:
    client = start(search_apis=frozenset({"interaction_search"}))
    assert_refused(client.query(interval=DAY), "Unrecognized field 'interval' in body")
    assert client.page(**page_query(pageSize=5)["query"])["totalMatchingRecords"] == 2000


def test_where_there_is_neither_there_is_nothing(start: Callable[..., ApiClient]) -> None:
    client = start(search_apis=frozenset({"conversation_jobs"}))
    assert client.query(interval=DAY).status_code == 404
    assert client.submit().status_code == 404


# Order.


def test_descending_order_is_the_other_way_round(shared: ApiClient, monday: list[Any]) -> None:
    assert shared.all_queried(interval=DAY, order="desc") == monday[::-1]


def test_unordered_is_everything_in_no_order(shared: ApiClient, monday: list[Any]) -> None:
    found = ids(shared.all_queried(interval=DAY, order="unordered"))
    assert sorted(found) == sorted(ids(monday))
    assert found not in (ids(monday), ids(monday)[::-1])
    assert ids(shared.all_queried(interval=DAY, order="unordered")) == found


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_orders_by_the_end(shared: ApiClient, monday: list[Any], order: str) -> None:
    found = shared.all_queried(interval=DAY, order=order, orderBy="conversationEnd")
    ends = [one["conversationEnd"] for one in found]
    assert ends == sorted(ends, reverse=order == "desc")
    assert sorted(ids(found)) == sorted(ids(monday))
    assert ids(found) != ids(monday)


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("name", ["segmentStart", "segmentEnd"])
def test_orders_by_segments(shared: ApiClient, monday: list[Any], order: str, name: str) -> None:
    found = shared.all_queried(interval=DAY, order=order, orderBy=name)
    pick = min if order == "asc" else max
    times = [pick(one[name] for one in segments(conversation)) for conversation in found]
    assert times == sorted(times, reverse=order == "desc")
    assert sorted(ids(found)) == sorted(ids(monday))


# Filters.


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        ("mediaType", "voice"),
        ("mediaType", "callback"),
        ("purpose", "external"),
        ("direction", "outbound"),
        ("segmentType", "wrapup"),
        ("disconnectType", "transfer"),
        ("wrapUpCode", "ININ-WRAP-UP-TIMEOUT"),
        ("participantName", "Main Menu"),
        ("messageType", "whatsapp"),
        ("userId", None),
        ("queueId", None),
    ],
)
def test_filters_segments(
    shared: ApiClient, monday: list[Any], dimension: str, value: str | None
) -> None:
    if value is None:
        value = Counter(
            one[dimension] for item in monday for one in segments(item) if dimension in one
        ).most_common(1)[0][0]
    found = shared.all_queried(
        interval=DAY, segmentFilters=filtered({"dimension": dimension, "value": value})
    )
    expected = [
        item for item in monday if any(one.get(dimension) == value for one in segments(item))
    ]
    assert found == expected
    assert 0 < len(found) < len(monday)


def test_one_segment_must_satisfy_all_of_a_filter(shared: ApiClient, monday: list[Any]) -> None:
    agent_wraps_up = filtered(
        {"type": "dimension", "dimension": "purpose", "operator": "matches", "value": "agent"},
        {"dimension": "segmentType", "value": "wrapup"},
    )
    customer_wraps_up = filtered(
        {"dimension": "purpose", "value": "customer"},
        {"dimension": "segmentType", "value": "wrapup"},
    )
    apart = [*customer_wraps_up]
    assert 0 < len(shared.all_queried(interval=DAY, segmentFilters=agent_wraps_up)) < len(monday)
    assert shared.all_queried(interval=DAY, segmentFilters=apart) == []
    both = [
        *filtered({"dimension": "purpose", "value": "customer"}),
        *filtered({"dimension": "segmentType", "value": "wrapup"}),
    ]
    assert shared.all_queried(interval=DAY, segmentFilters=both)


def test_clauses_and_predicates_are_combined(shared: ApiClient, monday: list[Any]) -> None:
    voice = {"dimension": "mediaType", "value": "voice"}
    email = {"dimension": "mediaType", "value": "email"}
    outbound = {"dimension": "direction", "value": "outbound"}
    found = shared.all_queried(
        interval=DAY,
        segmentFilters=filtered(outbound, clauses=filtered(voice, email, kind="or")),
    )
    assert found == [
        item
        for item in monday
        if any(
            one["direction"] == "outbound" and one.get("mediaType") in {"voice", "email"}
            for one in segments(item)
        )
    ]
    assert found
    alternatives = shared.all_queried(
        interval=DAY,
        segmentFilters=filtered(outbound, kind="or", clauses=filtered(voice, email, kind="or")),
    )
    assert len(alternatives) > len(found)


def test_filters_conversations(shared: ApiClient, monday: list[Any]) -> None:
    division = monday[0]["divisionIds"][0]
    found = shared.all_queried(
        interval=DAY,
        conversationFilters=filtered(
            {"dimension": "divisionId", "value": division},
            {"dimension": "originatingDirection", "value": "inbound"},
            {"dimension": "customerParticipation", "value": "true"},
        ),
    )
    assert found == [
        one
        for one in monday
        if division in one["divisionIds"] and one["originatingDirection"] == "inbound"
    ]
    assert 0 < len(found) < len(monday)
    one_id = filtered({"dimension": "conversationId", "value": monday[3]["conversationId"]})
    assert shared.all_queried(interval=DAY, conversationFilters=one_id) == [monday[3]]
    nobody = filtered({"dimension": "customerParticipation", "value": "false"})
    assert shared.all_queried(interval=DAY, conversationFilters=nobody) == []


@pytest.mark.parametrize(
    "bounds", [{"gte": 60_000}, {"gt": 60_000, "lte": 300_000}, {"lt": 120_000}]
)
def test_filters_by_a_metric(shared: ApiClient, monday: list[Any], bounds: dict[str, int]) -> None:
    found = shared.all_queried(
        interval=DAY, conversationFilters=filtered({"metric": "tHandle", "range": bounds})
    )
    expected = []
    for one in monday:
        value = metric(one, "tHandle")
        if value is None or ("gte" in bounds and value < bounds["gte"]):
            continue
        if ("gt" in bounds and value <= bounds["gt"]) or ("lt" in bounds and value >= bounds["lt"]):
            continue
        if "lte" in bounds and value > bounds["lte"]:
            continue
        expected.append(one)
    assert found == expected
    assert 0 < len(found) < len(monday)


def test_filters_by_the_length_of_segments(shared: ApiClient, monday: list[Any]) -> None:
    found = shared.all_queried(
        interval=DAY,
        segmentFilters=filtered(
            {"dimension": "segmentType", "value": "ivr"},
            {"type": "metric", "metric": "tSegmentDuration", "range": {"lt": 30_000}},
        ),
    )
    assert found == [
        one
        for one in monday
        if any(
            part["name"] == "tIvr" and part["value"] < 30_000
            for party in one["participants"]
            for session in party["sessions"]
            for part in session.get("metrics", ())
        )
    ]
    assert 0 < len(found) < len(monday)


def test_filters_by_what_exists(shared: ApiClient, monday: list[Any]) -> None:
    for operator, name, there in (
        ("exists", "tHeld", True),
        ("notExists", "tHeld", False),
        ("exists", "tAbandon", True),
    ):
        found = shared.all_queried(
            interval=DAY, conversationFilters=filtered({"metric": name, "operator": operator})
        )
        assert found == [one for one in monday if (metric(one, name) is not None) == there]
        assert 0 < len(found) < len(monday)
    noted = shared.all_queried(
        interval=DAY,
        segmentFilters=filtered({"dimension": "wrapUpNote", "operator": "exists"}),
    )
    assert noted == [one for one in monday if any("wrapUpNote" in part for part in segments(one))]
    assert noted


def test_filters_by_dates(configure: Callable[..., ApiClient]) -> None:
    client = configure(now=parse_timestamp("2026-01-13T12:00:00Z"))
    everything = client.all_queried(interval=DAY)
    ended = client.all_queried(
        interval=DAY,
        conversationFilters=filtered({"dimension": "conversationEnd", "operator": "exists"}),
    )
    assert 0 < len(ended) < len(everything)
    morning = client.all_queried(
        interval=DAY,
        conversationFilters=filtered(
            {
                "dimension": "conversationStart",
                "value": "2026-01-12T08:00:00Z/2026-01-12T12:00:00.000Z",
            }
        ),
    )
    assert ids(morning) == org_ids(client, "2026-01-12T08:00:00Z", "2026-01-12T12:00:00Z")
    exactly = filtered(
        {"dimension": "conversationStart", "value": everything[5]["conversationStart"]}
    )
    assert client.all_queried(interval=DAY, conversationFilters=exactly) == [everything[5]]


def test_filters_by_quality(shared: ApiClient, monday: list[Any]) -> None:
    found = shared.all_queried(
        interval=DAY,
        conversationFilters=filtered(
            {"dimension": "mediaStatsMinConversationMos", "range": {"lt": 4.2}}
        ),
    )
    assert found == [one for one in monday if one.get("mediaStatsMinConversationMos", 5) < 4.2]
    assert 0 < len(found) < len(monday)


@pytest.mark.thorough
def test_filters_by_what_was_said_later(start: Callable[..., ApiClient]) -> None:
    client = start(org=Org(interactions=800), now=datetime(2026, 4, 1, tzinfo=timezone.utc))
    everything = client.all_queried()
    tests: list[tuple[str, str, dict[str, Any], Callable[[Any], bool]]] = [
        (
            "evaluation",
            "evaluations",
            {"metric": "oTotalScore", "range": {"gte": 50}},
            lambda one: one["oTotalScore"] >= 50,
        ),
        ("evaluation", "evaluations", {"dimension": "released", "value": "true"}, bool),
        (
            "survey",
            "surveys",
            {"dimension": "surveyStatus", "value": "Sent"},
            lambda one: one["surveyStatus"] == "Sent",
        ),
        (
            "survey",
            "surveys",
            {"dimension": "surveyPromoterScore", "range": {"gte": 9}},
            lambda one: one.get("surveyPromoterScore", 0) >= 9,
        ),
        (
            "resolution",
            "resolutions",
            {"metric": "nNextContactAvoided", "operator": "exists"},
            bool,
        ),
    ]
    for family, name, predicate, holds in tests:
        found = client.all_queried(**{f"{family}Filters": filtered(predicate)})
        assert found == [
            one for one in everything if any(holds(review) for review in one.get(name, []))
        ]
        assert 0 < len(found) < len(everything) / 5


def test_addresses_match_as_a_whole_or_their_domain(shared: ApiClient, monday: list[Any]) -> None:
    address = next(
        one["addressFrom"]
        for item in monday
        for one in segments(item)
        if one.get("mediaType") == "email" and one["direction"] == "inbound"
    )

    def found(value: str) -> int:
        predicate = {"dimension": "addressFrom", "value": value}
        hits: int = shared.queried(interval=DAY, segmentFilters=filtered(predicate))["totalHits"]
        return hits

    assert found(address) > 0
    assert found("example.com") > found(address)
    assert found(address[:-1]) == found("example") == 0


@pytest.mark.parametrize(
    ("family", "predicate", "problem"),
    [
        ("conversation", {"dimension": "queueId", "value": "q"}, "unknown value 'queueId'"),
        ("conversation", {"dimension": "mediaType", "value": "voice"}, "unknown value"),
        ("segment", {"dimension": "conversationId", "value": "c"}, "unknown value"),
        ("segment", {"metric": "tHandle", "range": {"gt": 1}}, "unknown value 'tHandle'"),
        ("segment", {"dimension": "mediatype", "value": "voice"}, "unknown value"),
        ("segment", {"dimension": "mediaType"}, "either a value or a range"),
        ("segment", {"value": "voice"}, "one of dimension, metric and property"),
        ("segment", {"dimension": "mediaType", "value": ""}, "not empty"),
        ("segment", {"dimension": "recording", "value": True}, "must be a string"),
        ("segment", {"dimension": "recording", "value": "yes"}, "unknown value 'yes'"),
        ("segment", {"dimension": "mediaType", "operator": "equals", "value": "x"}, "unknown"),
        ("segment", {"dimension": "mediaType", "operator": "exists", "value": "x"}, "no value"),
        ("segment", {"dimension": "mediaType", "range": {"gt": 1}}, "does not suit mediaType"),
        ("segment", {"dimension": "userId", "metric": "tSegmentDuration"}, "one of dimension"),
        ("segment", {"type": "metric", "dimension": "userId", "value": "u"}, "type does not say"),
        ("segment", {"dimension": "userId", "values": ["u"]}, "Unrecognized field 'values'"),
        ("segment", {"property": "x", "value": "1"}, "propertyType"),
        ("conversation", {"property": "x", "propertyType": "string"}, "Unrecognized field"),
        ("conversation", {"metric": "tTalk", "value": "5"}, "must have a range"),
        ("conversation", {"metric": "tTalk", "range": {}}, "must have a bound"),
        ("conversation", {"metric": "tTalk", "range": {"gte": "5"}}, "must be a number"),
        ("conversation", {"metric": "tTalk", "range": {"min": 5}}, "Unrecognized field 'min'"),
        ("conversation", {"dimension": "conversationEnd", "value": "today"}, "a date like"),
        ("resolution", {"dimension": "queueId", "value": "q"}, "Unrecognized field"),
        ("evaluation", {"dimension": "surveyId", "value": "s"}, "unknown value"),
        ("survey", {"metric": "oTotalScore", "range": {"gt": 1}}, "unknown value"),
    ],
)
def test_refuses_bad_predicates(
    shared: ApiClient, family: str, predicate: Any, problem: str
) -> None:
    answer = shared.query(**{f"{family}Filters": filtered(predicate)})
    assert_refused(answer, problem)
    assert answer.json()["details"][0]["fieldName"].startswith(f"{family}Filters[0].predicates[0]")


@pytest.mark.parametrize(
    ("one", "problem"),
    [
        ({"predicates": [{"dimension": "userId", "value": "u"}]}, "type is required"),
        ({"type": "not", "predicates": [{"dimension": "userId", "value": "u"}]}, "unknown value"),
        ({"type": "and"}, "must have predicates or clauses"),
        ({"type": "and", "predicates": [], "clauses": []}, "must have predicates or clauses"),
        ({"type": "and", "predicates": {"dimension": "userId"}}, "must be a list"),
        ({"type": "and", "clauses": [{"type": "or", "predicates": []}]}, "must have predicates"),
        (
            {"type": "and", "clauses": [{"type": "or", "clauses": []}]},
            "Unrecognized field 'clauses' in segmentFilters[0].clauses[0]",
        ),
        ("userId", "must be an object"),
    ],
)
def test_refuses_bad_filters(shared: ApiClient, one: Any, problem: str) -> None:
    assert_refused(shared.query(segmentFilters=[one]), problem)


def test_properties_of_segments_can_be_named(shared: ApiClient, monday: list[Any]) -> None:
    def hits(**predicate: str) -> int:
        predicate = {"property": "x", "propertyType": "string", **predicate}
        answer = shared.queried(interval=DAY, segmentFilters=filtered(predicate))
        total: int = answer["totalHits"]
        return total

    assert hits(value="1") == 0
    assert hits(operator="notExists") == len(monday)


# Facets.


def test_counts_terms(shared: ApiClient, monday: list[Any]) -> None:
    answer = shared.queried(
        interval=DAY,
        paging={"pageSize": 1},
        aggregations=[
            {"type": "termFrequency", "dimension": "mediaType", "size": 3},
            {"dimension": "originatingDirection"},
        ],
    )
    media, directions = answer["aggregations"]
    counts = Counter(
        name
        for item in monday
        for name in {one["mediaType"] for one in segments(item) if "mediaType" in one}
    )
    expected = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    assert media == {
        "type": "termFrequency",
        "dimension": "mediaType",
        "count": sum(any("mediaType" in one for one in segments(item)) for item in monday),
        "results": [{"value": value, "count": count} for value, count in expected[:3]],
    }
    assert directions["count"] == len(monday) == answer["totalHits"]
    assert sum(one["count"] for one in directions["results"]) == len(monday)


def test_counts_ranges_of_what_matches(shared: ApiClient, monday: list[Any]) -> None:
    answer = shared.queried(
        interval=DAY,
        conversationFilters=filtered({"dimension": "originatingDirection", "value": "inbound"}),
        aggregations=[{"metric": "tTalk", "ranges": [{"lt": 60_000}, {"gte": 60_000, "lt": 9e9}]}],
    )
    values = [
        value
        for one in monday
        if one["originatingDirection"] == "inbound"
        if (value := metric(one, "tTalk")) is not None
    ]
    short = sum(value < 60_000 for value in values)
    assert answer["aggregations"] == [
        {
            "type": "numericRange",
            "metric": "tTalk",
            "count": len(values),
            "results": [
                {"lt": 60_000, "count": short},
                {"gte": 60_000, "lt": 9e9, "count": len(values) - short},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("aggregation", "problem"),
    [
        ({}, "either a dimension or a metric"),
        ({"dimension": "queueId", "metric": "tTalk"}, "either a dimension or a metric"),
        ({"dimension": "queue"}, "unknown value 'queue'"),
        ({"metric": "talk", "ranges": [{"lt": 1}]}, "unknown value 'talk'"),
        ({"metric": "tTalk"}, "must be a list"),
        ({"metric": "tTalk", "ranges": []}, "must not be empty"),
        ({"metric": "tTalk", "ranges": [{}]}, "must have gte or lt"),
        ({"metric": "tTalk", "ranges": [{"gt": 1}]}, "Unrecognized field 'gt'"),
        ({"metric": "tTalk", "ranges": [{"lt": 1}], "size": 3}, "no size"),
        ({"dimension": "queueId", "ranges": [{"lt": 1}]}, "no ranges"),
        ({"dimension": "queueId", "size": 0}, "must be 1 to"),
        ({"type": "numericRange", "dimension": "queueId"}, "does not suit"),
        ({"type": "dateRange", "dimension": "queueId"}, "unknown value 'dateRange'"),
    ],
)
def test_refuses_bad_aggregations(shared: ApiClient, aggregation: Any, problem: str) -> None:
    assert_refused(shared.query(aggregations=[aggregation]), problem)


# Now.


@pytest.mark.thorough
def test_what_is_to_come_is_not_found(start: Callable[..., ApiClient]) -> None:
    client = start(org=Org(interactions=6000), now=parse_timestamp("2026-01-12T10:00:00Z"))
    found = client.all_queried(interval=DAY)
    assert ids(found) == org_ids(client, MONDAY, "2026-01-12T10:00:00.001Z")
    one_day = time_range(MONDAY, TUESDAY)
    assert client.page(filter=one_day)["totalMatchingRecords"] == len(found)
    client.simulator.now = parse_timestamp("2026-01-12T11:00:00Z")
    later = client.all_queried(interval=DAY)
    assert len(later) > len(found)
    assert client.page(filter=one_day)["totalMatchingRecords"] == len(later)
    before = {one["conversationId"]: one for one in found}
    assert any(
        "conversationEnd" in one and "conversationEnd" not in before[one["conversationId"]]
        for one in later
        if one["conversationId"] in before
    )


@pytest.mark.thorough
def test_now_is_a_day_after_the_period_unless_told(shared: ApiClient) -> None:
    org = shared.simulator.org
    assert shared.simulator.moment == org.end + timedelta(days=1)
    text = format_timestamp(shared.simulator.moment)
    found = shared.all_queried(interval="2026-01-30T00:00:00Z/2026-02-03T00:00:00Z")
    assert all(one.get("conversationEnd", text) <= text for one in found)
    assert any("conversationEnd" not in one for one in found)
