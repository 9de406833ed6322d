"""Properties that entities of several lists have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.org.directory import AGENTS, DIVISION_NAMES

if TYPE_CHECKING:
    from genesys_cloud_simulator.conversations.model import Properties


CREATED = "2024-03-01T09:00:00.000Z"


MODIFIED = "2025-11-28T16:20:00.000Z"


MANAGER = AGENTS[0][0]


def division_of(division_id: str) -> Properties:
    """Refer to a division, as an entity of it does.

    Args:
        division_id: The division.

    Returns:
        A `WritableStarrableDivision`.
    """
    return {
        "id": division_id,
        "name": DIVISION_NAMES[division_id],
        "selfUri": f"/api/v2/authorization/divisions/{division_id}",
    }
