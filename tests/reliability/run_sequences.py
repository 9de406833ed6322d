"""Runs that follow each other with other dates, other streams and kills between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.singer_run import run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    import random
    from datetime import datetime, timedelta

    from genesys_cloud_simulator import Org

STREAMS = {
    "interaction_search": ("interactions", "interaction_facets"),
    "conversation_jobs": ("interactions", "conversations", "conversation_segments"),
    "conversation_query": ("interactions", "conversations", "conversation_segments"),
    "transcript_search": ("interactions", "transcripts"),
}

LONGEST_SEQUENCE = 7


def load_in_sequence(rng: random.Random, org: Org, config: dict[str, Any]) -> Warehouse:
    """Run several times, at last with the org's first and last moment and all streams.

    Args:
        rng: Decides on dates, streams, window lengths and kills.
        org: The simulated org.
        config: Reaches it; gives the search API.

    Returns:
        What all the runs have loaded.
    """
    streams = STREAMS[config["search_api"]]
    warehouse = Warehouse()
    state: dict[str, Any] | None = None
    for _ in range(rng.randint(1, LONGEST_SEQUENCE)):
        start, end = sorted((_moment(rng, org), _moment(rng, org)))
        if start == end:
            continue
        selected = rng.sample(streams, rng.randint(1, len(streams)))
        messages = _messages(
            {**config, "start_date": start, "end_date": end}, selected, streams, state
        )
        if rng.random() < 0.4:  # two in five are killed
            messages = messages[: rng.randrange(len(messages) + 1)]
        warehouse.load(messages)
        states = [message["value"] for message in messages if message["type"] == "STATE"]
        state = states[-1] if states else state
    return warehouse.load(_messages(config, streams, streams, state))


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
