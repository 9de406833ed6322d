"""One generated interaction, as the interaction search stores it before projection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from genesys_cloud_simulator.org.draws import pick, spread
from genesys_cloud_simulator.org.ids import uuid_text
from genesys_cloud_simulator.org.people import LOCALE_WEIGHTS, LOCALES, full_names
from genesys_cloud_simulator.org.queues import (
    AGENT_ENTITIES,
    CODES_OF_QUEUE,
    CONTACTS_OF_AGENT,
    QUEUE_ENTITIES,
    agent_for,
)
from genesys_cloud_simulator.org.service import draw_talk, media_type_of, serve

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from genesys_cloud_simulator.org.service import Situation


Interaction: TypeAlias = Mapping[str, object]


MEDIA_TYPES = ("voice", "chat", "email", "message", "callback")

DIRECTIONS = ("inbound", "outbound")

INTERACTION_TYPES = ("conversation", "callback", "transfer", "voicemail", "consult")

METADATA_KEYS = ("source", "indexPartition", "tags", "contact", "wrapUp", "segments", "sentiment")


# Values that many interactions have in common are built once and shared, to save memory.
_MEDIA = spread([{"type": name} for name in MEDIA_TYPES], (56, 14, 12, 13, 5))

_LOCALES = spread([(one.language, full_names(one)) for one in LOCALES], LOCALE_WEIGHTS)

_TYPES = spread(INTERACTION_TYPES, (84, 5, 7, 2, 2))

_SHARE_OF_SHARES = 0.86

_OTHER_SCORES = spread(("points", "penalty", "edge"), (10, 2, 2))

_TAGS: tuple[Sequence[str], ...] = (
    (), ("vip",), ("repeat-caller",), ("complaint", "follow-up"), ("größe", "発送", "שבור"),
)  # fmt: skip

# Neighbouring numbers of customers give ids far apart.
_MULTIPLIER = 0x9E3779B97F

_SHARE_OUTBOUND = 0.22

# Of 128.
_WITH_CODE, _WITH_SEGMENTS, _WITH_SENTIMENT = 109, 38, 26

_COUNTRIES = ("GB", "DE", "PL", "BR", "VN", "TR", "CY", "GR", "AE", "IL", "IN", "SG", "JP", "KR")

_CONTACTS = tuple(
    {"attempt": attempt, "address": {"country": country}}
    for attempt in (1, 2)
    for country in _COUNTRIES
)

_ABSENT = object()

# Of a thousand interactions. No interaction has two of these.
_ODDITIES = dict(
    enumerate(
        spread(
            (
                ("type", _ABSENT), ("type", None),
                ("media", _ABSENT), ("media", None), ("media", {"type": None}),
                ("customer", _ABSENT), ("customer.name", _ABSENT), ("customer.name", None),
                ("relevanceScore", _ABSENT), ("relevanceScore", None),
                ("metadata", _ABSENT), ("metadata", None), ("metadata.sentiment", None),
                ("queue", None),
            ),
            (3, 7, 5, 10, 5, 10, 10, 40, 10, 20, 5, 15, 20, 20),
        )
    )
)  # fmt: skip
"""Attributes with the values that are seldom, by a number below a thousand."""


def generate_interaction(
    rng: random.Random, timestamp: str, situation: Situation, turn: int
) -> dict[str, object]:
    """Generate an interaction.

    The shares of null and absent attributes are those of a real export: small, but large enough
    that a page of 1000 has some of each. `id` and `timestamp` are always there.

    Args:
        rng: Decides everything but the timestamp.
        timestamp: When the interaction was.
        situation: What holds for all that begin at that time.
        turn: Its ordinal; agents take turns.

    Returns:
        The interaction with all its attributes.
    """
    # Not by `pick`: these draws are made more often than all others.
    chance = rng.random
    number = int(chance() * situation.customers)
    language, names = _LOCALES[number % len(_LOCALES)]
    agent = situation.agents[turn % len(situation.agents)]
    places = CONTACTS_OF_AGENT[agent]
    place = places[int(chance() * len(places))]
    interaction: dict[str, object] = {
        "id": uuid_text(rng.getrandbits(128)),
        "type": _TYPES[int(chance() * len(_TYPES))],
        "timestamp": timestamp,
        "media": _MEDIA[int(chance() * len(_MEDIA))],
        "customer": {
            "id": f"cust-{number * _MULTIPLIER % 2**40:010x}",
            "name": names[number // len(_LOCALES) % len(names)],
        },
        "relevanceScore": _relevance_score(rng),
        "metadata": _metadata(rng, place),
        "queue": QUEUE_ENTITIES[place],
    }
    oddity = _ODDITIES.get(int(chance() * 1000))
    if oddity is not None:
        _make_odd(interaction, *oddity)
    interaction["direction"] = DIRECTIONS[chance() < _SHARE_OUTBOUND]
    media_type = media_type_of(interaction)
    later = serve(rng, interaction, situation, place, media_type)
    if later:
        agent = agent_for(place, situation.half_hour + later, turn)
    if later is not None:
        interaction["agent"] = AGENT_ENTITIES[agent]
    interaction["durationMs"] = draw_talk(rng, media_type)
    interaction["language"] = language
    return interaction


def _make_odd(interaction: dict[str, object], name: str, value: object) -> None:
    """Give an attribute a value that is seldom, or leave it out."""
    document, _, part = name.rpartition(".")
    holder = interaction[document] if document else interaction
    if isinstance(holder, dict):
        holder[part] = value
        if value is _ABSENT:
            del holder[part]


def _relevance_score(rng: random.Random) -> float:
    """Mostly between 0 and 1 with many decimals, now and then far outside."""
    chance = rng.random()
    if chance < _SHARE_OF_SHARES:
        return chance / _SHARE_OF_SHARES
    kind = pick(rng, _OTHER_SCORES)
    if kind == "points":
        return round(1 + rng.expovariate(1 / 9), 1)
    if kind == "penalty":
        return -round(rng.random(), 6)
    return float(rng.random() < 0.5)  # noqa: PLR2004


def _metadata(rng: random.Random, place: int) -> Interaction:
    # One draw, of which each part decides something.
    bits = rng.getrandbits(64)
    metadata: dict[str, object] = {
        "source": "analytics-index",
        "indexPartition": bits & 15,
        "tags": _TAGS[(bits >> 4 & 255) * len(_TAGS) >> 8],
        "contact": _CONTACTS[(bits >> 12 & 1023) * len(_CONTACTS) >> 10],
    }
    if bits >> 22 & 127 < _WITH_CODE:
        metadata["wrapUp"] = pick(rng, CODES_OF_QUEUE[place])
    if bits >> 29 & 127 < _WITH_SEGMENTS:
        metadata["segments"] = [
            {"kind": "ivr", "seconds": bits >> 36 & 63},
            {"kind": "interact", "seconds": bits >> 42 & 1023},
        ]
    if bits >> 52 & 127 < _WITH_SENTIMENT:
        metadata["sentiment"] = round(rng.random() * 2 - 1, 3)
    return metadata
