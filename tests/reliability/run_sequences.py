"""Runs that follow each other with other dates, streams and filters, and kills between them."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.support.singer_run import run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from genesys_cloud_simulator import Org

STREAMS = {
    "interaction_search": ("interactions", "interaction_facets"),
    "conversation_jobs": ("interactions", "conversations", "conversation_segments"),
    "conversation_query": ("interactions", "conversations", "conversation_segments"),
    "transcript_search": ("interactions", "transcripts"),
}

FILTERS: dict[str, dict[str, Any]] = {
    "interaction_search": {"type": "match", "field": "media.type", "value": "email"},
    "conversation_jobs": {"dimension": "mediaType", "value": "voice"},
    "conversation_query": {"dimension": "mediaType", "value": "voice"},
    "transcript_search": {"type": "EXACT", "fields": ["mediaType"], "value": "call"},
}
"""A filter of each search API that some interactions match."""

LONGEST_SEQUENCE = 7


@contextmanager
def warnings_of_changes() -> Iterator[list[str]]:
    """Collect the warnings that the settings of a stream have changed since the last run."""
    warnings: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("tap-genesys-search.state")
    logger.addHandler(handler)
    try:
        yield warnings
    finally:
        logger.removeHandler(handler)


def load_in_sequence(rng: random.Random, org: Org, config: dict[str, Any]) -> Warehouse:
    """Run several times, at last with the org's first and last moment and all streams.

    Args:
        rng: Decides on dates, streams, filters and kills.
        org: The simulated org.
        config: Reaches it; gives the search API.

    Returns:
        What all the runs have loaded.
    """
    streams = STREAMS[config["search_api"]]
    loads = (*streams, "search_audits")
    warehouse = Warehouse()
    state: dict[str, Any] | None = None
    for _ in range(rng.randint(1, LONGEST_SEQUENCE)):
        start, end = sorted((_moment(rng, org), _moment(rng, org)))
        if start == end:
            continue
        run = {**config, "start_date": start, "end_date": end}
        if rng.random() < 0.05:  # one in twenty asks for less
            run["filters"] = [FILTERS[config["search_api"]]]
        selected = rng.sample(loads, rng.randint(1, len(loads)))
        messages = _messages(run, selected, loads, state)
        if rng.random() < 0.4:  # two in five are killed
            messages = messages[: rng.randrange(len(messages) + 1)]
        warehouse.load(messages)
        states = [message["value"] for message in messages if message["type"] == "STATE"]
        state = states[-1] if states else state
    return warehouse.load(_messages(config, loads, loads, state))


def _messages(
    config: dict[str, Any],
    selected: list[str] | tuple[str, ...],
    streams: tuple[str, ...],
    state: dict[str, Any] | None,
) -> list[dict[str, Any]]:
    run = run_tap(
        config,
        state=state,
        select=list(selected),
        deselect=[stream for stream in (*streams, "interaction_facets") if stream not in selected],
    )
    assert run.error is None
    return run.messages


def _moment(rng: random.Random, org: Org) -> str:
    span: timedelta = org.end - org.start
    moment: datetime = org.start + span * rng.random()
    if rng.random() < 0.5:  # every other one is a midnight
        moment = moment.replace(hour=0, minute=0, second=0)
    return moment.replace(microsecond=0).isoformat()
