from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.validation.transcript_criteria import EXACT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_client import ApiClient

CONTENT = "transcript.content"
RETURN_FIELDS = (*EXACT_FIELDS, "conversationStartTime", "endTime", CONTENT)


def dates(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "DATE_RANGE",
        "fields": ["conversationStartTime"],
        "startValue": start,
        "endValue": end,
        **more,
    }


def exact(field: str, *values: str, **more: Any) -> dict[str, Any]:
    return {"type": "EXACT", "fields": [field], "values": list(values), **more}


def phrase(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "EXACT_PHRASE", "fields": [CONTENT], "value": text, **more}


DAY = dates("2026-01-12T00:00:00.000Z", "2026-01-13T00:00:00.000Z")


def everything(client: ApiClient, **fields: Any) -> list[Any]:
    """The results of all pages."""
    first = client.found_transcripts(pageSize=100, **fields)
    others = (
        client.found_transcripts(pageSize=100, pageNumber=number, **fields)
        for number in range(2, first["pageCount"] + 1)
    )
    return [one for page in (first, *others) for one in page["results"]]


@pytest.fixture(scope="module")
def monday(shared: ApiClient) -> list[Any]:
    """The transcripts of a day with their content, in time order."""
    return everything(
        shared,
        query=[DAY],
        returnFields=RETURN_FIELDS,
        sortBy="conversationStartTime",
        sortOrder="ASC",
    )


@pytest.mark.thorough
def test_a_transcript_for_most_calls_and_some_messages(
    shared: ApiClient, monday: list[Any]
) -> None:
    conversations = {
        one["conversationId"]: one
        for one in shared.all_queried(interval="2026-01-12T00:00:00Z/2026-01-13T00:00:00Z")
    }
    media = Counter(
        one["participants"][0]["sessions"][0].get("mediaType") for one in conversations.values()
    )
    transcribed = Counter(one["mediaType"] for one in monday)
    assert transcribed.keys() == {"voice", "message", "chat"}
    assert all(0 < count < media[name] for name, count in transcribed.items())
    assert transcribed["voice"] > media["voice"] / 2
    assert len({one["transcriptId"] for one in monday}) == len(monday)
    assert len({one["conversationId"] for one in monday}) == len(monday)
    for one in monday:
        conversation = conversations[one["conversationId"]]
        assert one["conversationStartTime"] == conversation["conversationStart"]
        assert one["endTime"] == conversation["conversationEnd"]
        assert one["divisionId"] in conversation["divisionIds"]
        sessions = {
            session["sessionId"]
            for party in conversation["participants"]
            for session in party["sessions"]
        }
        assert one["communicationId"] in sessions


