"""One generated interaction, as the interaction search stores it before projection."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from genesys_cloud_simulator.org.people import (
    AGENT_NAMES,
    LOCALE_WEIGHTS,
    LOCALES,
    QUEUE_NAMES,
    QUEUE_WEIGHTS,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from genesys_cloud_simulator.org.people import Locale


Interaction: TypeAlias = Mapping[str, object]


MEDIA_TYPES = ("voice", "chat", "email", "message", "callback")

DIRECTIONS = ("inbound", "outbound")

INTERACTION_TYPES = ("conversation", "callback", "transfer", "voicemail", "consult")

METADATA_KEYS = ("source", "indexPartition", "tags", "contact", "wrapUp", "segments", "sentiment")


_T = TypeVar("_T")


def _spread(values: Sequence[_T], weights: Sequence[int]) -> tuple[_T, ...]:
    """Repeat each value by its weight, so that one draw and one index choose among them."""
    return tuple(
        value for value, weight in zip(values, weights, strict=True) for _ in range(weight)
    )


def named(kind: str, name: str) -> Interaction:
    """Give what has a name the id that it has in every organisation.

    Args:
        kind: What it is.
        name: Its name.

    Returns:
        Its id and name.
    """
    return {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{name}")), "name": name}


# Values that many interactions have in common are built once and shared, to save memory.
_MEDIA = _spread([{"type": name} for name in MEDIA_TYPES], (56, 14, 12, 13, 5))

_NO_MEDIA_TYPE: Interaction = {"type": None}

_AGENTS = tuple(named("agent", name) for name in AGENT_NAMES)

STAFFED_QUEUES = tuple(
    # Everybody serves the first queue.
    (named("queue", name), _AGENTS[place % 3 :: 2 + place % 3] if place else _AGENTS)
    for place, name in enumerate(QUEUE_NAMES)
)
"""The queues, and the agents who serve each of them or did so until they left."""

_QUEUES = _spread(STAFFED_QUEUES, QUEUE_WEIGHTS)

_LOCALES = _spread(LOCALES, LOCALE_WEIGHTS)

_TYPES = _spread(INTERACTION_TYPES, (86, 5, 5, 2, 2))

_SCORE_KINDS = _spread(("share", "points", "penalty", "edge"), (86, 10, 2, 2))

_TAGS: tuple[Sequence[str], ...] = (
    (), ("vip",), ("repeat-caller",), ("complaint", "follow-up"), ("größe", "発送", "שבור"),
)  # fmt: skip

WRAP_UP_CODES = ("Resolved", "Follow-up", "Erledigt", "ININ-WRAP-UP-TIMEOUT", "Escalated")

_COUNTRIES = ("GB", "DE", "PL", "BR", "VN", "TR", "CY", "GR", "AE", "IL", "IN", "SG", "JP", "KR")


def generate_interaction(rng: random.Random, timestamp: str) -> dict[str, object]:
    """Generate an interaction.

    The shares of null and absent attributes are those of a real export: small, but large enough
    that a page of 1000 has some of each. `id` and `timestamp` are always there.

    Args:
        rng: Decides everything but the timestamp.
        timestamp: When the interaction was.

    Returns:
        The interaction with all its attributes.
    """
    locale = pick(rng, _LOCALES)
    interaction: dict[str, object] = {"id": uuid_text(rng.getrandbits(128))}
    _put(rng, interaction, "type", pick(rng, _TYPES), absent=0.003, null=0.007)
    interaction["timestamp"] = timestamp
    media = _NO_MEDIA_TYPE if _chance(rng, 0.005) else pick(rng, _MEDIA)
    _put(rng, interaction, "media", media, absent=0.005, null=0.01)
    _put(rng, interaction, "customer", _customer(rng, locale), absent=0.01)
    _put(rng, interaction, "relevanceScore", _relevance_score(rng), absent=0.01, null=0.02)
    _put(rng, interaction, "metadata", _metadata(rng), absent=0.005, null=0.015)
    queue, agents = pick(rng, _QUEUES)
    _put(rng, interaction, "queue", queue, null=0.02)
    # Abandoned interactions never reached an agent.
    _put(rng, interaction, "agent", pick(rng, agents), absent=0.06)
    interaction["direction"] = DIRECTIONS[_chance(rng, 0.22)]
    interaction["durationMs"] = int(rng.expovariate(1 / 240_000))
    interaction["language"] = locale.language
    return interaction


def uuid_text(bits: int) -> str:
    """Write a UUID.

    Args:
        bits: 128 bits, some of which are replaced.

    Returns:
        The UUID, of version 4.
    """
    digits = f"{bits:032x}"
    # Version 4 and the usual variant, so that the ids look like the platform's.
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def pick(rng: random.Random, values: Sequence[_T]) -> _T:
    """Draw one of some values.

    Args:
        rng: Draws it.
        values: At least one.

    Returns:
        The value.
    """
    return values[int(rng.random() * len(values))]


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _put(
    rng: random.Random,
    document: dict[str, object],
    name: str,
    value: object,
    *,
    absent: float = 0,
    null: float = 0,
) -> None:
    """Give a document an attribute, but leave it out or null in some of all cases."""
    chance = rng.random()
    if chance >= absent:
        document[name] = None if chance < absent + null else value


def _customer(rng: random.Random, locale: Locale) -> Interaction:
    customer: dict[str, object] = {"id": f"cust-{rng.getrandbits(40):010x}"}
    given, family = pick(rng, locale.given), pick(rng, locale.family)
    names = (family, given) if locale.family_first else (given, family)
    _put(rng, customer, "name", locale.separator.join(names), absent=0.01, null=0.04)
    return customer


def _relevance_score(rng: random.Random) -> float:
    """Mostly between 0 and 1 with many decimals, now and then far outside."""
    kind = pick(rng, _SCORE_KINDS)
    if kind == "share":
        return rng.random()
    if kind == "points":
        return round(1 + rng.expovariate(1 / 9), 1)
    if kind == "penalty":
        return -round(rng.random(), 6)
    return float(_chance(rng, 0.5))


def _metadata(rng: random.Random) -> Interaction:
    metadata: dict[str, object] = {
        "source": "analytics-index",
        "indexPartition": rng.getrandbits(4),
        "tags": pick(rng, _TAGS),
        "contact": {
            "attempt": 1 + rng.getrandbits(1),
            "address": {"country": pick(rng, _COUNTRIES)},
        },
    }
    if _chance(rng, 0.7):
        metadata["wrapUp"] = pick(rng, WRAP_UP_CODES)
    if _chance(rng, 0.3):
        metadata["segments"] = [
            {"kind": "ivr", "seconds": rng.getrandbits(6)},
            {"kind": "interact", "seconds": rng.getrandbits(10)},
        ]
    if _chance(rng, 0.2):
        _put(rng, metadata, "sentiment", round(rng.random() * 2 - 1, 3), null=0.1)
    return metadata
