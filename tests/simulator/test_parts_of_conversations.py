"""Real conversations have these parts, now and then; so must those of a simulated org."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.lists.documents.people import users
from genesys_cloud_simulator.org.directory import RING_OF_MEMBER
from genesys_cloud_simulator.timestamps import format_milliseconds, parse_timestamp, to_milliseconds
from genesys_cloud_simulator.views.conversations import ConversationView

pytestmark = pytest.mark.thorough

PARTS = {
    "conversation": "conferenceStart resolutions",
    "session": """
        edgeId peerId remoteNameDisplayable destinationAddresses flowInType agentBullseyeRing
        scriptId skipEnabled timeoutSeconds
    """,
    "segment": """
        conference sipResponseCodes q850ResponseCodes errorCode sourceConversationId
        destinationConversationId properties
    """,
    "flow": "entryReason endingLanguage transferTargetAddress outcomes",
    "resolution": "nNextContactAvoided",
    "segment type": "system delay uploading",
    "disconnect type": "endpoint system timeout",
    "metric": "tConnected tFlowExit nError tNotResponding nConsultTransferred",
}


def at(org: Org, days: float) -> list[Any]:
    view = ConversationView(org, org.start + timedelta(days=days))
    return list(view.documents(view.started(org.start, org.end)))


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=7, interactions=5000)


@pytest.fixture(scope="module")
def finished(org: Org) -> list[Any]:
    return at(org, org.days + 90)


@pytest.fixture(scope="module")
def sessions(finished: list[Any]) -> list[tuple[Any, Any, Any]]:
    """Each session with its participant and conversation."""
    return [
        (session, party, one)
        for one in finished
        for party in one["participants"]
        for session in party["sessions"]
    ]


@pytest.fixture(scope="module")
def segments(sessions: list[tuple[Any, Any, Any]]) -> list[tuple[Any, Any, Any, Any]]:
    return [(segment, *rest) for rest in sessions for segment in rest[0]["segments"]]


@pytest.fixture(scope="module")
def found(
    finished: list[Any],
    sessions: list[tuple[Any, Any, Any]],
    segments: list[tuple[Any, Any, Any, Any]],
) -> dict[str, Counter[str]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in finished:
        counts["conversation"].update(one.keys())
        for resolution in one.get("resolutions", ()):
            counts["resolution"].update(resolution.keys())
    for session, *_ in sessions:
        counts["session"].update(session.keys())
        counts["flow"].update(session.get("flow", {}).keys())
        counts["metric"].update(one["name"] for one in session.get("metrics", ()))
    for segment, *_ in segments:
        counts["segment"].update(segment.keys())
        counts["segment type"][segment["segmentType"]] += 1
        counts["disconnect type"][segment.get("disconnectType", "")] += 1
    return counts


@pytest.mark.parametrize(
    ("whole", "part"), [(whole, part) for whole, parts in PARTS.items() for part in parts.split()]
)
def test_an_org_has_each_part(found: dict[str, Counter[str]], whole: str, part: str) -> None:
    assert found[whole][part] > 5


def test_a_conference_begins_with_the_first_segment_of_it(
    finished: list[Any], segments: list[tuple[Any, Any, Any, Any]]
) -> None:
    starts: defaultdict[str, list[str]] = defaultdict(list)
    purposes: defaultdict[str, set[str]] = defaultdict(set)
    for segment, _, party, one in segments:
        if segment.get("conference"):
            starts[one["conversationId"]].append(segment["segmentStart"])
            purposes[one["conversationId"]].add(party["purpose"])
    assert {key: min(values) for key, values in starts.items()} == {
        one["conversationId"]: one["conferenceStart"]
        for one in finished
        if "conferenceStart" in one
    }
    assert all(len(one) == 3 for one in purposes.values())


def test_conversations_that_are_linked_are_of_the_org_and_follow_each_other(
    finished: list[Any], segments: list[tuple[Any, Any, Any, Any]]
) -> None:
    start = {one["conversationId"]: one["conversationStart"] for one in finished}
    sources, destinations = {}, {}
    for segment, _, _, one in segments:
        if "sourceConversationId" in segment:
            assert segment["conference"]
            sources[one["conversationId"]] = segment["sourceConversationId"]
        if "destinationConversationId" in segment:
            destinations[one["conversationId"]] = segment["destinationConversationId"]
            assert start[segment["destinationConversationId"]] <= segment["segmentEnd"]
    assert all(start[source] < start[own] for own, source in sources.items())
    assert all(sources[destination] == own for own, destination in destinations.items())


def test_peers_are_sessions_of_the_same_conversation_and_point_to_the_customer(
    sessions: list[tuple[Any, Any, Any]],
) -> None:
    owner = {
        session["sessionId"]: (one["conversationId"], party) for session, party, one in sessions
    }
    assert len(owner) == len(sessions)
    for session, party, one in sessions:
        if "peerId" in session:
            conversation_id, peer = owner[session["peerId"]]
            assert conversation_id == one["conversationId"]
            outside = {"customer", "external"}
            assert (peer["purpose"] in outside) != (party["purpose"] in outside)


def test_addresses_of_transfers_and_consults_are_of_users(
    sessions: list[tuple[Any, Any, Any]],
) -> None:
    known = {user["email"]: user["id"] for user in users()}
    for session, _, one in sessions:
        for address in session.get("destinationAddresses", ()):
            assert known[address] in {party.get("userId") for party in one["participants"]}


def test_an_agent_is_asked_in_the_ring_of_the_member_which_the_queue_reached(
    sessions: list[tuple[Any, Any, Any]],
) -> None:
    rings = set()
    reached = defaultdict(list)
    for session, _, one in sessions:
        if "routingRing" in session:
            reached[one["conversationId"]].append(session["routingRing"])
    for session, party, one in sessions:
        ring = session.get("agentBullseyeRing")
        if ring is not None:
            rings.add(ring)
            assert RING_OF_MEMBER[session["segments"][0]["queueId"], party["userId"]] == ring
            assert ring <= max(reached[one["conversationId"]])
    assert len(rings) == 6


def test_a_flow_that_exits_names_the_one_that_follows(
    sessions: list[tuple[Any, Any, Any]],
) -> None:
    exits = 0
    for session, party, _ in sessions:
        if "tFlowExit" in {one["name"] for one in session.get("metrics", ())}:
            first, second = (one["flow"] for one in party["sessions"])
            exits += 1
            assert first["transferTargetAddress"] == second["flowId"]
            assert (second["entryType"], second["entryReason"]) == ("flow", first["flowId"])
    assert exits


def test_who_does_not_answer_has_handled_nothing(sessions: list[tuple[Any, Any, Any]]) -> None:
    for session, party, one in sessions:
        names = {metric["name"] for metric in session.get("metrics", ())}
        if names & {"tNotResponding", "nError"}:
            assert party["purpose"] == "agent"
            assert not names & {"tHandle", "tTalk", "tAnswered", "nConnected"}
            assert [part["segmentType"] for part in session["segments"]] == ["alert"]
            assert any(
                other["purpose"] == "agent" for other in one["participants"] if other is not party
            )


def test_resolutions_come_days_after_the_end(finished: list[Any]) -> None:
    for one in finished:
        for resolution in one.get("resolutions", ()):
            waited = parse_timestamp(resolution["eventTime"]) - parse_timestamp(
                one["conversationEnd"]
            )
            assert waited >= timedelta(days=1)


# Conversations that go on.


def lasted(conversation: Any) -> timedelta:
    return parse_timestamp(conversation["conversationEnd"]) - parse_timestamp(
        conversation["conversationStart"]
    )


def test_some_last_for_weeks(finished: list[Any]) -> None:
    assert sum(lasted(one) > timedelta(days=14) for one in finished) > 5
    assert max(map(lasted, finished)) > timedelta(days=35)
    assert sum(lasted(one) > timedelta(days=9) for one in finished) < len(finished) / 100


def test_some_are_opened_again_after_their_end(org: Org, finished: list[Any]) -> None:
    reopened = 0
    for ordinal, interaction in enumerate(org.interactions_between(org.start, org.end)):
        for ended, opened in generate_conversation(interaction).reopenings:
            reopened += 1
            shown = [
                document_at(org, ordinal, moment)
                for moment in (ended - 1, ended, opened - 1, opened, opened + 1)
            ]
            ends = [one.get("conversationEnd") for one in shown]
            assert ends == [None, format_milliseconds(ended), ends[1], None, None]
            parts = [segments_of(one) for one in (*shown, finished[ordinal])]
            assert parts[0] <= parts[1] == parts[2] < parts[3] <= parts[4] < parts[5]
            assert finished[ordinal]["conversationEnd"] > format_milliseconds(opened)
    assert reopened > 5


def document_at(org: Org, ordinal: int, moment: int) -> Any:
    origin = to_milliseconds(org.start)
    view = ConversationView(org, org.start + timedelta(milliseconds=moment - origin))
    return next(view.documents([ordinal]))


def segments_of(conversation: Any) -> int:
    return sum(
        len(session["segments"])
        for party in conversation["participants"]
        for session in party["sessions"]
    )


@pytest.mark.parametrize("day", [10, 20, 27])
def test_what_is_alive_is_found_as_it_was_seen(org: Org, day: int) -> None:
    start, end = org.start + timedelta(days=day), org.start + timedelta(days=day, hours=6)
    view = ConversationView(org, end)
    first = f"{start:%Y-%m-%dT%H:%M}:00.000Z"
    expected = [
        one["conversationId"]
        for one in view.documents(view.started(org.start, end))
        if str(one.get("conversationEnd", "9999")) >= first
    ]
    found = [one["conversationId"] for one in view.documents(view.alive(start, end))]
    assert found == expected
