"""Each stream gets the ends of the conversations that it has without one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.open_conversations_server import Elsewhere, open_ids, open_in
from tests.support.singer_run import run_tap

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from genesys_cloud_simulator import Simulator
    from tests.support.singer_run import SingerRun

pytestmark = pytest.mark.thorough

TABLE = ("conversations",)
PARTS = ("conversations", "conversation_participants", "conversation_segments")


@pytest.fixture(autouse=True)
def _lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@pytest.fixture
def elsewhere(httpserver: HTTPServer) -> Elsewhere:
    return Elsewhere(httpserver)


def ended(run: SingerRun) -> list[str]:
    rows = run.records("conversations")
    return [row["conversation_id"] for row in rows if row.get("conversation_end")]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]


def test_stream_deselected_for_a_night_gets_the_ends_of_that_night(elsewhere: Elsewhere) -> None:
    elsewhere.begin(5)
    first = elsewhere.run(1, select=TABLE)
    for one in elsewhere.conversations:
        elsewhere.end(one)
    second = elsewhere.run(2, first.states()[-1])
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    assert sorted(open_ids(second)) == sorted(elsewhere.conversations)
    third = elsewhere.run(3, second.states()[-1], select=TABLE)
    assert sorted(ended(third)) == sorted(elsewhere.conversations)
    assert third.ids() == []
    assert open_ids(third) == []
    assert [len(ids) for ids in elsewhere.asked] == [5, 5]


def test_what_only_deselected_streams_lack_is_not_asked_for_and_a_line_says_so(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(5)
    first = elsewhere.run(1, select=TABLE)
    for one in elsewhere.conversations:
        elsewhere.end(one)
    second = elsewhere.run(2, first.states()[-1])
    caplog.clear()
    third = elsewhere.run(3, second.states()[-1])
    assert len(elsewhere.asked) == 1
    assert open_in(third.states()[-1]) == open_in(first.states()[-1])
    assert "Conversations still open: 0." in caplog.text
    assert "5 conversations whose ends conversations may lack" in caplog.text


def test_one_request_asks_for_what_different_streams_lack(elsewhere: Elsewhere) -> None:
    elsewhere.begin(100)
    names = list(elsewhere.conversations)
    first = elsewhere.run(1, select=TABLE)
    for one in names[:40]:
        elsewhere.end(one)
    second = elsewhere.run(2, first.states()[-1])
    for one in names[40:]:
        elsewhere.end(one)
    third = elsewhere.run(3, second.states()[-1], select=TABLE)
    assert [len(ids) for ids in elsewhere.asked] == [100, 100]
    assert sorted(third.ids()) == names[40:]
    assert sorted(ended(third)) == names
    assert open_ids(third) == []


def test_stream_selected_later_does_not_ask_for_what_it_never_had(elsewhere: Elsewhere) -> None:
    elsewhere.begin(3)
    first = elsewhere.run(1)
    for one in elsewhere.conversations:
        elsewhere.end(one)
    second = elsewhere.run(2, first.states()[-1], select=TABLE)
    assert sorted(ended(second)) == sorted(elsewhere.conversations)
    assert len(second.records("conversations")) == 3
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    assert open_ids(second) == []


def test_streams_of_a_nightly_org_equal_those_of_one_run_over_all_days(
    config: dict[str, Any], simulator: Simulator
) -> None:
    nightly = {**config, "search_api": "conversation_query", "lookback_hours": 0}
    state, runs = None, []
    for number, streams in ((2, PARTS), (4, PARTS[:2]), (5, PARTS[:1]), (6, PARTS)):
        simulator.now = simulator.org.start + timedelta(days=number, hours=6)
        end = {"end_date": simulator.now.isoformat()}
        runs.append(run_tap({**nightly, **end}, select=streams, state=state))
        assert runs[-1].error is None
        state = runs[-1].states()[-1]
    clean = run_tap({**nightly, **end}, select=PARTS)
    for stream in PARTS[1:]:
        assert closed(stream, *runs) == closed(stream, clean)


def closed(stream: str, *runs: SingerRun) -> dict[str, dict[str, Any]]:
    """The latest row of each part of the conversations that have ended by the last run."""
    known = {row["conversation_id"]: row for run in runs for row in run.records("conversations")}
    has_ended = {one for one, row in known.items() if row.get("conversation_end")}
    assert has_ended
    found = {}
    for run in runs:
        for row in run.records(stream):
            if row["conversation_id"] in has_ended:
                names = ("conversation_id", "participant_id", "session_id", "position")
                found[str([row.get(name) for name in names])] = row
    return found


def test_state_names_each_conversation_once_however_many_streams_lack_it(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.begin(30)
    run = elsewhere.run(1, select=(*PARTS, "conversation_sessions", "conversation_metrics"))
    kept = json.dumps(run.states()[-1])
    assert all(kept.count(f'"{one}"') == 1 for one in elsewhere.conversations)


def test_list_of_an_earlier_version_is_of_all_streams_that_the_state_has(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.begin(4)
    state = elsewhere.run(1, select=TABLE).states()[-1]
    state["bookmarks"]["search_audits"]["open_conversations"] = open_in(state)
    for one in elsewhere.conversations:
        elsewhere.end(one)
    second = elsewhere.run(2, state)
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    third = elsewhere.run(3, second.states()[-1], select=TABLE)
    assert sorted(ended(third)) == sorted(elsewhere.conversations)
    assert open_ids(third) == []


def test_run_without_the_audits_still_asks_for_them(elsewhere: Elsewhere) -> None:
    elsewhere.begin(3)
    first = elsewhere.run(1, deselect=("search_audits",))
    for one in elsewhere.conversations:
        elsewhere.end(one)
    second = elsewhere.run(2, first.states()[-1], deselect=("search_audits",))
    assert sorted(second.ids()) == sorted(elsewhere.conversations)
    assert open_ids(second) == []


def test_state_without_its_part_for_the_audits_is_warned_of(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(3)
    state = elsewhere.run(1).states()[-1]
    assert not warnings(caplog)
    del state["bookmarks"]["search_audits"]
    second = elsewhere.run(2, state)
    (warning,) = [one for one in warnings(caplog) if "search_audits" in one]
    assert "2026-03-03T00:00:00.000Z" in warning
    assert "--full-refresh" in warning
    caplog.clear()
    elsewhere.run(3, second.states()[-1])
    assert not warnings(caplog)


def test_what_has_no_column_and_what_is_no_time_are_said_once_a_run(
    elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere.begin(2)
    for one in elsewhere.conversations.values():
        one["novel"] = 1
        one["participants"] = [
            {"participantId": "p", "novel": 1, "sessions": [{"sessionId": "s", "segments": []}]}
        ]
    first = elsewhere.run(1, select=("conversations",))
    for one in elsewhere.conversations.values():
        one["conversationEnd"] = "soon"
        one["participants"][0]["sessions"][0]["segments"] = [{"segmentStart": "soon"}]
    caplog.clear()
    elsewhere.run(2, first.states()[-1], select=PARTS)
    said = [one for one in warnings(caplog) if "extra" in one]
    assert len(said) == len(set(said)) == 3
    (kept,) = [one for one in said if one.startswith("Kept in the column extra")]
    assert kept.endswith("conversations novel; conversation_participants novel")
