"""Conversations that were open when they were read come again until they have ended."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest

from genesys_cloud_simulator import Fault
from genesys_cloud_simulator.views.conversations import ConversationView
from tests.support.open_conversations_server import Elsewhere, open_ids, open_in
from tests.support.singer_run import SingerRun, run_tap

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_httpserver import HTTPServer

    from genesys_cloud_simulator import Simulator

STREAMS = ("conversations", "conversation_participants", "conversation_segments")


@pytest.fixture(autouse=True)
def _lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@pytest.fixture
def nightly(config: dict[str, Any]) -> dict[str, Any]:
    """Settings of nightly runs without a lookback, which would read most of the week again."""
    return {**config, "search_api": "conversation_query", "max_concurrent_searches": 1}


def night(config: dict[str, Any], simulator: Simulator, number: int, **more: Any) -> SingerRun:
    """Run the tap some days after the org's start, at six in the morning."""
    simulator.now = simulator.org.start + timedelta(days=number, hours=6)
    run = run_tap({**config, "end_date": simulator.now.isoformat()}, select=STREAMS, **more)
    assert run.error is None
    return run


def warehouse(*runs: SingerRun, stream: str = "interactions", key: str = "id") -> dict[str, Any]:
    return {row[key]: row for run in runs for row in run.records(stream)}


def latest(stream: str, ids: list[str], run: SingerRun) -> set[str]:
    """The rows that a run wrote of some conversations."""
    return {
        json.dumps(row, sort_keys=True)
        for row in run.records(stream)
        if row["id" if stream == "interactions" else "conversation_id"] in ids
    }


def truly_open(simulator: Simulator, before: datetime) -> list[str]:
    view = ConversationView(simulator.org, simulator.moment)
    return [
        str(one["conversationId"])
        for one in view.documents(view.started(simulator.org.start, before))
        if "conversationEnd" not in one
    ]


def asked_by_id(simulator: Simulator) -> int:
    return sum(one.operation == "conversations_by_id" for one in simulator.requests)


