"""The generated conversations themselves: complete, consistent, and true to their interactions."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.conversations.generate import LONGEST_LIFE_OF_RETURNING
from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.views.conversations import ConversationView

# Long after the last customer wrote again, and after the last evaluation.
MUCH_LATER = timedelta(days=90)


def at(org: Org, days: float, **options: Any) -> list[Any]:
    """All conversations as they are so many days after the org's start."""
    view = ConversationView(org, org.start + timedelta(days=days))
    return list(view.documents(view.started(org.start, org.end), **options))


def segments(conversation: Any) -> list[tuple[Any, Any, Any]]:
    return [
        (party, session, segment)
        for party in conversation["participants"]
        for session in party["sessions"]
        for segment in session["segments"]
    ]


def metrics(session: Any) -> dict[str, int]:
    return {one["name"]: one["value"] for one in session.get("metrics", [])}


def length(segment: Any) -> int:
    start, end = (parse_timestamp(segment[name]) for name in ("segmentStart", "segmentEnd"))
    return to_milliseconds(end) - to_milliseconds(start)


def agents(conversation: Any) -> list[Any]:
    """The agents who took part, without those who were alerted in vain."""
    return [
        party
        for party in conversation["participants"]
        if party["purpose"] == "agent" and "tHandle" in metrics(party["sessions"][0])
    ]


def lasted(conversation: Any) -> timedelta:
    start, end = (
        parse_timestamp(conversation[name]) for name in ("conversationStart", "conversationEnd")
    )
    return end - start


def customer(conversation: Any) -> Any:
    (found,) = (
        one for one in conversation["participants"] if one["purpose"] in {"customer", "external"}
    )
    return found


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=3, interactions=2500)


@pytest.fixture(scope="module")
def interactions(org: Org) -> list[Any]:
    return org.interactions_between(org.start, org.end)


@pytest.fixture(scope="module")
def finished(org: Org) -> list[Any]:
    return at(org, org.days + MUCH_LATER.days, attributes=True)


@pytest.mark.thorough
def test_a_conversation_for_each_interaction(interactions: list[Any], finished: list[Any]) -> None:
    assert [one["conversationId"] for one in finished] == [one["id"] for one in interactions]
    assert [one["conversationStart"] for one in finished] == [
        one["timestamp"] for one in interactions
    ]
    assert [one["originatingDirection"] for one in finished] == [
        one["direction"] for one in interactions
    ]


@pytest.mark.thorough
def test_the_same_again(org: Org, finished: list[Any]) -> None:
    again = Org(seed=3, interactions=2500)
    assert at(again, org.days + MUCH_LATER.days, attributes=True) == finished


def test_the_first_session_has_the_interactions_medium(
    interactions: list[Any], finished: list[Any]
) -> None:
    for interaction, conversation in zip(interactions, finished, strict=True):
        first = conversation["participants"][0]["sessions"][0]
        assert first.get("mediaType") == (interaction.get("media") or {}).get("type")
    media = Counter(session.get("mediaType") for one in finished for _, session, _ in segments(one))
    media.pop("screenmonitoring")
    assert media.keys() == {"voice", "chat", "email", "message", "callback", None}


def test_the_customer_has_the_interactions_name(
    interactions: list[Any], finished: list[Any]
) -> None:
    purposes: Counter[str] = Counter()
    for interaction, conversation in zip(interactions, finished, strict=True):
        name = (interaction.get("customer") or {}).get("name")
        assert customer(conversation).get("participantName") == name
        purposes[customer(conversation)["purpose"]] += 1
    assert min(purposes["customer"], purposes["external"]) > 60
    assert sum("participantName" not in one["participants"][0] for one in finished) > 30


def test_agents_and_queues_are_the_interactions(
    interactions: list[Any], finished: list[Any]
) -> None:
    elsewhere = 0
    for interaction, conversation in zip(interactions, finished, strict=True):
        taken = [one["userId"] for one in agents(conversation)]
        agent = (interaction.get("agent") or {}).get("id")
        assert taken[:1] == ([agent] if agent else [])
        is_transferred = interaction.get("type") == "transfer" and bool(agent)
        assert (len(set(taken)) == 2) == is_transferred
        queues = list(
            dict.fromkeys(
                segment["queueId"]
                for _, _, segment in segments(conversation)
                if "queueId" in segment
            )
        )
        queue = (interaction.get("queue") or {}).get("id")
        others = [one for one in queues if one != queue]
        assert len(others) <= is_transferred
        elsewhere += len(others)
        assert queues == ([queue] if queue in queues else []) + others
    assert elsewhere > 50
    purposes = Counter(party["purpose"] for one in finished for party in one["participants"])
    assert purposes.keys() == {"customer", "external", "ivr", "acd", "agent", "voicemail", "user"}


