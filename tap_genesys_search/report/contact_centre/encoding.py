"""The facts as the page carries them: JSON, deflated, in base64."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from functools import cache
from typing import TYPE_CHECKING, Any

from tap_genesys_search.report.contact_centre.facts import MOST_DAYS
from tap_genesys_search.report.contact_centre.folding import fold_queues

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_genesys_search.report.contact_centre.facts import Facts


VERSION = 1


MOST_BYTES = 900_000


DAYS = 35
"""Days of half-hours that most pages have."""


FEWER = (
    (14, MOST_DAYS, None),
    (14, MOST_DAYS, 50),
    (14, 100, 50),
    (7, 100, 50),
    (7, 100, 25),
    (2, 35, 25),
    (2, 35, 10),
)
"""Days of half-hours, days, and queues with rows of their own, until the text is small enough."""


@dataclass(frozen=True)
class Encoded:
    """The facts as a text.

    Attributes:
        text: Deflated JSON in base64.
        facts: What is in it.
        notes: What was left out, in words.
    """

    text: str
    facts: Facts
    notes: list[str]


def encode_facts(
    read: Callable[[int, int], Facts], goals: Mapping[str, float], most_bytes: int = MOST_BYTES
) -> Encoded:
    """Encode facts, fewer of them where they would be too large.

    Args:
        read: Reads the facts: half-hours of so many days, and so many days.
        goals: Name of a figure to what it should be, in percent.
        most_bytes: How long the text may be.

    Returns:
        The text, and what was left out.
    """
    read = cache(read)  # the same days are folded in several ways
    facts = read(DAYS, MOST_DAYS)
    text, notes = encode(facts, goals, []), list[str]()
    loaded_days = len(facts.days)
    for half_hour_days, days, most_queues in FEWER:
        if len(text) <= most_bytes:
            break
        facts = read(half_hour_days, days)
        notes = [f"Half-hours are those of the last {half_hour_days} days: there are many queues."]
        if len(facts.days) < loaded_days:
            notes.append(f"Earlier days than the last {days} are left out, too.")
        if most_queues and len(facts.dimensions.queues) > most_queues:
            facts = fold_queues(facts, most_queues)
            notes.append(f"The {most_queues} largest queues have rows of their own.")
        text = encode(facts, goals, notes)
    return Encoded(text, facts, notes)


def encode(facts: Facts, goals: Mapping[str, float], notes: list[str]) -> str:
    """Encode facts as they are."""
    written = json.dumps(_payload(facts, goals, notes), ensure_ascii=False, separators=(",", ":"))
    packer = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS)  # 9 is 1 % smaller, 4 times slower
    packed = packer.compress(written.encode()) + packer.flush()
    return b64encode(packed).decode()


def _payload(facts: Facts, goals: Mapping[str, float], notes: list[str]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "zone": facts.zone,
        "data_until": _milliseconds(facts.data_until) if facts.data_until else None,
        "goals": dict(goals),
        "notes": notes,
        "days": [
            {
                "date": f"{day.date:%Y-%m-%d}",
                "since": _milliseconds(day.since),
                "clocks": day.clocks if day.clocks != list(range(48)) else None,
            }
            for day in facts.days
        ],
        "loaded_from": facts.loaded_from,
        "whole_from": facts.whole_from,
        "last_complete": facts.last_complete,
        "half_hour_days": facts.half_hour_days,
        "dims": asdict(facts.dimensions),
        "ranges": {
            section: [f"{since:%Y-%m-%d}", f"{until:%Y-%m-%d}"]
            for section, (since, until) in facts.ranges.items()
        },
        **{name: getattr(facts, name) for name in _FACTS},
    }


def _milliseconds(moment: datetime) -> int:
    return round(moment.replace(tzinfo=timezone.utc).timestamp() * 1000)


_FACTS = (
    "half_hours",
    "queue_days",
    "status_days",
    "agent_days",
    "wrapup_days",
    "survey_days",
    "evaluation_days",
    "repeat_days",
    "longest_waits",
    "waiting",
)
