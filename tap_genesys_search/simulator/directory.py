"""The organisation's people, queues, divisions and wrap-up codes, by the ids conversations use."""

from __future__ import annotations

import uuid
from functools import lru_cache

from tap_genesys_search.simulator.interactions import named
from tap_genesys_search.simulator.people import AGENT_NAMES, QUEUE_NAMES

DIVISIONS = tuple(
    (str(uuid.uuid5(uuid.NAMESPACE_URL, f"division/{name}")), name)
    for name in ("Home", "Vertrieb", "サポート")
)
HOME_DIVISION = DIVISIONS[0][0]
AGENTS = tuple(
    (str(one["id"]), str(one["name"])) for one in (named("agent", name) for name in AGENT_NAMES)
)
QUEUES = tuple(
    (str(one["id"]), str(one["name"])) for one in (named("queue", name) for name in QUEUE_NAMES)
)
DIVISION_OF_QUEUE = {
    queue_id: DIVISIONS[position % len(DIVISIONS)][0]
    for position, (queue_id, _) in enumerate(QUEUES)
}
DIVISION_NAMES = dict(DIVISIONS)
# Codes of the platform itself, which are no entities and have no id.
_SYSTEM_CODE = "ININ-"


@lru_cache(maxsize=256)
def wrap_up_code_id(name: str) -> str:
    """Find the id of a wrap-up code.

    Args:
        name: The code's name.

    Returns:
        The id; a code of the platform itself is its own.
    """
    return name if name.startswith(_SYSTEM_CODE) else str(named("wrapup", name)["id"])
