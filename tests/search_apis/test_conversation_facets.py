"""Facets of conversations: how they are asked for, and how their answer is read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tap_genesys_search.errors import SearchFailedError, SettingError
from tap_genesys_search.search_apis.conversations.facets import (
    build_aggregations,
    read_aggregations,
)
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from genesys_cloud_simulator import Simulator

PATH = "/api/v2/somewhere"


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {
        **config,
        "search_api": "conversation_query",
        "facets": ["mediaType", "tConversationDuration:0,60000,300000"],
    }


def sessions(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        session
        for participant in record["metadata"]["participants"]
        for session in participant["sessions"]
    ]


def media_counts(records: list[dict[str, Any]]) -> Counter[str]:
    """In how many conversations each medium occurs."""
    return Counter(
        media
        for record in records
        for media in {one["mediaType"] for one in sessions(record) if "mediaType" in one}
    )


def facet_counts(run: SingerRun, search_id: str, facet: str) -> dict[str, int]:
    return {
        record["bucket_key"]: record["bucket_count"]
        for record in run.records("interaction_facets")
        if (record["search_id"], record["facet"]) == (search_id, facet)
    }


def test_dimension_is_asked_for_as_the_frequency_of_its_terms() -> None:
    assert build_aggregations(["queueId", "mediaType"]) == [
        {"type": "termFrequency", "dimension": "queueId", "size": 1000},
        {"type": "termFrequency", "dimension": "mediaType", "size": 1000},
    ]


@pytest.mark.parametrize(
    ("facet", "ranges"),
    [
        ("tTalk:0", [{"gte": 0}]),
        ("tTalk:0,60000", [{"gte": 0, "lt": 60000}, {"gte": 60000}]),
        ("tTalk:-1.5,0,2", [{"gte": -1.5, "lt": 0}, {"gte": 0, "lt": 2}, {"gte": 2}]),
        ("tTalk: 0, 60000", [{"gte": 0, "lt": 60000}, {"gte": 60000}]),
    ],
)
def test_metric_with_bounds_is_asked_for_as_ranges_the_last_one_open(
    facet: str, ranges: list[dict[str, float]]
) -> None:
    assert build_aggregations([facet]) == [
        {"type": "numericRange", "metric": "tTalk", "ranges": ranges}
    ]


def test_no_facets_ask_for_nothing() -> None:
    assert build_aggregations([]) == []


@pytest.mark.parametrize("facet", ["", "queue id", "media.type", ":0,1", "7days", "-"])
def test_facet_that_is_no_name_is_refused(facet: str) -> None:
    with pytest.raises(SettingError) as wrong:
        build_aggregations(["queueId", facet])
    assert f"facets has {facet!r}. Allowed are queueId or tTalk:0,60000" in str(wrong.value)


@pytest.mark.parametrize(
    "bounds", ["", "a", "0,", ",", "0;60000", "60000,0", "0,0", "0,5,5", "nan", "0,inf", "-inf,0"]
)
def test_bounds_that_are_no_rising_numbers_are_refused(bounds: str) -> None:
    with pytest.raises(SettingError) as wrong:
        build_aggregations([f"tTalk:{bounds}"])
    assert f"facets has 'tTalk:{bounds}'" in str(wrong.value)
    assert "rising numbers" in str(wrong.value)


@pytest.mark.parametrize("api", ["conversation_query", "conversation_jobs"])
@pytest.mark.parametrize(
    "facets",
    [("tTalk:0,60000", "tTalk:0,10,20"), ("queueId", "queueId"), ("tTalk:0", "queueId", "tTalk")],
)
def test_two_facets_of_one_name_are_refused_before_a_search(
    config: dict[str, Any], simulator: Simulator, api: str, facets: tuple[str, ...]
) -> None:
    run = run_tap({**config, "search_api": api, "facets": [*facets]})
    assert isinstance(run.error, SettingError)
    twice = facets[0].partition(":")[0]
    assert str(run.error) == (
        f"Bad setting: facets names {twice!r} twice, and the rows of both would have the same "
        "keys. Name it once, a metric with all its bounds: tTalk:0,10,60000"
    )
    assert run.records("interactions") == []
    assert not [one for one in simulator.requests if "details" in one.path]


def test_terms_and_ranges_are_read_with_their_results_as_they_came() -> None:
    terms = [{"value": "q-1", "count": 3}, {"value": "q-2", "count": 1}]
    ranges = [{"gte": 0, "lt": 60000, "count": 2}, {"gte": 60000, "count": 0}]
    answer = {
        "aggregations": [
            {"type": "termFrequency", "dimension": "queueId", "count": 4, "results": terms},
            {"type": "numericRange", "metric": "tTalk", "count": 2, "results": ranges},
        ]
    }
    assert read_aggregations(answer, PATH) == {"queueId": terms, "tTalk": ranges}


@pytest.mark.parametrize("answer", [{}, {"aggregations": None}, {"aggregations": []}])
def test_answer_without_aggregations_has_no_facets(answer: dict[str, Any]) -> None:
    assert read_aggregations(answer, PATH) == {}


@pytest.mark.parametrize("results", [None, {}, "x", 3])
def test_aggregation_without_a_list_of_results_is_not_answered(results: object) -> None:
    answer = {"aggregations": [{"dimension": "queueId", "results": results}]}
    assert read_aggregations(answer, PATH) == {}


def test_aggregation_without_results_is_not_answered() -> None:
    assert read_aggregations({"aggregations": [{"metric": "tTalk"}]}, PATH) == {}


def test_aggregation_with_an_empty_list_of_results_has_no_buckets() -> None:
    answer = {"aggregations": [{"metric": "tTalk", "results": []}]}
    assert read_aggregations(answer, PATH) == {"tTalk": []}


@pytest.mark.parametrize("aggregations", [{"queueId": {}}, "queueId", ["queueId"], [None], 7])
def test_aggregations_of_another_shape_are_refused_with_their_path(aggregations: object) -> None:
    with pytest.raises(SearchFailedError) as failed:
        read_aggregations({"aggregations": aggregations}, PATH)
    assert f"{PATH} answered aggregations that are not a list of objects" in str(failed.value)


@pytest.mark.thorough
def test_facets_of_a_day_count_its_conversations(config: dict[str, Any]) -> None:
    run = run_tap(config)
    audits = run.records("search_audits")
    assert len(audits) == 3
    for audit in audits:
        of_day = [
            record
            for record in run.records("interactions")
            if record["search_id"] == audit["search_id"]
        ]
        assert of_day
        assert facet_counts(run, audit["search_id"], "mediaType") == media_counts(of_day)
        by_duration = facet_counts(run, audit["search_id"], "tConversationDuration")
        assert len(by_duration) == 3
        ended = [record for record in of_day if "conversationEnd" in record["metadata"]]
        assert sum(by_duration.values()) == len(ended)


def test_keys_of_ranges_are_told_by_their_bounds(config: dict[str, Any]) -> None:
    run = run_tap({**config, "end_date": "2026-01-06"})
    buckets = [
        record
        for record in run.records("interaction_facets")
        if record["facet"] == "tConversationDuration"
    ]
    assert [
        {name: float(bound) for name, bound in record["bucket"].items() if name != "count"}
        for record in buckets
    ] == [{"gte": 0, "lt": 60000}, {"gte": 60000, "lt": 300_000}, {"gte": 300_000}]
    assert len({record["bucket_key"] for record in buckets}) == 3


@pytest.mark.parametrize("search_api", ["conversation_query", "conversation_jobs"])
def test_facets_of_a_window_shorter_than_a_day_count_the_day_and_say_so(
    config: dict[str, Any], search_api: str
) -> None:
    run = run_tap(
        {
            **config,
            "search_api": search_api,
            "start_date": "2026-01-06",
            "end_date": "2026-01-07",
            "window_hours": 12,
        }
    )
    of_day = media_counts(run.records("interactions"))
    audits = run.records("search_audits")
    earlier, later = (facet_counts(run, one["search_id"], "mediaType") for one in audits)
    assert later == of_day
    assert earlier == dict.fromkeys(of_day, 0)
    assert {
        (record["window_start"], record["window_end"])
        for record in run.records("interaction_facets")
    } == {("2026-01-06T00:00:00.000Z", "2026-01-07T00:00:00.000Z")}


@pytest.mark.parametrize("search_api", ["conversation_query", "conversation_jobs"])
def test_mistake_in_facets_ends_a_run_before_its_first_request(
    config: dict[str, Any], simulator: Simulator, search_api: str
) -> None:
    run = run_tap({**config, "search_api": search_api, "facets": ["tTalk:9,1"]})
    assert isinstance(run.error, SettingError)
    assert "tTalk:9,1" in str(run.error)
    assert simulator.requests == []
