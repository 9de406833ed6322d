"""The simulator's own figures against what its documents show, at a moment and long after."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.views.answers import ConversationFigures, conversation_figures
from genesys_cloud_simulator.views.conversations import ConversationView

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(seed=5, days=14, interactions=1500)


# While some are still under way, and long after.
@pytest.fixture(scope="module", params=[13, 60])
def seen(org: Org, request: pytest.FixtureRequest) -> Any:
    return org.start + timedelta(days=request.param)


@pytest.fixture(scope="module")
def figures(org: Org, seen: Any) -> ConversationFigures:
    return conversation_figures(org, seen)


@pytest.fixture(scope="module")
def documents(org: Org, seen: Any) -> list[Any]:
    view = ConversationView(org, seen)
    return list(view.documents(view.started(org.start, org.end)))


@pytest.fixture(scope="module")
def sessions(documents: list[Any]) -> list[tuple[Any, Any, Any]]:
    return [
        (one, party, session)
        for one in documents
        for party in one["participants"]
        for session in party["sessions"]
    ]


def values(session: Any) -> dict[str, int]:
    return {one["name"]: one["value"] for one in session.get("metrics", [])}


def queue_of(session: Any) -> str | None:
    queue: str | None = session["segments"][0].get("queueId")
    return queue


def test_times(
    figures: ConversationFigures, documents: list[Any], sessions: list[tuple[Any, Any, Any]]
) -> None:
    shown: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for conversation, _, session in sessions:
        shown[conversation["conversationId"]].update(values(session))
    times = figures.times()
    assert list(times) == [one["conversationId"] for one in documents]
    for conversation_id, own in times.items():
        found = shown[conversation_id]
        assert (own.talk, own.held, own.wrap_up) == (
            found["tTalkComplete"],
            found["tHeldComplete"],
            found["tAcw"],
        )
    for name in ("talk", "held", "wrap_up"):
        assert sum(getattr(own, name) > 0 for own in times.values()) > 100


def test_average_handle_time(
    figures: ConversationFigures, sessions: list[tuple[Any, Any, Any]]
) -> None:
    handled = defaultdict(list)
    for _, _, session in sessions:
        for metric in session.get("metrics", []):
            queue = queue_of(session)
            if metric["name"] == "tHandle" and queue:
                day = parse_timestamp(metric["emitDate"]).date()
                handled[queue, day].append(metric["value"])
    averages = {key: sum(lengths) / len(lengths) for key, lengths in handled.items()}
    assert figures.average_handle_time_by_queue_and_day() == pytest.approx(averages)
    assert len(averages) > 80


def test_transfers(figures: ConversationFigures, sessions: list[tuple[Any, Any, Any]]) -> None:
    transfers: Counter[str] = Counter()
    for _, party, session in sessions:
        if "nTransferred" in values(session):
            transfers[party["userId"]] += 1
    assert figures.transfers_by_agent() == transfers
    assert len(transfers) > 20


def test_abandons(figures: ConversationFigures, sessions: list[tuple[Any, Any, Any]]) -> None:
    offered, abandoned = Counter[int](), Counter[int]()
    for _, _, session in sessions:
        for metric in session.get("metrics", []):
            if metric["name"] == "nOffered" and "tAcd" in values(session):
                hour = parse_timestamp(metric["emitDate"]).hour
                offered[hour] += 1
                abandoned[hour] += "tAbandon" in values(session)
    own = figures.abandons_by_hour()
    assert {hour: one.offered for hour, one in own.items()} == offered
    assert {hour: one.abandoned for hour, one in own.items() if one.abandoned} == +abandoned
    assert 0.03 < sum(abandoned.values()) / sum(offered.values()) < 0.1
    assert all(one.rate == one.abandoned / one.offered for one in own.values())


def test_longest_holds(figures: ConversationFigures, sessions: list[tuple[Any, Any, Any]]) -> None:
    holds = []
    for conversation, party, session in sessions:
        for segment in session["segments"]:
            if segment["segmentType"] == "hold" and "segmentEnd" in segment:
                start, end = (
                    to_milliseconds(parse_timestamp(segment[name]))
                    for name in ("segmentStart", "segmentEnd")
                )
                holds.append((conversation["conversationId"], party["userId"], end - start))
    holds.sort(key=lambda hold: (-hold[2], hold[0]))
    assert figures.longest_holds(20) == holds[:20]
    assert len(figures.longest_holds(10_000)) == len(holds) > 100


def test_wrap_ups(figures: ConversationFigures, sessions: list[tuple[Any, Any, Any]]) -> None:
    codes = Counter(
        (session.get("mediaType"), segment["wrapUpCode"])
        for _, _, session in sessions
        for segment in session["segments"]
        if "wrapUpCode" in segment
    )
    assert figures.wrap_ups_by_media() == codes
    assert len({media for media, _ in codes}) == 6
