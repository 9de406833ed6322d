"""Which streams lack the end of which conversation, and what the state keeps."""

from __future__ import annotations

import json

import pytest

from tap_genesys_search.search.document_reader import Unsettled
from tap_genesys_search.search.remembered import open_conversations
from tap_genesys_search.search.remembered.open_conversations import (
    READ_THEIR_DAYS,
    OpenConversation,
    OpenConversations,
    read_open_conversations,
)

START = "2026-03-02T00:00:00.000Z"
LATER = "2026-03-03T00:00:00.000Z"
A, B = frozenset({"a"}), frozenset({"b"})


def known_to(*streams: str, ids: tuple[str, ...] = ("c",)) -> OpenConversations:
    """Conversations that streams a and b have without their ends, in a run of some streams."""
    return OpenConversations({one: OpenConversation(START, A | B) for one in ids}, streams)


def lacking(known: OpenConversations) -> dict[str, list[str]]:
    """Id to the streams that the state says lack it."""
    read = read_open_conversations(json.loads(json.dumps(known.to_state())), ["a", "b"])
    return {one: sorted(kept.streams) for one, kept in read.items()}


def test_end_leaves_the_state_when_all_streams_have_it() -> None:
    known = known_to("a", "b")
    known.note(A, {"c"}, {})
    assert lacking(known) == {"c": ["b"]}
    assert known.due_for("c") == B
    known.note(B, {"c"}, {})
    assert known.to_state() == []
    assert known.first_due() == []


def test_conversation_read_open_is_not_due_again_in_the_run_but_stays() -> None:
    known = known_to("a", "b")
    known.note(A | B, {"c"}, {"c": Unsettled(START)})
    assert known.first_due() == []
    assert lacking(known) == {"c": ["a", "b"]}


def test_end_that_comes_between_the_readings_of_two_streams_is_due_for_the_first_one() -> None:
    known = known_to("a", "b")
    known.note(A, {"c"}, {"c": Unsettled(START)})
    known.note_asked({"c"}, {})
    assert lacking(known) == {"c": ["a"]}


def test_window_that_no_stream_took_says_nothing() -> None:
    known = known_to("a")
    known.note(frozenset(), {"c"}, {"d": Unsettled(LATER)})
    assert lacking(known) == {"c": ["a", "b"]}
    assert known.first_due() == ["c"]


def test_only_what_the_runs_streams_lack_counts_and_is_due() -> None:
    known = OpenConversations(
        {"c": OpenConversation(LATER, A), "d": OpenConversation(START, B)}, ["a"]
    )
    assert known.first_due() == ["c"]
    assert known.count == 1


def test_past_the_bound_the_oldest_go_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_conversations, "MOST_REMEMBERED", 2)
    known = known_to("a")
    known.note(A, (), {"d": Unsettled(LATER), "e": Unsettled(LATER)})
    assert sorted(lacking(known)) == ["d", "e"]
    assert known.first_due() == []
    assert known.count == 3


