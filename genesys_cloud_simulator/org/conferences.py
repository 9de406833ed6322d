"""Which conversation ended for a conference that is a conversation of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


LINK = "conference"
"""The attribute of an interaction that says so. No search answers it."""


def link_conferences(interactions: Sequence[dict[str, object]]) -> None:
    """Link the calls in which agents consult somebody with the calls that began before them.

    Args:
        interactions: Interactions in time order, which get the attribute.
    """
    earlier: dict[str, object] | None = None
    for one in interactions:
        if not _is_answered_call(one):
            continue
        if one.get("type") != "consult":
            earlier = one
        elif earlier is not None:
            earlier[LINK] = {"destination": one["id"], "start": one["timestamp"]}
            one[LINK] = {"source": earlier["id"]}
            earlier = None


def _is_answered_call(interaction: dict[str, object]) -> bool:
    return interaction.get("media") == {"type": "voice"} and bool(interaction.get("agent"))
