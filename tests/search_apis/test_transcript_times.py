"""Which field dates the transcripts of an org, and what is asked where that is not known."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

from genesys_cloud_simulator.timestamps import to_milliseconds
from genesys_cloud_simulator.views.transcripts import generate_transcript
from tap_genesys_search.errors import SettingError
from tap_genesys_search.search_apis.transcripts.filters import LONGEST_VALUE, MOST_VALUES
from tests.support.running_simulator import running_simulator
from tests.support.scripted_platform import CLIENT_ID, CLIENT_SECRET, ScriptedPlatform
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from werkzeug import Request

    from genesys_cloud_simulator import Org, Simulator
    from tests.support.scripted_platform import FakeClock

OTHER = {"conversationStartTime": "startTime", "startTime": "conversationStartTime"}
EITHER = pytest.mark.parametrize("field", OTHER)
MOMENT = "2026-01-05T10:00:00.000Z"


@pytest.fixture
def config(config: dict[str, Any]) -> dict[str, Any]:
    return {**config, "search_api": "transcript_search"}


@pytest.fixture
def scripted(platform: ScriptedPlatform) -> dict[str, Any]:
    """A configuration that reaches the scripted platform, for one window."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "end_date": "2026-01-06",
        "search_api": "transcript_search",
        "backoff_base_seconds": 0.01,
    }


def transcripts(org: Org) -> dict[str, str]:
    """Id and start of all transcripts of an org, the oldest first."""
    seen = to_milliseconds(org.end + timedelta(days=1))
    made = (generate_transcript(one, seen) for one in org.interactions_between(org.start, org.end))
    return {str(one["transcriptId"]): str(one["startTime"]) for one in made if one is not None}


def fields_asked(bodies: list[Any]) -> list[str]:
    found = [one for body in bodies for one in body["query"] if one.get("type") == "DATE_RANGE"]
    return [one["fields"][0] for one in found]


def asked_of(simulator: Simulator) -> list[str]:
    searches = [one.body for one in simulator.requests if one.operation == "transcripts"]
    return fields_asked(searches)


@EITHER
@pytest.mark.parametrize("times", ["text", "milliseconds"])
@pytest.mark.parametrize("accepts_other", [False, True])
def test_all_transcripts_come_by_whichever_field_and_form(
    config: dict[str, Any],
    org: Org,
    simulator: Simulator,
    field: Any,
    times: Any,
    accepts_other: bool,  # noqa: FBT001
) -> None:
    simulator.transcript_time_field = field
    simulator.transcript_times = times
    simulator.accepts_other_time_field = accepts_other

    run = run_tap({**config, "max_concurrent_searches": 1}, select=["transcripts"])

    assert run.error is None
    assert {one["id"]: one["timestamp"] for one in run.records("interactions")} == transcripts(org)
    rows = run.records("transcripts")
    assert {one["transcript_id"]: one["start_time"] for one in rows} == transcripts(org)
    assert {one["end_time"][:4] for one in rows} == {"2026"}
    assert not any(one.get("extra") for one in rows)
    state = run.states()[-1]["bookmarks"]["search_audits"]
    assert state["transcript_time_field"] == field


@EITHER
def test_field_that_is_known_is_the_only_one_asked_for(
    config: dict[str, Any], org: Org, simulator: Simulator, field: Any
) -> None:
    simulator.transcript_time_field = field
    middle = "2026-01-07T00:00:00Z"
    first = run_tap({**config, "end_date": middle})
    asked_before = len(asked_of(simulator))

    second = run_tap(config, state=first.states()[-1])

    assert second.error is None
    assert set(asked_of(simulator)[asked_before:]) == {field}
    assert {*first.ids(), *second.ids()} == set(transcripts(org))


@EITHER
def test_kept_field_that_the_org_refuses_is_found_out_again(
    config: dict[str, Any], org: Org, simulator: Simulator, field: Any
) -> None:
    simulator.transcript_time_field = field
    state = {"bookmarks": {"search_audits": {"transcript_time_field": OTHER[field]}}}

    run = run_tap(config, state=state)

    assert run.error is None
    assert set(run.ids()) == set(transcripts(org))
    assert run.states()[-1]["bookmarks"]["search_audits"]["transcript_time_field"] == field


@EITHER
def test_kept_field_that_finds_nothing_any_more_is_found_out_again(
    config: dict[str, Any], org: Org, simulator: Simulator, field: Any
) -> None:
    simulator.transcript_time_field = field
    simulator.accepts_other_time_field = True
    state = {"bookmarks": {"search_audits": {"transcript_time_field": OTHER[field]}}}

    run = run_tap(config, state=state)

    assert run.error is None
    assert set(run.ids()) == set(transcripts(org))
    assert run.states()[-1]["bookmarks"]["search_audits"]["transcript_time_field"] == field


@pytest.mark.parametrize("kept", ["endTime", 7, None, ["startTime"], {}])
def test_kept_field_that_is_none_is_passed_over(
    config: dict[str, Any], org: Org, simulator: Simulator, kept: object
) -> None:
    state = {"bookmarks": {"search_audits": {"transcript_time_field": kept}}}

    run = run_tap(config, state=state)

    assert run.error is None
    assert set(run.ids()) == set(transcripts(org))
    # Once the other one is asked for transcripts that have it alone.
    assert sorted(asked_of(simulator)) == [*["conversationStartTime"] * 3, "startTime"]


def test_empty_window_is_asked_for_by_both_fields_and_keeps_none(
    platform: ScriptedPlatform, scripted: dict[str, Any]
) -> None:
    platform.answer_by(lambda _: Response(json.dumps({"results": [], "total": 0})))

    run = platform.run_tap(scripted)

    assert run.error is None
    asked = fields_asked([one.json for one in platform.api_requests])
    assert asked == ["conversationStartTime", "startTime"]
    assert "transcript_time_field" not in str(run.states()[-1])


