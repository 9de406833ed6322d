"""An org of the demo's size looks like a contact centre: each figure lies in a usual range."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from genesys_cloud_simulator import Org
from genesys_cloud_simulator.conversations.generate import generate_conversation
from genesys_cloud_simulator.lists.documents.routing import queues
from genesys_cloud_simulator.org.directory import AGENTS, USERS
from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds
from genesys_cloud_simulator.views.user_status import (
    ON_QUEUE,
    one_at_a_time,
    presences,
    routing_spans,
    work_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from genesys_cloud_simulator.conversations.model import Conversation

pytestmark = pytest.mark.thorough

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
ORG = Org(seed=1, days=8, interactions=24_000)
START = to_milliseconds(ORG.start)
SPOKEN_TO = ("voice", "chat")


class Event(NamedTuple):
    """A metric and what it is counted by."""

    name: str
    value: int
    emitted: int
    media: Any
    queue: Any
    user: Any
    purpose: Any

    @property
    def day(self) -> int:
        return (self.emitted - START) // DAY

    @property
    def hour(self) -> int:
        return self.emitted // HOUR % 24


@pytest.fixture(scope="module")
def conversations() -> list[Conversation]:
    return [generate_conversation(one) for one in ORG.interactions_between(ORG.start, ORG.end)]


@pytest.fixture(scope="module")
def events(conversations: list[Conversation]) -> list[Event]:
    return [
        Event(
            metric.name,
            metric.value,
            metric.emitted,
            session.properties.get("mediaType"),
            session.segments[0].properties.get("queueId"),
            party.properties.get("userId"),
            party.properties["purpose"],
        )
        for conversation in conversations
        for party in conversation.parties
        for session in party.sessions
        for metric in session.metrics
    ]


@pytest.fixture(scope="module")
def named(events: list[Event]) -> dict[str, list[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event.name].append(event)
    return found


def count(events: Iterable[Event], holds: Callable[[Event], bool]) -> int:
    return sum(1 for event in events if holds(event))


def service_level(named: dict[str, list[Event]], holds: Callable[[Event], bool]) -> float:
    answered, late, abandoned = (
        count(named[name], holds) for name in ("tAnswered", "nOverSla", "tAbandon")
    )
    return (answered - late) / (answered + abandoned)


def abandon_rate(named: dict[str, list[Event]], holds: Callable[[Event], bool]) -> float:
    return count(named["tAbandon"], holds) / count(named["nOffered"], holds)


def of(*media: str) -> Callable[[Event], bool]:
    return lambda event: event.media in media


def at(hours: Iterable[int]) -> Callable[[Event], bool]:
    wanted = set(hours)
    return lambda event: event.media == "voice" and event.hour in wanted


def mean(events: Iterable[Event], *media: str) -> float:
    return fmean(event.value for event in events if not media or event.media in media)


def test_service_level(named: dict[str, list[Event]]) -> None:
    assert 0.7 < service_level(named, lambda _: True) < 0.85
    assert 0.7 < service_level(named, of("voice")) < 0.85
    assert 0.9 < service_level(named, of("email")) < 0.98
    # Shifts are a little late at the edge of the morning's peak.
    assert service_level(named, at([7, 8])) < service_level(named, at([11, 12])) - 0.05


def test_answers_within_the_target_are_the_level_too(named: dict[str, list[Event]]) -> None:
    in_time = count(named["tAnswered"], lambda one: one.media == "voice" and one.value <= 20_000)
    everybody = count(named["tAnswered"], of("voice")) + count(named["tAbandon"], of("voice"))
    assert in_time / everybody == service_level(named, of("voice"))


def test_answer_times_follow_the_load(named: dict[str, list[Event]]) -> None:
    def answer_time(hours: Iterable[int]) -> float:
        return fmean(one.value for one in named["tAnswered"] if at(hours)(one)) / 1000

    for hour in range(7, 21):
        assert 8 < answer_time([hour]) < 40
    assert answer_time([7, 8]) > answer_time([11]) * 1.3


def test_who_gives_up(named: dict[str, list[Event]]) -> None:
    assert 0.03 < abandon_rate(named, of("voice")) < 0.08
    assert abandon_rate(named, at([8, 9, 10])) > abandon_rate(named, at([11]))
    assert count(named["tAbandon"], of("email", "message", "callback")) == 0


def test_no_call_waits_for_long(named: dict[str, list[Event]]) -> None:
    waits = [one.value for one in named["tAcd"] if one.media in SPOKEN_TO]
    assert 2 * MINUTE < max(waits) < 30 * MINUTE
    abandons = [one.value for one in named["tAbandon"]]
    assert median(abandons) * 3 > fmean(abandons)


@pytest.mark.parametrize(
    ("media", "least", "most"),
    [
        ("voice", 4, 7),
        ("callback", 4, 7),
        ("chat", 8, 12),
        ("email", 5, 10),
        ("message", 5, 10),
    ],
)
def test_handle_times(named: dict[str, list[Event]], media: str, least: float, most: float) -> None:
    handled = [one.value for one in named["tHandle"] if one.media == media]
    assert least * MINUTE < fmean(handled) < most * MINUTE
    # Log-normal: the median is below the mean, but not far below.
    assert 0.7 < median(handled) / fmean(handled) < 1
    assert max(handled) < 2 * HOUR


def test_wrapping_up(named: dict[str, list[Event]], conversations: list[Conversation]) -> None:
    assert 20_000 < mean(named["tAcw"]) < 60_000
    assert 0.7 < len(named["tAcw"]) / len(named["tHandle"]) < 0.95
    codes = Counter(
        handling.wrap_up
        for conversation in conversations
        for handling in conversation.handlings
        if handling.wrap_up
    )
    ranked = [number for _, number in codes.most_common()]
    assert 10 < len(codes) <= 20
    assert 0.02 < codes["ININ-WRAP-UP-TIMEOUT"] / codes.total() < 0.05
    assert ranked[0] / codes.total() > 0.25
    assert ranked[-1] / codes.total() < 0.04


def test_each_queue_has_wrap_ups_of_its_own(conversations: list[Conversation]) -> None:
    seconds = set()
    of_queue: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for conversation in conversations:
        for handling in conversation.handlings:
            if handling.wrap_up and handling.queue_id:
                of_queue[handling.queue_id][handling.wrap_up] += 1
    for codes in of_queue.values():
        seconds.add(codes.most_common(2)[1][0])
    assert len(seconds) >= 8


def shifts(conversations: list[Conversation]) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """Agent and day to when the agent worked on what, without those who had no shift."""
    work: defaultdict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for conversation in conversations:
        for handling in conversation.handlings:
            for span in handling.spans_of_work:
                work[handling.agent_id, (span[0] - START) // DAY].append(span)
    return {
        (user, day): spans
        for (user, day), spans in work.items()
        if day < ORG.days and on_queue(user, day)
    }


def on_queue(user: str, day: int) -> int:
    first = START + day * DAY
    return sum(
        one.end - one.start for one in presences(user, first, first + DAY) if one.name == ON_QUEUE
    )


WORKDAYS = (0, 1, 2, 3, 4, 7)


def test_load_of_an_agent(conversations: list[Conversation]) -> None:
    of_shift = shifts(conversations)
    contacts = [len(spans) for (_, day), spans in of_shift.items() if day in WORKDAYS]
    hours = [
        sum(end - start for start, end in spans) / HOUR
        for (_, day), spans in of_shift.items()
        if day in WORKDAYS
    ]
    assert 40 < fmean(contacts) < 60
    assert 5 < fmean(hours) < 6


def test_no_agent_works_more_than_a_day_has(conversations: list[Conversation]) -> None:
    of_day: Counter[tuple[str, int]] = Counter()
    for conversation in conversations:
        for handling in conversation.handlings:
            of_day[handling.agent_id, handling.end // DAY] += handling.handle_time
    assert max(of_day.values()) < 24 * HOUR
    # Nor more than a long shift.
    assert max(of_day.values()) < 12 * HOUR


@pytest.fixture(scope="module")
def statuses(conversations: list[Conversation]) -> dict[int, Counter[str]]:
    """The routing statuses of all agents by day."""
    work = work_of(conversations)
    found: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for user, _ in AGENTS:
        spans = one_at_a_time(work.get(user, []))
        for day in range(ORG.days):
            first = START + day * DAY
            for presence in presences(user, first, first + DAY):
                for status, start, end in routing_spans(presence, spans):
                    found[day][status] += end - start
    return found


def occupancy(statuses: Counter[str]) -> float:
    busy = statuses["INTERACTING"]
    return busy / (busy + statuses["COMMUNICATING"] + statuses["IDLE"])


def test_occupancy(statuses: dict[int, Counter[str]]) -> None:
    workdays = sum((statuses[day] for day in WORKDAYS), Counter())
    assert 0.75 < occupancy(workdays) < 0.85
    assert all(occupancy(statuses[day]) < 0.9 for day in statuses)
    assert workdays.keys() == {
        "IDLE", "INTERACTING", "COMMUNICATING", "NOT_RESPONDING", "OFF_QUEUE",
    }  # fmt: skip


def test_fewer_agents_work_on_weekends() -> None:
    working = [sum(on_queue(user, day) > 0 for user, _ in AGENTS) for day in range(7)]
    assert 60 < working[0] < 90
    assert max(working[5:]) < min(working[:5]) / 2


def test_most_users_are_agents_who_are_on_queue() -> None:
    agents = {user for user, _ in USERS for day in range(ORG.days) if on_queue(user, day)}
    assert len(agents) > len(USERS) / 2


def test_the_week_has_a_shape() -> None:
    for seed in range(1, 6):
        days = list(Org(seed=seed, days=28, interactions=84_000).count_by_day().values())
        for monday in range(0, 28, 7):
            others = fmean(days[monday + 1 : monday + 5])
            assert 1.15 < days[monday] / others < 1.21
            assert max(days[monday + 5 : monday + 7]) < others / 2
        mondays = days[::7]
        assert max(mondays) / min(mondays) < 1.04


def test_the_day_has_a_shape(named: dict[str, list[Event]]) -> None:
    offered = Counter(one.hour for one in named["nOffered"] if one.media == "voice")
    assert {hour for hour, _ in offered.most_common(2)} == {10, 14}
    assert offered[12] < offered[11]
    assert offered[12] < offered[13]


def test_transfers(named: dict[str, list[Event]], conversations: list[Conversation]) -> None:
    transferred = len(named["nTransferred"])
    assert 0.05 < transferred / len(named["tAnswered"]) < 0.1
    assert 0.1 < len(named["nConsultTransferred"]) / transferred < 0.5
    assert len(named["nBlindTransferred"]) + len(named["nConsultTransferred"]) == transferred
    elsewhere = sum(
        any(wait.is_transferred for wait in conversation.waits) for conversation in conversations
    )
    assert 0.4 < elsewhere / transferred < 0.6


def test_a_transfer_to_a_queue_is_offered_again(conversations: list[Conversation]) -> None:
    for conversation in conversations:
        waits = [wait for wait in conversation.waits if wait.is_transferred]
        if waits:
            (wait,) = waits
            first, second = conversation.handlings[:2]
            assert first.queue_id != second.queue_id == wait.queue_id
            assert first.released == wait.start < wait.end == second.start
            assert first.agent_id != second.agent_id


@pytest.mark.parametrize(
    "name", ["tShortAbandon", "tNotResponding", "nConsultTransferred", "nBlindTransferred"]
)
def test_metrics_that_every_contact_centre_has(named: dict[str, list[Event]], name: str) -> None:
    assert len(named[name]) > 50


def test_short_abandons_and_flow_outs_of_queues(named: dict[str, list[Event]]) -> None:
    assert all(one.value < 10_000 for one in named["tShortAbandon"])
    assert 0.1 < len(named["tShortAbandon"]) / len(named["tAbandon"]) < 0.4
    left = [one for one in named["tFlowOut"] if one.purpose == "acd"]
    assert all(one.queue for one in left)
    assert 0.01 < len(left) / len(named["nOffered"]) < 0.05


def test_every_entry_into_a_queue_ends_in_one_way(conversations: list[Conversation]) -> None:
    for conversation in conversations:
        for party in conversation.parties:
            names = Counter(metric.name for session in party.sessions for metric in session.metrics)
            if party.properties["purpose"] == "acd":
                assert names["nOffered"] == names["tAcd"] == 1
                assert names["tAbandon"] + names["tFlowOut"] <= 1
        totals = Counter(
            metric.name
            for party in conversation.parties
            if party.properties["purpose"] != "ivr"
            for session in party.sessions
            for metric in session.metrics
        )
        assert totals["nOffered"] == totals["tAnswered"] + totals["tAbandon"] + totals["tFlowOut"]


def reviews(conversations: list[Conversation], kind: str) -> list[Any]:
    return [
        review.properties
        for conversation in conversations
        for review in conversation.reviews
        if review.kind == kind
    ]


def test_surveys(conversations: list[Conversation]) -> None:
    sent = reviews(conversations, "surveys")
    answered = [one for one in sent if one["surveyStatus"] == "Finished"]
    scores = [one["surveyPromoterScore"] for one in answered]
    promoters, detractors = sum(one >= 9 for one in scores), sum(one <= 6 for one in scores)
    assert 20 < 100 * (promoters - detractors) / len(scores) < 50
    assert 75 < fmean(one["oSurveyTotalScore"] for one in answered) < 90
    assert 0.2 < len(answered) / len(sent) < 0.5
    assert not any("oSurveyTotalScore" in one for one in sent if one not in answered)


def test_evaluations_differ_by_agent(conversations: list[Conversation]) -> None:
    scores = defaultdict(list)
    for one in reviews(conversations, "evaluations"):
        scores[one["userId"]].append(one["oTotalScore"])
    means = [fmean(of_agent) for of_agent in scores.values() if len(of_agent) > 5]
    assert 75 < fmean(means) < 95
    assert max(means) - min(means) > 8
    assert all(0 <= score <= 100 for of_agent in scores.values() for score in of_agent)


def test_customers_come_again() -> None:
    org = Org(seed=1, days=10, interactions=30_000)
    calls: defaultdict[Any, list[int]] = defaultdict(list)
    for interaction in org.interactions_between(org.start, org.end):
        customer: Any = interaction.get("customer")
        if interaction["direction"] == "inbound" and customer:
            moment = parse_timestamp(str(interaction["timestamp"]))
            calls[customer["id"]].append(to_milliseconds(moment))
    judged = [
        any(start < later <= start + 7 * DAY for later in starts)
        for starts in calls.values()
        for start in starts
        if start < to_milliseconds(org.start) + 3 * DAY
    ]
    assert 0.1 < sum(judged) / len(judged) < 0.2


def test_a_customer_has_one_name() -> None:
    names = defaultdict(set)
    for interaction in ORG.interactions_between(ORG.start, ORG.end):
        customer: Any = interaction.get("customer") or {}
        if customer.get("name"):
            names[customer["id"]].add((customer["name"], interaction["language"]))
    assert {len(known) for known in names.values()} == {1}


def test_targets_of_queues_are_by_medium() -> None:
    for queue in queues():
        settings: Any = queue["mediaSettings"]
        levels = {medium: one["serviceLevel"] for medium, one in settings.items()}
        assert levels["call"] == {"percentage": 0.8, "durationMs": 20_000}
        assert levels["chat"] == {"percentage": 0.8, "durationMs": 30_000}
        assert levels["email"]["percentage"] == 0.95
        assert levels["email"]["durationMs"] >= HOUR
        assert levels.keys() == {"call", "callback", "chat", "email", "message"}
