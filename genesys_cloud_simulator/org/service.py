"""Who takes an interaction, after which wait, and for how long they talk."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from statistics import NormalDist
from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.queues import SHARES
from genesys_cloud_simulator.workforce.forecast import HALF_HOUR, MINUTE
from genesys_cloud_simulator.workforce.waiting import MAY_GIVE_UP, draw_patience, draw_wait

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

WAIT, LOAD = "wait", "load"
"""Attributes of an interaction that no search answers: how long the customer waits in the queue, in
milliseconds, and how busy it is, by what was expected."""

_SHARE_NOT_REACHED = 0.04
"""Of the customers whom the organisation calls or writes to."""

_SHARE_NEVER_TAKEN = 0.03
"""Of what nobody gives up: it leaves the queue some other way."""

_MEDIAN_TALK = {
    None: 210_000,
    "voice": 210_000,
    "callback": 210_000,
    "chat": 8 * MINUTE,
    "email": 5 * MINUTE,
    "message": 6 * MINUTE,
}

_SPREAD_OF_TALK = 0.55

_QUANTILES = 500

_TALK = tuple(
    exp(_SPREAD_OF_TALK * NormalDist().inv_cdf((step + 0.5) / (_QUANTILES + 1)))
    for step in range(_QUANTILES + 1)
)
"""The quantiles of a log-normal time, by its median: to look one up is quicker than to draw it."""


@dataclass(frozen=True)
class Situation:
    """What interactions that begin in the same ten minutes have in common.

    Attributes:
        half_hour: The half-hour since 1970.
        load: How busy it is, by what was expected of it.
        customers: How many customers the organisation has.
        agents: The numbers of those who are on queue.
    """

    half_hour: int
    load: float
    customers: int
    agents: tuple[int, ...]


def serve(
    rng: random.Random,
    interaction: dict[str, object],
    situation: Situation,
    place: int,
    media_type: str | None,
) -> int | None:
    """Let the customer wait for an agent, or not.

    Args:
        rng: Decides it.
        interaction: The interaction with direction and queue, which gets the wait.
        situation: What holds for all that begin at that time.
        place: The place of the queue.
        media_type: The media type; None when it is unset.

    Returns:
        How many half-hours later an agent takes it; None where nobody does.
    """
    if interaction["direction"] == "outbound":
        return 0 if rng.random() >= _SHARE_NOT_REACHED else None
    if interaction["queue"] is None:
        return 0 if rng.random() >= _SHARE_NEVER_TAKEN else None
    wait = draw_wait(rng, media_type, SHARES[place], situation.half_hour, situation.load)
    interaction[WAIT], interaction[LOAD] = wait, situation.load
    if media_type not in MAY_GIVE_UP:
        return wait // HALF_HOUR if rng.random() >= _SHARE_NEVER_TAKEN else None
    patience = draw_patience(rng)
    if patience < wait:
        interaction[WAIT] = patience
        return None
    return 0


def draw_talk(rng: random.Random, media_type: str | None) -> int:
    """Draw for how long customer and agent talk, in milliseconds."""
    at = rng.random() * _QUANTILES
    step = int(at)
    low, high = _TALK[step], _TALK[step + 1]
    return int(_MEDIAN_TALK[media_type] * (low + (high - low) * (at - step)))


def media_type_of(interaction: Mapping[str, object]) -> str | None:
    """Tell the media type of an interaction; None when it is unset."""
    media = interaction.get("media")
    media_type = media["type"] if isinstance(media, dict) else None
    return media_type if isinstance(media_type, str) else None