@pytest.mark.thorough
def test_conversations_that_have_ended_since_are_written_with_their_end(
    nightly: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    first = night(nightly, simulator, 3)
    assert sorted(open_ids(first)) == sorted(truly_open(simulator, simulator.moment))
    assert len(open_ids(first)) > 5
    assert f"Conversations still open: {len(open_ids(first))}." in caplog.text
    assert asked_by_id(simulator) == 0
    caplog.clear()

    second = night(nightly, simulator, 5, state=first.states()[-1])
    assert asked_by_id(simulator) == 1
    assert sorted(open_ids(second)) == sorted(truly_open(simulator, simulator.moment))
    rows = warehouse(first, second)
    ended = {one for one in rows if "conversationEnd" in rows[one]["metadata"]}
    assert set(rows) - ended == set(truly_open(simulator, simulator.moment))
    clean = run_tap({**nightly, "end_date": f"{simulator.now}"}, select=STREAMS)
    for stream in ("interactions", *STREAMS):
        assert latest(stream, open_ids(first), second) == latest(stream, open_ids(first), clean)


@pytest.mark.thorough
def test_no_audit_is_written_for_them_and_their_search_stays_the_same(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    first = night(nightly, simulator, 3)
    second = night(nightly, simulator, 6, state=first.states()[-1])
    assert asked_by_id(simulator) == 1
    windows = [audit["window_start"] for audit in second.records("search_audits")]
    assert windows[0].startswith("2026-01-08")
    before, after = warehouse(first), warehouse(second)
    again = before.keys() & after.keys()
    assert any(row["timestamp"] < "2026-01-08" for row in after.values())
    assert all(before[one]["search_id"] == after[one]["search_id"] for one in again)


@pytest.mark.thorough
def test_what_the_windows_read_anyway_is_not_asked_for(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    first = night(nightly, simulator, 2)
    second = night({**nightly, "lookback_hours": 72}, simulator, 4, state=first.states()[-1])
    assert second.error is None
    assert asked_by_id(simulator) == 0
    assert sorted(open_ids(second)) == sorted(truly_open(simulator, simulator.moment))


@pytest.mark.thorough
def test_no_state_lacks_a_conversation_before_its_rows_are_written(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    first = night(nightly, simulator, 3)
    second = night(nightly, simulator, 6, state=first.states()[-1])
    start = open_in(first.states()[-1])
    written: set[str] = set()
    states = 0
    for message in second.messages:
        if message["type"] == "RECORD" and message["stream"] == "conversation_segments":
            written.add(message["record"]["conversation_id"])
        if message["type"] == "STATE":
            states += 1
            assert start.keys() - open_in(message["value"]).keys() <= written
    assert states > 2
    assert written & start.keys()


@pytest.mark.thorough
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_run_that_was_killed_is_gone_on_with_and_ends_in_the_same_rows(
    nightly: dict[str, Any], simulator: Simulator, cut: int
) -> None:
    first = night(nightly, simulator, 3)
    killed = night(nightly, simulator, 6, state=first.states()[-1])
    place = [n for n, one in enumerate(killed.messages) if one["type"] == "STATE"][-cut]
    half = SingerRun(killed.messages[: place + 1])
    rest = night(nightly, simulator, 6, state=half.states()[-1])
    assert warehouse(first, half, rest) == warehouse(first, killed)
    assert open_ids(rest) == open_ids(killed)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["null_body", "error_without_status"])
def test_refusal_is_one_warning_and_keeps_them(
    nightly: dict[str, Any],
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    kind: Literal["null_body", "error_without_status"],
) -> None:
    first = night(nightly, simulator, 3)
    simulator.faults.schedule(Fault(kind, on="conversations_by_id", times=None))
    second = night(nightly, simulator, 6, state=first.states()[-1])
    warnings = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    (warning,) = [one for one in warnings if "asked for by id" in one]
    assert "the next run asks again" in warning
    old = {one for one, start in open_in(first.states()[-1]).items() if start < "2026-01-08"}
    assert old
    assert old <= set(open_ids(second))
    simulator.faults.clear()
    third = night(nightly, simulator, 6, state=second.states()[-1])
    assert sorted(open_ids(third)) == sorted(truly_open(simulator, simulator.moment))


@pytest.mark.thorough
def test_stream_selected_later_takes_nothing_away_from_the_others(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    simulator.now = simulator.org.start + timedelta(days=3, hours=6)
    first = run_tap({**nightly, "end_date": simulator.now.isoformat()})
    second = night(nightly, simulator, 6, state=first.states()[-1])
    rows = warehouse(first, second)
    still = {one for one in rows if "conversationEnd" not in rows[one]["metadata"]}
    assert still == set(truly_open(simulator, simulator.moment))


@pytest.mark.thorough
def test_run_of_jobs_says_how_many_are_open_and_keeps_them_for_the_query(
    nightly: dict[str, Any], simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = {**nightly, "search_api": "conversation_jobs", "conversation_matching": "active"}
    simulator.availability_lag_hours = 0
    state: dict[str, Any] = {}
    for number in (3, 4):
        caplog.clear()
        run = night(jobs, simulator, number, state=state)
        still_open = truly_open(simulator, simulator.moment)
        assert f"Conversations still open: {len(still_open)}." in caplog.text
        assert sorted(open_ids(run)) == sorted(still_open)
        state = run.states()[-1]
    assert asked_by_id(simulator) == 0


@pytest.fixture
def elsewhere(httpserver: HTTPServer) -> Elsewhere:
    return Elsewhere(httpserver)


@pytest.mark.thorough
def test_a_hundred_are_asked_for_at_once_each_once(elsewhere: Elsewhere) -> None:
    elsewhere.begin(250)
    first = elsewhere.run(1)
    assert len(open_ids(first)) == 250
    for name in list(elsewhere.conversations)[:170]:
        elsewhere.end(name)
    second = elsewhere.run(2, first.states()[-1])
    assert [len(ids) for ids in elsewhere.asked] == [100, 100, 50]
    assert len({one for ids in elsewhere.asked for one in ids}) == 250
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    assert open_ids(second) == list(elsewhere.conversations)[170:]
    third = elsewhere.run(2, second.states()[-1])
    assert [len(ids) for ids in elsewhere.asked[3:]] == [80]
    assert sorted(third.ids()) == sorted(open_ids(third))


def test_unknown_conversation_leaves_with_a_line(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(3)
    first = elsewhere.run(1)
    del elsewhere.conversations["c-00001"]
    second = elsewhere.run(2, first.states()[-1])
    assert open_ids(second) == ["c-00000", "c-00002"]
    (line,) = [one for one in caplog.records if "no longer knows" in one.getMessage()]
    assert line.getMessage().startswith("The platform no longer knows 1 of the conversations")


def test_ids_beyond_those_that_are_answered_at_once_are_asked_for_again(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.begin(100)
    first = elsewhere.run(1)
    for one in list(elsewhere.conversations):
        elsewhere.end(one)
    elsewhere.most_answered = 30
    second = elsewhere.run(2, first.states()[-1])
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    assert open_ids(second) == []
    assert len(elsewhere.asked) <= 5


def test_answer_that_holds_none_of_them_is_no_reason_to_forget_them(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(20)
    first = elsewhere.run(1)
    elsewhere.most_answered = 0
    second = elsewhere.run(2, first.states()[-1])
    assert len(open_in(second.states()[-1])) == 20
    assert "20 of the conversations that were open did not come" in caplog.text
    assert len(elsewhere.asked) == 1


def test_answer_that_is_too_large_is_asked_for_in_parts(elsewhere: Elsewhere) -> None:
    elsewhere.begin(120)
    first = elsewhere.run(1)
    elsewhere.most_ids = 30
    second = elsewhere.run(2, first.states()[-1])
    assert [len(ids) for ids in elsewhere.asked] == [100, 50, 25, 25, 25, 25, 20]
    assert sorted(second.ids()) == sorted(elsewhere.conversations)


@pytest.mark.parametrize(
    ("status", "requests"), [(400, 4), (403, 1), (404, 4), (405, 1), (410, 1), (200, 1)]
)
def test_refused_endpoint_or_answer_without_its_list_keeps_them(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture, status: int, requests: int
) -> None:
    elsewhere.begin(150)
    first = elsewhere.run(1)
    elsewhere.status = status
    elsewhere.leaves_out_key = True
    second = elsewhere.run(2, first.states()[-1])
    assert open_ids(second) == open_ids(first)
    assert len(elsewhere.asked) == requests
    (warning,) = [one for one in caplog.records if "asked for by id" in one.getMessage()]
    assert warning.levelname == "WARNING"


def test_past_the_bound_the_oldest_are_dropped_with_one_warning(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tap_genesys_search.search.remembered.open_conversations.MOST_REMEMBERED", 20
    )
    elsewhere.begin(50)
    first = elsewhere.run(1)
    assert open_ids(first) == list(elsewhere.conversations)[30:]
    (warning,) = [one.getMessage() for one in caplog.records if "oldest" in one.getMessage()]
    assert "50 conversations are open" in warning
    assert "the oldest 30" in warning
    assert "--full-refresh" in warning


@pytest.mark.parametrize(
    "kept", ["nonsense", ["c-00001"], {"c-00001": 7, "": "2026-03-02T00:00:00Z"}, {"a": "b"}]
)
def test_state_that_is_none_is_passed_over(elsewhere: Elsewhere, kept: object) -> None:
    elsewhere.begin(3)
    for name in elsewhere.conversations:
        elsewhere.end(name)
    first = elsewhere.run(1)
    state = first.states()[-1]
    state["bookmarks"]["search_audits"]["open_conversations"] = kept
    elsewhere.run(2, state)
    assert elsewhere.asked == []


@pytest.mark.thorough
def test_conversations_that_jobs_left_open_are_asked_for_when_the_query_takes_over(
    nightly: dict[str, Any], simulator: Simulator
) -> None:
    jobs = {**nightly, "search_api": "conversation_jobs", "conversation_matching": "active"}
    first = night(nightly, simulator, 1)
    second = night(jobs, simulator, 3, state=first.states()[-1])
    third = night(nightly, simulator, 6, state=second.states()[-1])
    rows = warehouse(first, second, third, stream="conversations", key="conversation_id")
    left_open = {one for one, row in rows.items() if not row.get("conversation_end")}
    assert left_open == set(truly_open(simulator, simulator.moment))
