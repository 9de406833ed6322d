"""The status of the organisation's users: their presence, and their routing status.

The day of a user depends on the user and the day only. Agents are on queue in their shifts: there
they are interacting while they handle a conversation of a queue, communicating while they handle
another one, and not responding after they have let one ring. Conversations outside of that time
change no status. A user who is offline has no routing status.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.sessions import DAY, HOUR, MINUTE, between
from genesys_cloud_simulator.org.directory import AGENTS
from genesys_cloud_simulator.workforce.forecast import HALF_HOUR, weekday_of
from genesys_cloud_simulator.workforce.staffing import BREAK, MEAL, OFF, shift_of
from genesys_cloud_simulator.workforce.staffing import ON_QUEUE as PLANNED_ON_QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from genesys_cloud_simulator.conversations.model import Conversation


ON_QUEUE = "On Queue"

OFFLINE = "Offline"

SYSTEM_PRESENCES = {
    "Available": "AVAILABLE",
    "Break": "BREAK",
    "Busy": "BUSY",
    "Meal": "MEAL",
    "Meeting": "MEETING",
    OFFLINE: "OFFLINE",
    ON_QUEUE: "ON_QUEUE",
    "Rückruf": "BUSY",
    "Training": "TRAINING",
}
"""The organisation's presences that users take, to the platform's own that they belong to."""


WORKING = ("INTERACTING", "COMMUNICATING", "NOT_RESPONDING")
"""Routing statuses that conversations lead to, the one that goes before the others first."""

_NUMBER_OF_AGENT = {agent_id: number for number, (agent_id, _) in enumerate(AGENTS)}

_PRESENCES = {OFF: OFFLINE, PLANNED_ON_QUEUE: ON_QUEUE, BREAK: "Break", MEAL: "Meal"}
"""What a shift plans, to the presence; a task has several."""

_TASKS = ("Busy", "Meeting", "Rückruf", "Training")

_NOT_RESPONDING = 2 * MINUTE
"""After how long an agent is back who has let a conversation ring."""

_LONGEST_SETTING_UP = 6 * MINUTE

_WEEKEND_SHARE = 0.3

_FIRST_WEEKEND_DAY = 5


@dataclass(frozen=True)
class Presence:
    """A span of time in which a user's presence was the same; milliseconds since 1970.

    Attributes:
        name: The organisation's name of it.
        start: When it began.
        end: When it ended.
    """

    name: str
    start: int
    end: int


def presences(user_id: str, start: int, end: int) -> Iterator[Presence]:
    """List a user's presences.

    Args:
        user_id: The user.
        start: The first moment, in milliseconds since 1970.
        end: The first moment after the last one.

    Yields:
        Presences without a gap from the first moment to the last.
    """
    for day in range(start // DAY, -(-end // DAY)):
        for one in _day(user_id, day):
            if one.start < end and one.end > start:
                yield Presence(one.name, max(one.start, start), min(one.end, end))


def routing_spans(
    presence: Presence, work: Sequence[tuple[str, int, int]]
) -> Iterator[tuple[str, int, int]]:
    """Tell the routing statuses of a user during a presence.

    Args:
        presence: The presence.
        work: Other statuses than idle that the user's conversations led to, with start and end:
            spans in order that do not overlap.

    Yields:
        The status, when it began and when it ended, without a gap; nothing for who is offline.
    """
    if presence.name == OFFLINE:
        return
    if presence.name != ON_QUEUE:
        yield "OFF_QUEUE", presence.start, presence.end
        return
    moment = presence.start
    for status, start, end in work:
        first, last = max(start, moment), min(end, presence.end)
        if first < last:
            if moment < first:
                yield "IDLE", moment, first
            yield status, first, last
            moment = last
    if moment < presence.end:
        yield "IDLE", moment, presence.end


def work_of(conversations: Iterable[Conversation]) -> dict[str, list[tuple[str, int, int]]]:
    """List which statuses each agent had for some conversations.

    Args:
        conversations: The conversations.

    Returns:
        Agent to statuses with start and end, in no order.
    """
    work: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for conversation in conversations:
        for one in conversation.handlings:
            status = "INTERACTING" if one.queue_id else "COMMUNICATING"
            work[one.agent_id] += [(status, *span) for span in one.spans_of_work]
        for agent_id, missed in conversation.unanswered:
            work[agent_id].append(("NOT_RESPONDING", missed, missed + _NOT_RESPONDING))
    return work


def one_at_a_time(spans: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Cut spans so that a user has one status at each moment: the first one of `WORKING`.

    Args:
        spans: Statuses with starts and ends.

    Returns:
        The spans in order.
    """
    kept: list[tuple[str, int, int]] = []
    for status in WORKING:
        joined = _without_overlaps(one[1:] for one in spans if one[0] == status)
        free = [part for span in joined for part in _uncovered(*span, kept)]
        kept = sorted([*kept, *((status, *part) for part in free)], key=itemgetter(1))
    return kept


def _uncovered(
    start: int, end: int, others: Sequence[tuple[str, int, int]]
) -> Iterator[tuple[int, int]]:
    """The parts of a span that no other one covers; the others are in order."""
    for _, first, last in others:
        if last > start and first < end:
            if start < first:
                yield start, first
            start = max(start, last)
    if start < end:
        yield start, end


def _without_overlaps(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap or touch, in order."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _day(user_id: str, day: int) -> Iterator[Presence]:
    rng = random.Random(f"status:{user_id}:{day}")  # noqa: S311 - not for security
    moment, midnight = day * DAY, (day + 1) * DAY
    number = _NUMBER_OF_AGENT.get(user_id)
    shift = _office_hours(rng, day) if number is None else _agents_shift(rng, number, day)
    for name, length in shift:
        until = min(moment + length, midnight)
        yield Presence(name, moment, until)
        moment = until
    if moment < midnight:
        yield Presence(OFFLINE, moment, midnight)


def _agents_shift(rng: random.Random, number: int, day: int) -> Iterator[tuple[str, int]]:
    """The shift that is planned, a few minutes late."""
    planned = shift_of(number, day)
    if planned is None:
        return
    setting_up, task = between(rng, MINUTE, _LONGEST_SETTING_UP), rng.choice(_TASKS)
    for activity, half_hours in groupby(planned):
        length = sum(1 for _ in half_hours) * HALF_HOUR
        if activity == PLANNED_ON_QUEUE and setting_up:
            yield "Available", setting_up
            length, setting_up = length - setting_up, 0
        yield _PRESENCES.get(activity, task), length


def _office_hours(rng: random.Random, day: int) -> Iterator[tuple[str, int]]:
    """The day of somebody who works for the organisation, but not with its customers."""
    if weekday_of(day) >= _FIRST_WEEKEND_DAY and rng.random() >= _WEEKEND_SHARE:
        return
    yield OFFLINE, between(rng, 6 * HOUR, 11 * HOUR)
    yield "Available", between(rng, 90 * MINUTE, 150 * MINUTE)
    yield "Break", between(rng, 10 * MINUTE, 20 * MINUTE)
    yield "Available", between(rng, 60 * MINUTE, 120 * MINUTE)
    yield "Meal", between(rng, 25 * MINUTE, 50 * MINUTE)
    yield "Available", between(rng, 60 * MINUTE, 120 * MINUTE)
    yield rng.choice(_TASKS), between(rng, 15 * MINUTE, 60 * MINUTE)
    yield "Available", between(rng, 30 * MINUTE, 90 * MINUTE)