def reported(known: OpenConversations, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.set_level("INFO")
    caplog.clear()
    known.report_kept()
    return caplog.messages


def test_what_is_kept_for_other_streams_is_said(caplog: pytest.LogCaptureFixture) -> None:
    assert reported(known_to("a"), caplog) == []
    assert reported(known_to("c", ids=("c", "d")), caplog) == [
        (
            "The state keeps 2 conversations whose ends a, b may lack: the next run that fills "
            "these streams asks for them"
        )
    ]


def test_what_is_not_kept_is_said_with_how_to_read_its_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = OpenConversations({}, ["a"])
    known.note(A, (), {"c,d": Unsettled(START)})
    assert known.count == 1
    assert known.to_state() == []
    assert reported(known, caplog) == [
        (
            "Of 1 open conversation the id can't stand in a list of ids, so nothing asks for them "
            f"again. {READ_THEIR_DAYS}"
        )
    ]
    monkeypatch.setattr(open_conversations, "MOST_REMEMBERED", 1)
    known = OpenConversations({}, ["a"])
    known.note(
        A,
        (),
        {"c": Unsettled(LATER), "d": Unsettled(START), "e": Unsettled("2026-03-04T00:00:00.000Z")},
    )
    assert sorted(lacking(known)) == ["e"]
    assert reported(known, caplog) == [
        (
            "3 conversations are open, of which the state keeps 1: the oldest 2, which started up "
            f"to {LATER}, are not asked for again. {READ_THEIR_DAYS}"
        )
    ]


def test_conversation_that_further_streams_have_open_is_lacked_by_all_of_them() -> None:
    known = OpenConversations({"c": OpenConversation(START, A)}, ["a", "b"])
    known.note(B, {"c"}, {"c": Unsettled(START)})
    assert lacking(known) == {"c": ["a", "b"]}
    assert known.start_of("c") == START


def test_oldest_are_asked_for_first_and_those_of_one_start_by_their_ids() -> None:
    kept = {"d": START, "c": LATER, "b": START}
    known = OpenConversations({one: OpenConversation(at, A) for one, at in kept.items()}, ["a"])
    assert known.first_due() == ["b", "d", "c"]


def test_forgotten_ones_are_neither_kept_nor_due() -> None:
    known = known_to("a", ids=("c", "d"))
    known.forget(["c"])
    assert known.first_due() == ["d"]
    assert sorted(lacking(known)) == ["d"]


def test_ten_thousand_of_many_streams_are_no_larger_than_of_one() -> None:
    ids = tuple(f"{number:08}-0000-4000-8000-000000000000" for number in range(10_000))
    streams = [f"conversation_table_{number}" for number in range(20)]
    known = OpenConversations({}, streams)
    known.note(frozenset(streams), (), dict.fromkeys(ids, Unsettled(START)))
    assert len(json.dumps(known.to_state())) < 720_000


@pytest.mark.parametrize(
    "state",
    [
        None,
        7,
        "c",
        ["c"],
        [{"streams": ["a"]}],
        [{"streams": "a", "conversations": {"c": START}}],
        [{"streams": [], "conversations": {"c": START}}],
        [{"streams": [1, {}], "conversations": {"c": START}}],
        [{"streams": ["a"], "conversations": ["c"]}],
        [{"streams": ["a"], "conversations": {"c": 1, "": START, "d": "then", "e,f": START}}],
    ],
)
def test_what_is_no_state_is_passed_over(state: object) -> None:
    assert read_open_conversations(state, ["a"]) == {}


def test_one_list_of_all_streams_is_read_as_theirs() -> None:
    assert read_open_conversations({"c": START}, ["a", "b"]) == {
        "c": OpenConversation(START, A | B)
    }
    assert read_open_conversations({"c": START}, []) == {}


def test_conversation_in_two_groups_is_lacked_by_the_streams_of_both() -> None:
    state = [
        {"streams": ["a"], "conversations": {"c": START}},
        {"streams": ["b"], "conversations": {"c": START}},
    ]
    assert read_open_conversations(state, ["a", "b"]) == {"c": OpenConversation(START, A | B)}


def test_stream_that_the_state_does_not_know_lacks_nothing() -> None:
    state = [{"streams": ["a", "gone"], "conversations": {"c": START}}]
    assert read_open_conversations(state, ["a"]) == {"c": OpenConversation(START, A)}
    assert read_open_conversations(state, ["b"]) == {}


def test_ended_one_stays_due_until_nothing_more_of_it_may_come() -> None:
    known = known_to("a", "b")
    known.note(A | B, {"c"}, {"c": Unsettled(START, has_ended=True)})
    assert known.first_due() == []
    assert known.count == 0
    kept = read_open_conversations(json.loads(json.dumps(known.to_state())), ["a", "b"])
    assert kept == {"c": OpenConversation(START, A | B, has_ended=True)}
    following = OpenConversations(kept, ["a"])
    assert following.first_due() == ["c"]
    following.note_asked({"c"}, {})
    assert lacking(following) == {"c": ["b"]}


def test_one_that_begins_again_counts_as_open() -> None:
    known = OpenConversations({"c": OpenConversation(START, A, has_ended=True)}, ["a"])
    known.note(A, {"c"}, {"c": Unsettled(START)})
    assert known.count == 1


def test_ended_ones_make_room_for_open_ones(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(open_conversations, "MOST_REMEMBERED", 2)
    known = known_to("a")
    known.note(A, (), {"d": Unsettled(LATER), "e": Unsettled(LATER, has_ended=True)})
    assert sorted(lacking(known)) == ["c", "d"]
    assert known.count == 2
    known.report_kept()
    assert "no room for 1 conversation that ended lately" in caplog.text
