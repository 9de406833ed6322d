"""What a stream was asked with, kept in its state, so that a change does not pass unnoticed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from tap_genesys_search.records.ids import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tap_genesys_search.settings.parse import Settings


ASKED = "asked"
"""The key of the fingerprint in the state of a stream."""


CLIENT = "client_id"
"""Whose rows they are: an OAuth client belongs to one org."""


COLUMNS_LEFT_OUT = "columns_left_out"
"""Those of the stream that are deselected; of its others a later version may have more."""

HASHED = frozenset({"filters", "stream_maps"})
"""Settings of which only a hash is kept."""


def whose(settings: Settings) -> dict[str, object]:
    """Describe who asks. Of the id a hash is kept."""
    return {CLIENT: digest_of(settings.client_id)}


def how_written(
    columns_left_out: Collection[str],
    stream_maps: Mapping[str, object],
    flattening: Mapping[str, object],
) -> dict[str, object]:
    """Describe what becomes of a stream's rows before they are written.

    Args:
        columns_left_out: Columns that the catalog deselects.
        stream_maps: What the setting says of the stream. It may hold customer data, so a hash is
            kept.
        flattening: Its settings.
    """
    return {
        COLUMNS_LEFT_OUT: sorted(columns_left_out),
        "stream_maps": digest_of(json.dumps(stream_maps, sort_keys=True)) if stream_maps else "",
        **flattening,
    }


def how_cut(settings: Settings) -> dict[str, object]:
    """Describe the windows of streams whose keys depend on them."""
    # A text: some loaders can't write a state that holds a fraction.
    return {"window_hours": f"{settings.window_length / timedelta(hours=1):g}"}


def fingerprint_of_searches(settings: Settings, search_api: str) -> dict[str, object]:
    """Describe what searches ask for. Of filters, which may hold customer data, a hash is kept."""
    return {
        "search_api": search_api,
        "fields": list(settings.projection.fields),
        "filters": digest_of(json.dumps(settings.filters, sort_keys=True)),
        "conversation_matching": settings.conversation_matching,
    }


def describe_changes(kept: object, asked: Mapping[str, object]) -> str:
    """Name what differs between two fingerprints.

    Args:
        kept: The fingerprint in a state; anything else is passed over.
        asked: The fingerprint of this run.

    Returns:
        The settings and their change; empty without one.
    """
    if not isinstance(kept, dict):
        return ""
    names = [name for name in asked if name in kept and kept[name] != asked[name]]
    return " and ".join(_describe(name, kept[name], asked[name]) for name in names)


def _describe(name: str, before: object, now: object) -> str:
    if name == COLUMNS_LEFT_OUT:
        return _describe("columns", now, before)
    if isinstance(before, list) and isinstance(now, list):
        gone = [f"-{one}" for one in before if one not in now]
        new = [f"+{one}" for one in now if one not in before]
        return f"{name} ({', '.join((*new, *gone)) or 'their order'})"
    if name == CLIENT:
        return f"{name} (another org needs a state and tables that are its own)"
    return name if name in HASHED else f"{name} ({before} to {now})"
