"""Some seconds of patience with a platform that does not know yet what it has just handed out."""

from __future__ import annotations

import time

GRACE_SECONDS = 15.0
"""A new token takes about ten seconds until all of the platform knows it (Genesys' Terraform
provider waits for that); a new job, some seconds."""


SHORTEST_WAIT_SECONDS = 0.5


class Grace:
    """The time in which a refusal does not count, from now on."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def next_wait(self) -> float | None:
        """Tell how many seconds to wait before asking again.

        Returns:
            As many as have gone by, so that the waits double; None where the time is over.
        """
        age = time.monotonic() - self._since
        if age >= GRACE_SECONDS:
            return None
        return min(max(age, SHORTEST_WAIT_SECONDS), GRACE_SECONDS - age)