def test_times_nest(finished: list[Any]) -> None:
    for conversation in finished:
        ends = []
        for _, session, segment in segments(conversation):
            assert conversation["conversationStart"] <= segment["segmentStart"]
            assert segment["segmentStart"] <= segment["segmentEnd"]
            ends.append(segment["segmentEnd"])
            for metric in session.get("metrics", []):
                assert conversation["conversationStart"] <= metric["emitDate"]
                assert metric["emitDate"] <= conversation["conversationEnd"]
        assert max(ends) == conversation["conversationEnd"]
        for session in (one for party in conversation["participants"] for one in party["sessions"]):
            starts = [one["segmentStart"] for one in session["segments"]]
            assert starts == sorted(starts)
            ends = [one["segmentEnd"] for one in session["segments"]]
            assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


@pytest.mark.thorough
def test_figures_are_those_of_the_segments(finished: list[Any]) -> None:
    handled = 0
    for conversation in finished:
        for party in conversation["participants"]:
            figures = metrics(party["sessions"][0])
            lengths: Counter[str] = Counter()
            for segment in party["sessions"][0]["segments"]:
                lengths[segment["segmentType"]] += length(segment)
            if party in agents(conversation):
                handled += 1
                assert figures["tTalk"] == figures["tTalkComplete"] == lengths["interact"]
                assert figures.get("tHeld", 0) == lengths["hold"]
                assert figures.get("tHeldComplete", 0) == lengths["hold"]
                assert figures.get("tPark", 0) == lengths["parked"]
                assert figures.get("tAcw", 0) == lengths["wrapup"]
                assert figures.get("tContacting", 0) == lengths["contacting"]
                assert figures.get("tAlert", 0) == lengths["alert"]
                assert figures["tHandle"] == sum(
                    figures.get(name, 0)
                    for name in ("tContacting", "tTalkComplete", "tHeldComplete", "tAcw")
                )
                assert figures["tConnected"] == sum(
                    lengths[kind] for kind in ("interact", "hold", "parked")
                )
            elif party["purpose"] == "agent":
                assert figures["tAlert"] == lengths["alert"]
                assert figures.get("tNotResponding", lengths["alert"]) == lengths["alert"]
                assert ("tNotResponding" in figures) != ("nError" in figures)
            elif party["purpose"] == "acd":
                assert figures["nOffered"] == 1
                assert figures["tAcd"] == lengths["interact"]
            elif party["purpose"] == "ivr":
                assert figures["tIvr"] == lengths["ivr"]
    assert handled > 2000


def test_transfers_are_counted(interactions: list[Any], finished: list[Any]) -> None:
    for interaction, conversation in zip(interactions, finished, strict=True):
        figures = Counter[str]()
        for party in agents(conversation):
            figures.update(metrics(party["sessions"][0]))
        is_transferred = interaction.get("type") == "transfer" and "agent" in interaction
        assert figures["nTransferred"] == is_transferred
        assert figures["nBlindTransferred"] + figures["nConsultTransferred"] == is_transferred
        assert figures["nConsultTransferred"] <= figures["nConsult"]


def test_abandoned_conversations_have_no_agent(finished: list[Any]) -> None:
    abandoned = 0
    for conversation in finished:
        purposes = {party["purpose"] for party in conversation["participants"]}
        figures = {name for _, session, _ in segments(conversation) for name in metrics(session)}
        assert not ("tAbandon" in figures and "agent" in purposes)
        abandoned += "tAbandon" in figures
    assert abandoned > 30


def test_most_are_short_and_some_last_for_days(finished: list[Any]) -> None:
    lives = {"callback": Counter[str](), "email": Counter[str](), "message": Counter[str]()}
    for conversation in finished:
        assert lasted(conversation) < timedelta(milliseconds=LONGEST_LIFE_OF_RETURNING)
        media = conversation["participants"][0]["sessions"][0].get("mediaType")
        if media in lives:
            days = lasted(conversation) >= timedelta(days=1)
            lives[media]["days" if days else "short"] += 1
        elif media in {"voice", "chat"}:
            assert lasted(conversation) < timedelta(hours=2)
    for counts in lives.values():
        assert 0 < counts["days"] < counts["short"] / 4


def test_what_is_said_later_follows_the_end(finished: list[Any]) -> None:
    reviews = [
        (kind, one["conversationEnd"], review)
        for one in finished
        for kind in ("evaluations", "surveys", "resolutions")
        for review in one.get(kind, [])
    ]
    counts = Counter(kind for kind, _, _ in reviews)
    assert min(counts[kind] for kind in ("evaluations", "surveys", "resolutions")) > 30
    assert all(review["eventTime"] > end for _, end, review in reviews)


