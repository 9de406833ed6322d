"""The status of the organisation's users: their presence, and their routing status.

The day of a user depends on the user and the day only. Agents are on queue for a part of the day,
and interacting there while they handle a conversation. Conversations outside of that time change
no status. A user who is offline has no routing status.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.sessions import DAY, HOUR, MINUTE, between
from genesys_cloud_simulator.org.directory import AGENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


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


_AGENT_IDS = frozenset(agent_id for agent_id, _ in AGENTS)

_WEEKEND_SHARE = 0.3

_FIRST_WEEKEND_DAY = 5

# 1970 began on a Thursday.
_FIRST_WEEKDAY = 3


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
    presence: Presence, busy: Sequence[tuple[int, int]]
) -> Iterator[tuple[str, int, int]]:
    """Tell the routing statuses of a user during a presence.

    Args:
        presence: The presence.
        busy: When the user handled conversations: spans in order that do not overlap.

    Yields:
        The status, when it began and when it ended, without a gap; nothing for who is offline.
    """
    if presence.name == OFFLINE:
        return
    if presence.name != ON_QUEUE:
        yield "OFF_QUEUE", presence.start, presence.end
        return
    moment = presence.start
    for start, end in busy:
        first, last = max(start, moment), min(end, presence.end)
        if first < last:
            if moment < first:
                yield "IDLE", moment, first
            yield "INTERACTING", first, last
            moment = last
    if moment < presence.end:
        yield "IDLE", moment, presence.end


def without_overlaps(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap or touch.

    Args:
        spans: Starts and ends.

    Returns:
        The spans in order.
    """
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
    is_weekend = (day + _FIRST_WEEKDAY) % 7 >= _FIRST_WEEKEND_DAY
    if is_weekend and rng.random() >= _WEEKEND_SHARE:
        yield Presence(OFFLINE, moment, midnight)
        return
    for name, length in _shift(rng, is_agent=user_id in _AGENT_IDS):
        yield Presence(name, moment, moment + length)
        moment += length
    yield Presence(OFFLINE, moment, midnight)


def _shift(rng: random.Random, *, is_agent: bool) -> Iterator[tuple[str, int]]:
    working = ON_QUEUE if is_agent else "Available"
    yield OFFLINE, between(rng, 6 * HOUR, 11 * HOUR)
    yield "Available", between(rng, 2 * MINUTE, 15 * MINUTE)
    yield working, between(rng, 90 * MINUTE, 150 * MINUTE)
    yield "Break", between(rng, 10 * MINUTE, 20 * MINUTE)
    yield working, between(rng, 60 * MINUTE, 120 * MINUTE)
    yield "Meal", between(rng, 25 * MINUTE, 50 * MINUTE)
    yield working, between(rng, 60 * MINUTE, 120 * MINUTE)
    yield (
        rng.choice(("Busy", "Meeting", "Rückruf", "Training")),
        between(rng, 15 * MINUTE, 60 * MINUTE),
    )
    yield working, between(rng, 30 * MINUTE, 90 * MINUTE)