def test_answers_a_page(shared: ApiClient) -> None:
    answer = shared.found_transcripts(query=[DAY])
    assert answer.keys() == {
        "total", "pageCount", "pageSize", "pageNumber", "types", "results", "aggregations",
    }  # fmt: skip
    assert (answer["pageSize"], answer["pageNumber"]) == (25, 1)
    assert answer["types"] == ["transcripts"]
    assert len(answer["results"]) == 25 < answer["total"]
    assert answer["pageCount"] == -(-answer["total"] // 25)
    assert {tuple(one) for one in answer["results"]} == {
        (
            "transcriptId", "conversationId", "communicationId", "mediaType", "language",
            "divisionId", "conversationStartTime", "endTime",
        )
    }  # fmt: skip


def test_pages_put_together_are_everything(shared: ApiClient, monday: list[Any]) -> None:
    found = everything(shared, query=[DAY])
    assert len(found) == shared.found_transcripts(query=[DAY])["total"] == len(monday)
    assert sorted(one["transcriptId"] for one in found) == sorted(
        one["transcriptId"] for one in monday
    )
    assert found == everything(shared, query=[DAY])
    assert [one["conversationStartTime"] for one in found] != [
        one["conversationStartTime"] for one in monday
    ]
    past = shared.found_transcripts(query=[DAY], pageNumber=30)
    assert (past["results"], past["total"]) == ([], len(monday))


@pytest.mark.thorough
def test_only_the_first_thousand_can_be_paged_through(shared: ApiClient) -> None:
    first = shared.found_transcripts(pageSize=100, pageNumber=10)
    assert first["total"] > 1000
    assert len(first["results"]) == 100
    for paging in ({"pageSize": 100, "pageNumber": 11}, {"pageSize": 30, "pageNumber": 34}):
        answer = shared.transcripts(**paging)
        assert answer.status_code == 400
        assert answer.json()["message"] == "Pagination may not exceed 1000 results"


def test_the_limit_can_be_another(configure: Callable[..., ApiClient]) -> None:
    client = configure(transcript_depth_limit=50)
    assert client.transcripts(pageSize=50).status_code == 200
    assert client.transcripts(pageSize=51).status_code == 400


def test_answers_the_fields_that_were_asked_for(shared: ApiClient, monday: list[Any]) -> None:
    found = shared.found_transcripts(
        query=[DAY], returnFields=["conversationId", CONTENT], sortBy="conversationStartTime"
    )["results"]
    assert found == [
        {"conversationId": one["conversationId"], "transcript": one["transcript"]}
        for one in monday[:25]
    ]
    assert found[0]["transcript"]["content"]
    nothing = shared.found_transcripts(query=[DAY], returnFields=[])["results"]
    assert nothing == [{}] * 25


def test_sorts(shared: ApiClient, monday: list[Any]) -> None:
    def ids(**fields: Any) -> list[str]:
        return [one["transcriptId"] for one in everything(shared, query=[DAY], **fields)]

    expected = [one["transcriptId"] for one in monday]
    assert ids(sortBy="conversationStartTime") == expected
    assert ids(sortBy="conversationStartTime", sortOrder="DESC") == expected[::-1]
    assert ids(sortOrder="SCORE") == ids()
    by_language = monday[::-1]
    by_language.sort(key=lambda one: one["language"])
    several = [{"sortBy": "language"}, {"sortBy": "conversationStartTime", "sortOrder": "DESC"}]
    assert ids(sort=several) == [one["transcriptId"] for one in by_language]


# Criteria.


@pytest.mark.parametrize(
    ("criteria", "holds"),
    [
        ([exact("mediaType", "message", "chat")], lambda one: one["mediaType"] != "voice"),
        (
            [{"type": "EXACT", "fields": ["language"], "value": "de-de"}],
            lambda one: one["language"] == "de-de",
        ),
        (
            [exact("language", "de-de", operator="NOT")],
            lambda one: one["language"] != "de-de",
        ),
        (
            [exact("language", "de-de", operator="OR"), exact("mediaType", "chat", operator="OR")],
            lambda one: one["language"] == "de-de" or one["mediaType"] == "chat",
        ),
        (
            [phrase("CANCEL my contract"), exact("mediaType", "voice", operator="AND")],
            lambda one: (
                "cancel my contract" in one["transcript"]["content"] and one["mediaType"] == "voice"
            ),
        ),
        (
            [{"type": "PHRASE", "fields": [CONTENT], "values": ["Vertrag", "キャンセル"]}],
            lambda one: (
                "Vertrag" in one["transcript"]["content"]
                or "キャンセル" in one["transcript"]["content"]
            ),
        ),
        (
            [
                {
                    "group": [
                        exact("language", "de-de", operator="OR"),
                        exact("language", "en-gb", operator="OR"),
                    ]
                },
                {"group": [exact("mediaType", "voice")], "operator": "NOT"},
            ],
            lambda one: one["language"] in {"de-de", "en-gb"} and one["mediaType"] != "voice",
        ),
        (
            [dates("2026-01-12T09:00:00Z", "2026-01-12T12:30:00.000Z", operator="NOT")],
            lambda one: (
                not "2026-01-12T09:00" <= one["conversationStartTime"] <= "2026-01-12T12:30"
            ),
        ),
        (
            [dates("2026-01-12T00:00:00Z", "2026-01-12T12:00:00.000Z", fields=["endTime"])],
            lambda one: one["endTime"] <= "2026-01-12T12:00",
        ),
        (
            [{"type": "REQUIRED_FIELDS", "fields": ["divisionId", CONTENT]}],
            lambda one: one["divisionId"],
        ),
    ],
)
def test_criteria(
    shared: ApiClient, monday: list[Any], criteria: list[Any], holds: Callable[[Any], bool]
) -> None:
    found = everything(
        shared,
        query=[DAY, *criteria],
        sortBy="conversationStartTime",
        returnFields=["transcriptId"],
    )
    expected = [{"transcriptId": one["transcriptId"]} for one in monday if holds(one)]
    assert found == expected
    assert found


def test_a_range_of_dates_contains_its_end(
    start: Callable[..., ApiClient], shared: ApiClient, monday: list[Any]
) -> None:
    first, last = monday[3]["conversationStartTime"], monday[7]["conversationStartTime"]
    assert shared.found_transcripts(query=[dates(first, last)])["total"] == 5
    assert shared.found_transcripts(query=[dates(first, first)])["total"] == 1
    client = start(org=shared.simulator.org, transcript_range_includes_end=False)
    assert client.found_transcripts(query=[dates(first, last)])["total"] == 4


def test_what_was_said_can_be_searched_for_some_days_only(
    start: Callable[..., ApiClient], monday: list[Any]
) -> None:
    client = start(org=Org(interactions=3000), transcript_content_days=5)
    assert client.found_transcripts(query=[DAY, phrase("contract")])["total"] == 0
    assert client.found_transcripts(query=[DAY])["total"] == len(monday)
    nested = {"group": [phrase("contract")]}
    assert client.found_transcripts(query=[DAY, nested])["total"] == 0
    client.simulator.now = parse_timestamp("2026-01-17T00:00:00Z")
    assert client.found_transcripts(query=[DAY, nested])["total"] > 0


def test_a_transcript_comes_when_the_conversation_has_ended(
    start: Callable[..., ApiClient], monday: list[Any]
) -> None:
    client = start(org=Org(interactions=3000), now=parse_timestamp("2026-01-12T12:00:00Z"))
    assert client.found_transcripts(query=[DAY])["total"] == sum(
        one["endTime"] <= "2026-01-12T12:00:00.000Z" for one in monday
    )


def test_counts_what_matches(shared: ApiClient, monday: list[Any]) -> None:
    answer = shared.found_transcripts(query=[DAY, exact("language", "en-gb", "de-de")], pageSize=1)
    matches = [one for one in monday if one["language"] in {"en-gb", "de-de"}]
    assert answer["total"] == len(matches)
    assert answer["aggregations"].keys() == {"mediaType", "language", "divisionId"}
    for name, aggregation in answer["aggregations"].items():
        buckets = {one["key"]: one["docCount"] for one in aggregation["buckets"]}
        assert buckets == Counter(one[name] for one in matches)


@pytest.mark.thorough
def test_the_start_may_have_another_name_and_another_form(
    start: Callable[..., ApiClient], monday: list[Any]
) -> None:
    client = start(
        org=Org(interactions=3000),
        transcript_time_field="startTime",
        transcript_times="milliseconds",
    )
    by_start = {**DAY, "fields": ["startTime"]}
    found = everything(client, query=[by_start], sortBy="startTime")
    moments = [to_milliseconds(parse_timestamp(one["conversationStartTime"])) for one in monday]
    assert [one["startTime"] for one in found] == moments
    assert all(type(one["endTime"]) is int for one in found)
    assert client.transcripts(query=[DAY]).status_code == 400
    client = start(org=Org(interactions=3000), accepts_other_time_field=True)
    assert client.found_transcripts(query=[by_start], sortBy="startTime")["total"] == 0
    assert client.found_transcripts(query=[DAY])["total"] == len(monday)


# Refusals.


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"types": None}, "types is required"),
        ({"types": []}, "types must be transcripts"),
        ({"types": ["transcripts_metadata"]}, "types must be transcripts"),
        ({"types": "transcripts"}, "types must be a list"),
        ({"pageSize": 101}, "pageSize must be 1 to 100"),
        ({"pageSize": 0}, "pageSize must be 1 to 100"),
        ({"pageNumber": 0}, "pageNumber must be at least 1"),
        ({"aggregations": []}, "Unrecognized field 'aggregations'"),
        ({"returnFields": ["content"]}, "unknown value 'content'"),
        ({"returnFields": "language"}, "must be a list"),
        ({"sortBy": CONTENT}, "unknown value"),
        ({"sortOrder": "DESC"}, "sortBy is required"),
        ({"sortBy": "conversationStartTime", "sortOrder": "asc"}, "unknown value 'asc'"),
        (
            {"sort": [{"sortBy": "conversationStartTime"}], "sortBy": "conversationStartTime"},
            "together",
        ),
        ({"sort": [{"sortOrder": "ASC"}]}, "sortBy is required"),
        ({"query": {}}, "must be a list"),
        ({"query": [{}]}, "query[0].type has the unknown value None"),
        ({"query": [{**DAY, "type": "date"}]}, "unknown value 'date'"),
        ({"query": [{**DAY, "type": "RANGE"}]}, "no field of a transcript supports"),
        ({"query": [{**DAY, "type": "GREATER_THAN"}]}, "no field of a transcript supports"),
        ({"query": [{**DAY, "fields": []}]}, "fields must not be empty"),
        ({"query": [{**DAY, "fields": ["conversationStart"]}]}, "unknown value"),
        ({"query": [{**DAY, "startValue": "2026-01-12"}]}, "must be a date like"),
        ({"query": [{**DAY, "endValue": None}]}, "endValue is required"),
        ({"query": [{**DAY, "endValue": "2026-01-01T00:00:00Z"}]}, "must not be after"),
        ({"query": [{**DAY, "value": "x"}]}, "value does not suit DATE_RANGE"),
        ({"query": [{**DAY, "dateFormat": "dd.MM.yyyy"}]}, "must be a date as dd.MM.yyyy"),
        ({"query": [{**DAY, "dateFormat": "a week ago"}]}, "unknown value 'a week ago'"),
        ({"query": [{**DAY, "dateFormat": 5}]}, "unknown value 5"),
        ({"query": [{**DAY, "operator": "XOR"}]}, "unknown value 'XOR'"),
        ({"query": [{**DAY, "boost": 2}]}, "Unrecognized field 'boost'"),
        ({"query": [exact("conversationStartTime", "x")]}, "unknown value 'conversationSt"),
        ({"query": [exact("startTime", "x")]}, "unknown value 'startTime'"),
        ({"query": [exact("language", *map(str, range(51)))]}, "may have 50 values"),
        ({"query": [exact("language", "x" * 301)]}, "may have 300 characters"),
        ({"query": [exact("language")]}, "values must not be empty"),
        ({"query": [exact("language", "x", value="y")]}, "either a value or values"),
        ({"query": [exact("language", "x", dateFormat="y")]}, "dateFormat does not suit"),
        ({"query": [{**phrase("x"), "fields": ["language"]}]}, "unknown value 'language'"),
        ({"query": [phrase("")]}, "not empty"),
        ({"query": [{"type": "REQUIRED_FIELDS", "fields": ["language"], "value": "x"}]}, "suit"),
        ({"query": [{"group": [], "operator": "AND"}]}, "group must not be empty"),
        ({"query": [{"group": [DAY], "type": "EXACT"}]}, "is a group"),
        ({"query": [{"group": [{**DAY, "boost": 2}]}]}, "query[0].group[0]"),
    ],
)
def test_refuses_bad_requests(shared: ApiClient, fields: Any, problem: str) -> None:
    answer = shared.transcripts(**fields)
    assert answer.status_code == 400
    assert problem in answer.json()["message"]


def test_takes_dates_with_their_format(shared: ApiClient) -> None:
    criterion = {**DAY, "dateFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSX"}
    assert shared.transcripts(query=[criterion]).status_code == 200


def test_unknown_fields_may_be_ignored(configure: Callable[..., ApiClient]) -> None:
    client = configure(ignores_unknown_fields=True)
    assert client.transcripts(aggregations=[], query=[DAY]).status_code == 200
