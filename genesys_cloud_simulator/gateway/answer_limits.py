"""The largest answer: the platform refuses to send a larger one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from genesys_cloud_simulator.gateway.request_faults import too_large_error

if TYPE_CHECKING:
    from genesys_cloud_simulator.errors import PlatformError
    from genesys_cloud_simulator.state.platform import SimulatedPlatform


_STATUS_200 = 200


def answer_problem(simulator: SimulatedPlatform, status: int, body: bytes) -> PlatformError | None:
    """Return whether an answer is too large for the client to get.

    Args:
        simulator: Says how large answers may be.
        status: The status of the answer.
        body: Its body.

    Returns:
        The refusal, None when there is none.
    """
    rows, size = simulator.largest_answer_rows, simulator.largest_answer_bytes
    if status != _STATUS_200:
        return None
    too_long = size is not None and len(body) > size
    if too_long or (rows is not None and _rows(body) > rows):
        return too_large_error(simulator.too_large_status)
    return None


def _rows(body: bytes) -> int:
    """The length of the longest list of an answer."""
    document = json.loads(body)
    lists = [one for one in document.values() if isinstance(one, list)]
    return max(map(len, lists), default=0)
