"""Filters of conversations: which list they go to, and what is said about a mistake."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org, Simulator
from genesys_cloud_simulator.validation import names as query_names
from tap_genesys_search.errors import SettingError
from tap_genesys_search.search_apis.conversations.filters import (
    FAMILIES,
    build_filters,
    describe_places,
)
from tests.support.reported_org import answer
from tests.support.running_simulator import running_simulator
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

VOICE = {"dimension": "mediaType", "value": "voice"}
INBOUND = {"dimension": "originatingDirection", "value": "inbound"}
LONG = {"metric": "tHandle", "range": {"gte": 60000}}
SCORED = {"metric": "oTotalScore", "range": {"gt": 80}}
FAMILY = {family.key: family for family in FAMILIES}


def build(*filters: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return build_filters(filters)


def mistake(*filters: dict[str, Any]) -> str:
    with pytest.raises(SettingError) as wrong:
        build_filters(filters)
    return str(wrong.value)


def whole(*predicates: object, **changes: object) -> dict[str, Any]:
    return {"type": "and", "predicates": list(predicates), **changes}


@pytest.mark.parametrize(
    "wrong",
    [
        {**VOICE, "operator": {"value": "Ada Lovelace"}},
        {**VOICE, "type": ["Ada Lovelace"]},
        {"type": {"is": "Ada Lovelace"}, "predicates": [VOICE]},
        {"dimension": {"name": "Ada Lovelace"}, "value": "x"},
        {**VOICE, "value": {"name": "Ada Lovelace"}},
        {**LONG, "range": {"gte": "Ada Lovelace"}},
    ],
)
def test_list_or_object_in_the_place_of_a_name_is_not_quoted(wrong: dict[str, Any]) -> None:
    said = mistake(wrong)
    assert said.startswith("Bad setting: filters[0]")
    assert "Lovelace" not in said


def test_no_filters_make_no_lists() -> None:
    assert build() == {}


@pytest.mark.parametrize(
    ("predicate", "family"),
    [
        (INBOUND, "conversationFilters"),
        (LONG, "conversationFilters"),
        ({"dimension": "conversationEnd", "operator": "exists"}, "conversationFilters"),
        (VOICE, "segmentFilters"),
        ({"dimension": "queueId", "value": "q-1"}, "segmentFilters"),
        ({"dimension": "userId", "value": "u-1"}, "segmentFilters"),
        ({"metric": "tSegmentDuration", "range": {"lt": 1000}}, "segmentFilters"),
        (
            {"property": "tier", "propertyType": "string", "value": "gold"},
            "segmentFilters",
        ),
        ({"dimension": "evaluatorId", "value": "u-2"}, "evaluationFilters"),
        ({"dimension": "eventTime", "operator": "exists"}, "evaluationFilters"),
        (SCORED, "evaluationFilters"),
        ({"dimension": "surveyStatus", "value": "Finished"}, "surveyFilters"),
        ({"metric": "oSurveyTotalScore", "range": {"lte": 10}}, "surveyFilters"),
        ({"metric": "nNextContactAvoided", "range": {"gte": 1}}, "resolutionFilters"),
    ],
)
def test_predicate_becomes_a_filter_in_the_list_that_knows_its_name(
    predicate: dict[str, Any], family: str
) -> None:
    assert build(predicate) == {family: [{"type": "and", "predicates": [predicate]}]}


def test_predicates_of_one_kind_each_become_a_filter_in_their_order() -> None:
    email = {"dimension": "mediaType", "value": "email"}
    assert build(VOICE, LONG, email, INBOUND) == {
        "segmentFilters": [whole(VOICE), whole(email)],
        "conversationFilters": [whole(LONG), whole(INBOUND)],
    }


def test_places_of_filters_are_said_where_they_are_not_those_of_the_setting() -> None:
    assert describe_places([VOICE, VOICE]) == describe_places([]) == ""
    assert describe_places([VOICE, LONG, VOICE]) == (
        "In the request filters[0] is segmentFilters[0], filters[1] is conversationFilters[0], "
        "filters[2] is segmentFilters[1]"
    )


@pytest.mark.parametrize("search_api", ["conversation_query", "conversation_jobs"])
def test_refusal_of_filters_says_where_the_request_has_them(
    httpserver: HTTPServer, search_api: str
) -> None:
    def handle(request: Request) -> Response:
        if request.path == "/oauth/token":
            return answer({"access_token": "t", "expires_in": 600})
        if request.method == "GET":
            return answer({"dataAvailabilityDate": "2026-02-01T00:00:00Z"})
        if "segmentFilters" not in request.get_json():
            return answer({"jobId": "j", "conversations": [], "totalHits": 0})
        return answer({"status": 400, "message": "segmentFilters[0] is wrong"}, status=400)

    httpserver.expect_request(re.compile(".*")).respond_with_handler(handle)
    url = httpserver.url_for("").rstrip("/")
    run = run_tap(
        {
            "client_id": "client",
            "client_secret": "secret",
            "auth_url": url,
            "api_url": url,
            "start_date": "2026-01-05",
            "end_date": "2026-01-06",
            "search_api": search_api,
            "filters": [INBOUND, VOICE],
        }
    )
    assert '"segmentFilters[0] is wrong"' in str(run.error)
    assert "filters[1] is segmentFilters[0]" in str(run.error)


@pytest.mark.parametrize(
    "one",
    [
        {"type": "or", "predicates": [VOICE, {"dimension": "mediaType", "value": "email"}]},
        {"type": "and", "clauses": [{"type": "or", "predicates": [VOICE]}]},
        {
            "type": "and",
            "predicates": [VOICE],
            "clauses": [
                {"type": "or", "predicates": [{"dimension": "queueId", "value": "q-1"}, VOICE]},
                {"type": "and", "predicates": [VOICE]},
            ],
        },
    ],
)
def test_whole_filter_goes_out_as_it_was_written(one: dict[str, Any]) -> None:
    assert build(one) == {"segmentFilters": [one]}


def test_name_of_several_kinds_goes_where_the_rest_of_its_filter_belongs() -> None:
    queue = {"dimension": "queueId", "value": "q-1"}
    status = {"dimension": "surveyStatus", "value": "Sent"}
    assert list(build(whole(queue, SCORED))) == ["evaluationFilters"]
    assert list(build(whole(queue, status))) == ["surveyFilters"]
    clause = {"type": "and", "clauses": [whole(queue), whole(status)]}
    assert list(build(clause)) == ["surveyFilters"]


def test_filters_that_were_given_stay_as_they_are() -> None:
    given: list[dict[str, Any]] = [VOICE, whole(INBOUND, clauses=[whole(LONG)])]
    before = deepcopy(given)
    build(*given)
    assert given == before


@pytest.mark.parametrize("operator", ["exists", "notExists"])
def test_operators_of_existence_need_nothing_to_compare_with(operator: str) -> None:
    predicate = {"dimension": "wrapUpCode", "operator": operator}
    assert build(predicate) == {"segmentFilters": [whole(predicate)]}


@pytest.mark.parametrize(
    "bounds",
    [
        {"gt": 1},
        {"gte": 1.5},
        {"lt": -1},
        {"lte": 0},
        {"gt": 1, "lte": 2},
        {"gt": 1, "gte": 1, "lt": 9, "lte": 9},
    ],
)
def test_range_takes_any_of_the_four_bounds(bounds: dict[str, float]) -> None:
    predicate = {"metric": "tTalk", "range": bounds}
    assert build(predicate) == {"conversationFilters": [whole(predicate)]}


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        (
            {"dimension": "mediaType", "operator": "equals", "value": "voice"},
            ".operator on 'mediaType' is 'equals'. Allowed are matches, exists, notExists",
        ),
        (
            {"dimension": "mediaType", "operator": None, "value": "voice"},
            ".operator on 'mediaType' is None. Allowed are matches, exists, notExists",
        ),
        ({"dimension": "mediaType"}, " on 'mediaType' matches what? It needs one of value, range"),
        (
            {"metric": "tTalk", "value": "1", "range": {"gte": 1}},
            " on 'tTalk' matches what? It needs one of value, range",
        ),
        (
            {"dimension": "mediaType", "operator": "exists", "value": "voice"},
            " on 'mediaType': operator exists takes no value",
        ),
        (
            {"metric": "tTalk", "operator": "notExists", "range": {"gte": 1}},
            " on 'tTalk': operator notExists takes no range",
        ),
        (
            {"dimension": "mediaType", "values": ["voice"]},
            " has 'values'. Allowed are dimension, metric, operator, property, propertyType, range",
        ),
        ({"value": "voice"}, " must have one of dimension, metric, property"),
        (
            {"dimension": "mediaType", "metric": "tTalk", "value": "voice"},
            " must have one of dimension, metric, property",
        ),
    ],
)
def test_mistake_in_a_predicate_names_place_field_and_what_is_allowed(
    predicate: dict[str, Any], said: str
) -> None:
    assert f"filters[1].predicates[0]{said}" in mistake(INBOUND, whole(predicate))


@pytest.mark.parametrize("value", [1, 1.5, True, None, ["voice"], {"is": "voice"}])
def test_value_must_be_a_text(value: object) -> None:
    said = mistake({"dimension": "mediaType", "value": value})
    assert said == (
        "Bad setting: filters[0].predicates[0].value on 'mediaType' must be a text, also for "
        "numbers and booleans; compare numbers with range"
    )


@pytest.mark.parametrize("bounds", [{}, {"from": 1}, {"gte": 1, "to": 2}, [1, 2], 5, "1", None])
def test_range_must_be_an_object_of_bounds(bounds: object) -> None:
    said = mistake({"metric": "tTalk", "range": bounds})
    assert ".range on 'tTalk' must have some of gt, gte, lt, lte" in said


@pytest.mark.parametrize("bound", ["60000", None, True, [1], {}])
def test_bound_of_a_range_must_be_a_number(bound: object) -> None:
    assert ".range" in mistake({"metric": "tTalk", "range": {"gte": bound}})


@pytest.mark.parametrize("kind", ["dimensions", "metric", "", 5])
def test_type_of_a_predicate_must_say_what_it_names(kind: object) -> None:
    assert ".type" in mistake({"type": kind, "dimension": "mediaType", "value": "voice"})


@pytest.mark.parametrize("kind", ["dimension", "metric", "property"])
def test_type_of_a_predicate_may_be_said(kind: str) -> None:
    names = {"dimension": "mediaType", "metric": "tSegmentDuration", "property": "tier"}
    predicate: dict[str, Any] = {"type": kind, kind: names[kind], "operator": "exists"}
    assert build(predicate) == {"segmentFilters": [whole(predicate)]}


@pytest.mark.parametrize(
    "one",
    [
        {"dimension": ["mediaType"], "value": "voice"},
        {"dimension": {"name": "mediaType"}, "value": "voice"},
        {"metric": ["tTalk"], "range": {"gte": 1}},
        {"type": ["and"], "predicates": [VOICE]},
        {"type": "and", "clauses": [{"type": {}, "predicates": [VOICE]}]},
        {"dimension": "mediaType", "operator": ["matches"], "value": "voice"},
    ],
)
def test_list_or_object_in_place_of_a_name_is_a_bad_setting_too(one: dict[str, Any]) -> None:
    assert "filters[0]" in mistake(one)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (whole(VOICE, type="not"), "filters[0].type is 'not'. Allowed are and, or"),
        ({"predicates": [VOICE]}, "filters[0].type is None. Allowed are and, or"),
        (whole(VOICE, type="AND"), "filters[0].type is 'AND'. Allowed are and, or"),
        (
            whole(VOICE, operator="or"),
            "filters[0] has 'operator'. Allowed are type, predicates, clauses",
        ),
        (
            whole(VOICE, clauses=[whole(VOICE, clauses=[whole(VOICE)])]),
            "filters[0].clauses[0] has 'clauses'. Allowed are type, predicates",
        ),
        (
            whole(VOICE, clauses=[whole(VOICE), whole(VOICE, type="nor")]),
            "filters[0].clauses[1].type is 'nor'. Allowed are and, or",
        ),
        ({"type": "and", "predicates": VOICE}, "filters[0].predicates must be a list of objects"),
        (whole("mediaType"), "filters[0].predicates must be a list of objects"),
        (whole(VOICE, clauses=whole(VOICE)), "filters[0].clauses must be a list of objects"),
        (
            whole(VOICE, clauses=[whole(None)]),
            "filters[0].clauses[0].predicates must be a list of objects",
        ),
        (whole(), "filters[0] has no predicate"),
        ({"type": "or", "clauses": []}, "filters[0] has no predicate"),
        (
            whole(VOICE, clauses=[whole(VOICE, {"dimension": "mediaType"})]),
            "filters[0].clauses[0].predicates[1] on 'mediaType' matches what?",
        ),
    ],
)
def test_mistake_in_the_shape_of_a_filter_names_place_and_what_is_allowed(
    one: dict[str, Any], said: str
) -> None:
    assert said in mistake(one)


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        ({"dimension": "mediatype", "value": "voice"}, "unknown dimension 'mediatype'. Did you "),
        ({"dimension": "queueID", "value": "q"}, "unknown dimension 'queueID'. Did you mean "),
        ({"metric": "tHandel", "range": {"gt": 1}}, "unknown metric 'tHandel'. Did you mean "),
        ({"dimension": "zzz", "value": "q"}, "unknown dimension 'zzz'. There are "),
        # The one kind of name in place of the other.
        ({"dimension": "tHandle", "value": "q"}, "unknown dimension 'tHandle'"),
        ({"metric": "mediaType", "range": {"gt": 1}}, "unknown metric 'mediaType'"),
        ({"metric": None, "range": {"gt": 1}}, "unknown metric None"),
    ],
)
def test_unknown_name_is_refused(predicate: dict[str, Any], said: str) -> None:
    assert f"filters[0].predicates[0] has the {said}" in mistake(predicate)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("mediatype", "mediaType"), ("queueID", "queueId"), ("originatingDirecton", "originating")],
)
def test_unknown_name_gets_the_name_that_was_meant(written: str, meant: str) -> None:
    hint = mistake({"dimension": written, "value": "x"}).partition("Did you mean ")[2]
    assert meant in hint


@pytest.mark.parametrize(
    "one",
    [
        whole(VOICE, INBOUND),
        whole(VOICE, clauses=[whole(LONG)]),
        {"type": "or", "clauses": [whole(SCORED), whole(INBOUND)]},
        whole({"property": "tier", "propertyType": "string", "value": "gold"}, INBOUND),
        whole({"dimension": "queueId", "value": "q"}, {"dimension": "divisionId", "value": "d"}),
    ],
)
def test_filter_of_names_of_different_kinds_says_to_write_two(one: dict[str, Any]) -> None:
    said = mistake(one)
    assert "filters[0] mixes names of different kinds (" in said
    assert "Write a filter of its own for each kind" in said


def test_mixed_filter_lists_the_names_it_mixes() -> None:
    assert "(mediaType, tHandle)" in mistake(whole(VOICE, clauses=[whole(LONG)]))


@pytest.mark.parametrize(
    ("key", "dimensions", "metrics"),
    [
        (
            "conversationFilters",
            query_names.CONVERSATION_DIMENSIONS,
            query_names.CONVERSATION_METRICS,
        ),
        ("segmentFilters", query_names.SEGMENT_DIMENSIONS, query_names.SEGMENT_METRICS),
        ("evaluationFilters", query_names.EVALUATION_DIMENSIONS, query_names.EVALUATION_METRICS),
        ("surveyFilters", query_names.SURVEY_DIMENSIONS, query_names.SURVEY_METRICS),
        ("resolutionFilters", frozenset(), query_names.RESOLUTION_METRICS),
    ],
)
def test_names_are_those_that_the_simulated_platform_knows(
    key: str, dimensions: frozenset[str], metrics: frozenset[str]
) -> None:
    assert FAMILY[key].dimensions == dimensions
    assert FAMILY[key].metrics == metrics


def test_names_are_as_many_as_the_official_sdk_has() -> None:
    # PureCloudPlatformClientV2 269, the enums of the five models of predicates.
    assert {key: (len(one.dimensions), len(one.metrics)) for key, one in FAMILY.items()} == {
        "conversationFilters": (11, 88),
        "segmentFilters": (80, 1),
        "evaluationFilters": (16, 2),
        "surveyFilters": (11, 1),
        "resolutionFilters": (0, 1),
    }


@pytest.mark.parametrize("search_api", ["conversation_jobs", "conversation_query"])
def test_mistake_ends_a_run_before_its_first_request(
    config: dict[str, Any], simulator: Simulator, search_api: str
) -> None:
    filters = [{"dimension": "mediaType", "operator": "is", "value": "voice"}]
    run = run_tap({**config, "search_api": search_api, "filters": filters})
    assert isinstance(run.error, SettingError)
    assert "mediaType" in str(run.error)
    assert "matches, exists, notExists" in str(run.error)
    assert simulator.requests == []
    assert run.records("search_audits") == []


@pytest.mark.thorough
@pytest.mark.parametrize("search_api", ["conversation_jobs", "conversation_query"])
def test_filters_of_all_shapes_find_what_they_say(search_api: str) -> None:
    with running_simulator(Org(seed=5, days=1, interactions=90)) as running:
        config = {**running.config, "search_api": search_api}
        everything = run_tap(config).records("interactions")
        filters = [
            {"type": "or", "predicates": [VOICE, {"dimension": "mediaType", "value": "chat"}]},
            INBOUND,
        ]
        found = run_tap({**config, "filters": filters})
    wanted = [
        record["id"]
        for record in everything
        if record["metadata"]["originatingDirection"] == "inbound"
        and any(
            session.get("mediaType") in {"voice", "chat"}
            for participant in record["metadata"]["participants"]
            for session in participant["sessions"]
        )
    ]
    assert 0 < len(wanted) < len(everything)
    assert found.ids() == wanted
