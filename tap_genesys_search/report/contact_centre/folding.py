"""Facts of fewer queues: the smaller ones become one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tap_genesys_search.report.contact_centre.dimensions import Dimensions
    from tap_genesys_search.report.contact_centre.facts import Columns, Facts


KEYS = ("day", "slot", "queue", "media", "direction", "code", "form")


def fold_queues(facts: Facts, most: int) -> Facts:
    """Merge the queues beyond the largest ones into one, called "Other queues (n)".

    Args:
        facts: The facts of all queues.
        most: How many queues stay as they are.

    Returns:
        The facts, unchanged where there are not more queues.
    """
    names = facts.dimensions.queues
    if len(names) <= most:
        return facts
    sizes: Counter[int] = Counter(dict.fromkeys(range(len(names)), 0))
    for queue, offered in zip(facts.queue_days["queue"], facts.queue_days["offered"], strict=True):
        sizes[queue] += offered
    kept = sorted(queue for queue, _ in sizes.most_common(most))
    places = {queue: place for place, queue in enumerate(kept)}
    waits = facts.longest_waits
    return replace(
        facts,
        half_hours=_fold(facts.half_hours, places, most),
        queue_days=_fold(facts.queue_days, places, most),
        wrapup_days=_fold(facts.wrapup_days, places, most),
        survey_days=_fold(facts.survey_days, places, most),
        evaluation_days=_fold(facts.evaluation_days, places, most),
        repeat_days=_fold(facts.repeat_days, places, most),
        longest_waits={**waits, "queue": [places.get(queue, most) for queue in waits["queue"]]},
        waiting=_fold(facts.waiting, places, most),
        dimensions=_fold_names(facts.dimensions, kept),
    )


def _fold_names(dimensions: Dimensions, kept: list[int]) -> Dimensions:
    others = len(dimensions.queues) - len(kept)
    return replace(
        dimensions,
        queue_ids=[*(dimensions.queue_ids[queue] for queue in kept), "other"],
        queues=[*(dimensions.queues[queue] for queue in kept), f"Other queues ({others})"],
        targets=[*(dimensions.targets[queue] for queue in kept), {}],
    )


def _fold(columns: Columns, places: dict[int, int], other: int) -> Columns:
    keys = [name for name in columns if name in KEYS]
    measures = [name for name in columns if name not in KEYS]
    merged: dict[tuple[Any, ...], list[Any]] = {}
    moved = {**columns, "queue": [places.get(queue, other) for queue in columns["queue"]]}
    for row in zip(*(moved[name] for name in (*keys, *measures)), strict=True):
        key, values = row[: len(keys)], row[len(keys) :]
        before = merged.get(key)
        merged[key] = [
            own if before is None else _MERGE.get(name, _add)(before[place], own)
            for place, (name, own) in enumerate(zip(measures, values, strict=True))
        ]
    rows = [(*key, *values) for key, values in merged.items()]
    return {name: [row[at] for row in rows] for at, name in enumerate((*keys, *measures))}


def _add(one: float, other: float) -> float:
    return one + other


_MERGE = {"longest_wait_ms": max, "since": min}
