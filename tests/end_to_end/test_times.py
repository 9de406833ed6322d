"""Times that the platform counts since 1970, and times that can't be read, in whole runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

from tap_genesys_search.search_apis import SEARCH_APIS
from tests.support.scripted_platform import CLIENT_ID, CLIENT_SECRET, ScriptedPlatform
from tests.support.search_api_wires import WIRES
from tests.support.singer_run import SingerRun, catalog_of

if TYPE_CHECKING:
    from werkzeug import Request

EVERY_API = pytest.mark.parametrize("api", SEARCH_APIS)
TIMES = {
    "interaction_search": "timestamp",
    "conversation_jobs": "conversationStart",
    "conversation_query": "conversationStart",
    "transcript_search": "conversationStartTime",
}
IN_SECONDS = 1_767_607_200
MOMENT = "2026-01-05T10:00:00.000Z"


def documents(api: str, *times: object) -> list[dict[str, Any]]:
    made = enumerate(times)
    return [{WIRES[api].record_id: f"c-{number}", TIMES[api]: time} for number, time in made]


def answer(api: str, found: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    """Answer any request of a run over one window."""
    wire = WIRES[api]
    if request.path.endswith("/availability"):
        return {"dataAvailabilityDate": "2026-02-01T00:00:00.000Z"}
    if request.path.endswith("/jobs"):
        return {"jobId": "j-1"}
    if request.path.endswith("/jobs/j-1"):
        return {"state": "FULFILLED"}
    body = json.loads(request.get_data() or b"{}")
    number = body.get("pageNumber") or body.get("paging", {}).get("pageNumber", 1)
    status = {"id": "q-1", "status": "completed"} if api == "interaction_search" else {}
    return {**status, wire.records: found if number == 1 else [], **wire.counted(len(found))}


def config_of(platform: ScriptedPlatform, **changes: object) -> dict[str, Any]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_url": platform.url,
        "api_url": platform.url,
        "start_date": "2026-01-05",
        "end_date": "2026-01-06",
        **changes,
    }


def run(
    platform: ScriptedPlatform, api: str, found: list[dict[str, Any]], *streams: str
) -> SingerRun:
    platform.answer_by(lambda request: Response(json.dumps(answer(api, found, request))))
    config = config_of(platform, search_api=api)
    return platform.run_tap(config, select=streams)


@EVERY_API
@pytest.mark.parametrize("time", [IN_SECONDS, IN_SECONDS * 1000, f"{IN_SECONDS}.0"])
def test_count_since_1970_is_a_time(platform: ScriptedPlatform, api: str, time: object) -> None:
    ended = run(platform, api, documents(api, time, MOMENT))

    assert ended.error is None
    assert [one["timestamp"] for one in ended.records("interactions")] == [MOMENT] * 2
    assert ended.records("search_audits")[-1]["defaults_applied"].get("timestamp") is None


@EVERY_API
def test_count_outside_of_the_window_is_as_a_text_is(platform: ScriptedPlatform, api: str) -> None:
    later = IN_SECONDS + 86_400
    outside = run(platform, api, documents(api, IN_SECONDS, later))
    as_texts = run(platform, api, documents(api, MOMENT, "2026-01-06T10:00:00.000Z"))

    assert outside.ids() == as_texts.ids()


@EVERY_API
def test_time_that_cannot_be_read_stays_and_is_warned_of_once(
    platform: ScriptedPlatform, api: str, caplog: pytest.LogCaptureFixture
) -> None:
    ended = run(platform, api, documents(api, "on Monday", MOMENT, "on Tuesday", None))

    assert ended.error is None
    records = ended.records("interactions")
    start = "2026-01-05T00:00:00.000Z"
    assert [one["timestamp"] for one in records] == [start, MOMENT, start, start]
    kept = [one["metadata"].get("timestamp") for one in records]
    assert kept == ["on Monday", None, "on Tuesday", None]
    warnings = [one for one in caplog.messages if "can't be read" in one]
    assert warnings == [
        (
            "Stream interactions: column timestamp has times that can't be read. They are kept in "
            "metadata as they came"
        )
    ]
    assert "Monday" not in caplog.text


def test_times_in_tables_are_read_or_kept_in_extra(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    found = documents("conversation_query", IN_SECONDS * 1000, "on Monday")
    ends: list[object] = [IN_SECONDS + 1, "on Tuesday"]
    for one, end in zip(found, ends, strict=True):
        one["conversationEnd"] = end

    ended = run(platform, "conversation_query", found, "conversations")

    assert ended.error is None
    first, second = ended.records("conversations")
    assert first["conversation_start"] == MOMENT
    assert first["conversation_end"] == "2026-01-05T10:00:01.000Z"
    assert not first.get("extra")
    assert second["conversation_start"] == "2026-01-05T00:00:00.000Z"
    assert second["conversation_end"] is None
    assert second["extra"] == {"conversationStart": "on Monday", "conversationEnd": "on Tuesday"}
    for column in ("conversation_start", "conversation_end"):
        warnings = [one for one in caplog.messages if f"conversations: column {column} has" in one]
        assert len(warnings) == 1
    assert "Tuesday" not in caplog.text


def test_times_in_lookups_are_read_or_kept_in_extra(
    platform: ScriptedPlatform, caplog: pytest.LogCaptureFixture
) -> None:
    codes = [
        {"id": "w-1", "name": "Sold", "dateCreated": IN_SECONDS * 1000},
        {"id": "w-2", "name": "Lost", "dateCreated": "once"},
    ]
    page = {"entities": codes, "total": 2, "pageNumber": 1, "pageSize": 100, "pageCount": 1}
    platform.answer_by(lambda _: Response(json.dumps(page)))
    config = config_of(platform)

    ended = platform.run_tap(config, catalog=catalog_of("wrapup_codes", **config))

    assert ended.error is None
    first, second = ended.records("wrapup_codes")
    assert first["date_created"] == MOMENT
    assert second["date_created"] is None
    assert second["extra"] == {"dateCreated": "once"}
    assert "Stream wrapup_codes: column date_created has times that can't be read" in caplog.text


def test_times_of_aggregates_may_be_counts(platform: ScriptedPlatform) -> None:
    span = f"{IN_SECONDS * 1000}/{(IN_SECONDS + 1800) * 1000}"
    data = [{"interval": span, "metrics": [{"metric": "tHandle", "stats": {"count": 3}}]}]
    body = {"results": [{"group": {"mediaType": "voice"}, "data": data}]}
    platform.answer_by(lambda _: Response(json.dumps(body)))
    config = config_of(platform)

    ended = platform.run_tap(config, catalog=catalog_of("conversation_aggregates", **config))

    assert ended.error is None
    (record,) = ended.records("conversation_aggregates")
    assert record["interval_start"] == MOMENT
    assert record["interval_end"] == "2026-01-05T10:30:00.000Z"
