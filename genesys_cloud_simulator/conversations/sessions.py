"""Sessions of a generated conversation, and the quality of those that are spoken."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from genesys_cloud_simulator.conversations.media import media_quality
from genesys_cloud_simulator.conversations.model import Metric, Properties, Segment, Session
from genesys_cloud_simulator.org.interactions import uuid_text

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from genesys_cloud_simulator.conversations.model import Party


def random_id(rng: random.Random) -> str:
    """Draw an id."""
    return uuid_text(rng.getrandbits(128))


def new_session(
    rng: random.Random,
    segments: Sequence[Segment],
    metrics: Sequence[Metric],
    properties: Properties,
    closing: Properties | None = None,
) -> Session:
    """Give a session its id.

    Args:
        rng: Draws it.
        segments: Its parts in time order.
        metrics: Its figures.
        properties: Everything else that has no time.
        closing: What becomes known at its end.

    Returns:
        The session.
    """
    return Session(
        {"sessionId": random_id(rng), **properties}, tuple(segments), tuple(metrics), closing or {}
    )


def last_end(parties: Iterable[Party]) -> int:
    """Tell when the last session of some participants ends, in milliseconds since 1970."""
    return max(session.end for party in parties for session in party.sessions)


def heard(rng: random.Random, end: int) -> Properties:
    """Say what is known of the sound when a session ends.

    Args:
        rng: Decides how good it was.
        end: The session's end, in milliseconds since 1970.

    Returns:
        Properties that become known at the end of a session.
    """
    return {"mediaEndpointStats": [media_quality(rng, end)]}


def worst_quality(session: Session) -> float:
    """Tell the lowest `minMos` of what was heard in a session; infinite where nothing was."""
    stats = session.closing.get("mediaEndpointStats")
    return min(float(one["minMos"]) for one in stats) if isinstance(stats, list) else inf