@pytest.mark.thorough
def test_attributes_are_cut_off(org: Org, finished: list[Any]) -> None:
    attributes = [
        party["attributes"]
        for one in finished
        for party in one["participants"]
        if "attributes" in party
    ]
    assert 600 < len(attributes) < len(finished)
    longest = max(len(value) for one in attributes for value in one.values())
    assert longest == 1024
    assert not any(
        "attributes" in party
        for one in at(org, org.days + MUCH_LATER.days)
        for party in one["participants"]
    )


@pytest.mark.thorough
def test_nothing_is_null(finished: list[Any]) -> None:
    def check(value: Any) -> None:
        assert value is not None
        parts = value.values() if isinstance(value, dict) else value
        if not isinstance(value, str | int | float):
            for one in parts:
                check(one)

    for conversation in finished:
        check(conversation)


def test_names_are_in_many_scripts(finished: list[Any]) -> None:
    names = " ".join(
        party.get("participantName", "") for one in finished for party in one["participants"]
    )
    for letter in "ü", "Ł", "ж", "θ", "ي", "א", "र", "峰", "さ", "하":
        assert letter in names


# At a moment.


@pytest.mark.thorough
def test_what_has_not_happened_is_not_there(org: Org) -> None:
    seen = org.start + timedelta(days=20)
    text = "2026-01-25T00:00:00.000Z"
    view = ConversationView(org, seen)
    found: list[Any] = list(view.documents(view.started(org.start, org.end)))
    assert 0 < len(found) < 2500
    under_way = 0
    for conversation in found:
        assert conversation["conversationStart"] <= text
        under_way += "conversationEnd" not in conversation
        assert str(conversation.get("conversationEnd", text)) <= text
        parts = segments(conversation)
        assert parts
        for _, session, segment in parts:
            assert segment["segmentStart"] <= text
            assert segment.get("segmentEnd", text) <= text
            assert "wrapUpCode" not in segment or "segmentEnd" in segment
            assert all(one["emitDate"] <= text for one in session.get("metrics", []))
        open_ones = [one for *_, one in parts if "segmentEnd" not in one]
        assert bool(open_ones) == ("conversationEnd" not in conversation)
        for kind in ("evaluations", "surveys", "resolutions"):
            assert all(one["eventTime"] <= text for one in conversation.get(kind, []))
    assert 5 < under_way < len(found) / 10


@pytest.mark.thorough
def test_a_conversation_only_ever_grows(org: Org) -> None:
    early = {one["conversationId"]: one for one in at(org, 20)}
    late = {one["conversationId"]: one for one in at(org, 27)}
    changed = reopened = 0
    assert early.keys() < late.keys()
    for conversation_id, before in early.items():
        after = late[conversation_id]
        changed += before != after
        lost = before.keys() - after.keys()
        reopened += bool(lost)
        assert lost <= {"conversationEnd"}
        assert len(segments(before)) <= len(segments(after))
    assert changed > 10
    assert reopened < changed / 10


def test_a_flow_says_where_it_led_when_it_is_left(org: Org, finished: list[Any]) -> None:
    def flows(conversations: list[Any]) -> list[tuple[bool, bool]]:
        return [
            ("segmentEnd" in segment, "exitReason" in session["flow"])
            for one in conversations
            for _, session, segment in segments(one)
            if "flow" in session
        ]

    assert set(flows(finished)) == {(True, True)}
    during = next(
        parse_timestamp(session["segments"][0]["segmentStart"])
        for one in finished
        for _, session, _ in segments(one)
        if "flow" in session
    )
    view = ConversationView(org, during)
    assert (False, False) in flows(list(view.documents(view.started(org.start, org.end))))


def test_finds_everything_alive_in_a_range(org: Org, finished: list[Any]) -> None:
    view = ConversationView(org, org.end + MUCH_LATER)
    start, end = org.start + timedelta(days=26, hours=7), org.start + timedelta(days=26, hours=12)
    first, last = "2026-01-31T07:00:00.000Z", "2026-01-31T12:00:00.000Z"
    expected = [
        one["conversationId"]
        for one in finished
        if one["conversationStart"] < last and one["conversationEnd"] >= first
    ]
    found = [one["conversationId"] for one in view.documents(view.alive(start, end))]
    assert found == expected
    assert len(list(view.started(start, end))) < len(found)
    assert found[0] in {
        one["conversationId"] for one in finished if one["conversationStart"] < "2026-01-22"
    }