@pytest.mark.thorough
def test_refusal_that_is_not_of_the_field_is_not_an_empty_window(
    platform: ScriptedPlatform, scripted: dict[str, Any]
) -> None:
    """The right field is refused for the filters, and the wrong one finds nothing."""

    def answer(request: Request) -> Response:
        body = request.get_json()
        if fields_asked([body]) == ["startTime"]:
            return Response(json.dumps({"results": [], "total": 0}))
        if len(body["query"]) > 1:
            refused = {"message": "Unknown field", "code": "bad.request", "status": 400}
            return Response(json.dumps(refused), 400)
        return Response(json.dumps({"results": [], "total": 0}))

    platform.answer_by(answer)
    filters = [{"type": "EXACT", "fields": ["colour"], "value": "blue"}]

    run = platform.run_tap({**scripted, "filters": filters})

    assert "Unknown field" in str(run.error)
    assert run.bookmarks() == {}


def test_window_whose_transcripts_are_all_of_other_times_is_warned_of(
    platform: ScriptedPlatform, scripted: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    results = [{"transcriptId": "t-1", "conversationStartTime": "2024-05-01T10:00:00Z"}]
    platform.answer_by(lambda _: Response(json.dumps({"results": results, "total": 1})))

    platform.run_tap(scripted)

    assert "1 transcript found, none dated within it" in caplog.text
    assert "2024-05-01" not in caplog.text


def test_transcript_at_the_end_of_the_window_is_no_reason_to_warn(
    platform: ScriptedPlatform, scripted: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    results = [{"transcriptId": "t-1", "conversationStartTime": "2026-01-06T00:00:00Z"}]
    platform.answer_by(lambda _: Response(json.dumps({"results": results, "total": 1})))

    run = platform.run_tap(scripted)

    assert run.error is None
    assert run.ids() == []
    assert "dated within" not in caplog.text


@pytest.mark.thorough
def test_transcript_with_both_times_loses_neither(
    platform: ScriptedPlatform, scripted: dict[str, Any]
) -> None:
    both = {"conversationStartTime": MOMENT, "startTime": "2026-01-05T10:05:00.000Z"}
    results = [{"transcriptId": "t-1", **both}]
    platform.answer_by(lambda _: Response(json.dumps({"results": results, "total": 1})))

    run = platform.run_tap(scripted, select=["transcripts"])

    (record,) = run.records("interactions")
    assert record["timestamp"] == MOMENT
    assert record["metadata"]["startTime"] == both["startTime"]
    (row,) = run.records("transcripts")
    assert row["start_time"] == row["conversation_start_time"] == MOMENT
    assert row["extra"] == {"startTime": both["startTime"]}


def test_probe_takes_either_field(org: Org) -> None:
    only = frozenset({"transcript_search"})
    with running_simulator(org, search_apis=only, transcript_time_field="startTime") as running:
        run = run_tap({**running.config, "search_api": "auto"})

    assert run.error is None
    assert set(run.ids()) == set(transcripts(org))


def test_filters_combine_with_each_other_and_not_with_the_window(
    config: dict[str, Any], org: Org, simulator: Simulator
) -> None:
    alternatives = [
        {"type": "EXACT", "fields": ["mediaType"], "value": medium, "operator": "OR"}
        for medium in ("voice", "message", "chat")
    ]

    run = run_tap({**config, "filters": alternatives})

    assert run.error is None
    assert run.ids() == list(transcripts(org))
    bodies: list[Any] = [one.body for one in simulator.requests if one.operation == "transcripts"]
    assert all(body["query"][1:] == [{"group": alternatives}] for body in bodies)


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ({"values": ["x"] * (MOST_VALUES + 1)}, "values has 51 values"),
        ({"value": "x" * (LONGEST_VALUE + 1)}, "value has 301 characters"),
        ({"values": ["x", "y" * (LONGEST_VALUE + 1)]}, "values[1] has 301 characters"),
    ],
)
def test_criterion_over_a_limit_is_refused_before_the_first_request(
    platform: ScriptedPlatform, scripted: dict[str, Any], criterion: dict[str, Any], said: str
) -> None:
    one = {"type": "EXACT", "fields": ["language"], **criterion}

    run = platform.run_tap({**scripted, "filters": [{"group": [one]}]})

    assert isinstance(run.error, SettingError)
    assert f"filters[0].group[0].{said}" in str(run.error)
    assert "xx" not in str(run.error)
    assert platform.requests == []


def test_criterion_at_the_limits_is_accepted(
    platform: ScriptedPlatform, scripted: dict[str, Any]
) -> None:
    platform.answer_by(lambda _: Response(json.dumps({"results": [], "total": 0})))
    values = ["x" * LONGEST_VALUE] * MOST_VALUES
    one = {"type": "EXACT", "fields": ["language"], "values": values}

    assert platform.run_tap({**scripted, "filters": [one]}).error is None


@pytest.mark.thorough
def test_no_more_than_240_searches_are_sent_in_a_minute(
    platform: ScriptedPlatform, clock: FakeClock, scripted: dict[str, Any]
) -> None:
    platform.answer_by(lambda _: Response(json.dumps({"results": [], "total": 0})))
    many = {"window_hours": 0.1, "requests_per_minute": 100_000, "max_concurrent_searches": 1}

    run = platform.run_tap({**scripted, **many})

    assert run.error is None
    times = [one.time for one in platform.api_requests]
    assert len(times) == 480
    assert all(later - earlier > 60 for earlier, later in zip(times, times[240:], strict=False))
    assert clock.slept
