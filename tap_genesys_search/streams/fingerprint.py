"""What a stream was asked with, kept in its state, so that a change does not pass unnoticed."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from tap_genesys_search.records.ids import digest_of
from tap_genesys_search.settings.durations import format_period
from tap_genesys_search.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_genesys_search.settings.parse import Settings
    from tap_genesys_search.streams.aggregate_query import AggregateQuery


logger = logging.getLogger("tap-genesys-search.state")


ASKED = "asked"
"""The key of the fingerprint in the state of a stream."""


def fingerprint_of_searches(settings: Settings, search_api: str) -> dict[str, object]:
    """Describe what searches ask for. Of filters, which may hold customer data, a hash is kept."""
    return {
        "search_api": search_api,
        "fields": list(settings.projection.fields),
        "filters": digest_of(json.dumps(settings.filters, sort_keys=True)),
        "conversation_matching": settings.conversation_matching,
    }


def fingerprint_of_aggregates(query: AggregateQuery) -> dict[str, object]:
    """Describe what an aggregate query asks for."""
    return {
        # A text: some loaders can't write a state that holds a fraction.
        "aggregate_granularity": format_period(query.granularity),
        "group_by": list(query.group_by),
        "metrics": list(query.metrics),
    }


def warn_of_changes(
    stream: str, kept: object, asked: Mapping[str, object], until: datetime | None
) -> None:
    """Warn where a stream is asked with other settings than in the run that wrote its state.

    Args:
        stream: Name of the stream, for the warning.
        kept: The fingerprint in the state; anything else is passed over.
        asked: The fingerprint of this run.
        until: The end of what was read with the settings before; None where nothing was.
    """
    if not isinstance(kept, dict) or until is None:
        return
    changed = [name for name in asked if name in kept and kept[name] != asked[name]]
    if changed:
        logger.warning(
            "Stream %s: %s changed since the last run. Rows up to %s were read the old way and "
            "stay as they are. To read them again, run with --full-refresh (meltano run) or "
            "without --state",
            stream,
            " and ".join(_describe(name, kept[name], asked[name]) for name in changed),
            format_timestamp(until),
        )


def _describe(name: str, before: object, now: object) -> str:
    if isinstance(before, list) and isinstance(now, list):
        gone = [f"-{one}" for one in before if one not in now]
        new = [f"+{one}" for one in now if one not in before]
        return f"{name} ({', '.join((*new, *gone)) or 'their order'})"
    return name if name == "filters" else f"{name} ({before} to {now})"
