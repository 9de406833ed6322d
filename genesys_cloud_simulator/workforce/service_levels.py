"""The service level: its targets, and who counts in it.

"(Number of answered interactions - number of answered interactions that miss the service level
target) / ((Number of answered interactions + number of abandoned interactions) + (Calculation
Option Switch Setting(s)))"
(https://help.mypurecloud.com/articles/configure-the-service-level-calculation/).
"""

from __future__ import annotations

from dataclasses import dataclass

SHORT_ABANDON = 10_000
"""Within how many milliseconds who gives up has not really waited."""


@dataclass(frozen=True)
class Target:
    """A service level target of a queue.

    Attributes:
        share: The share of the conversations to be answered in time, 0 to 1.
        within: In how many milliseconds.
    """

    share: float
    within: int


_CALL = Target(0.8, 20_000)

_TARGETS = {
    "voice": _CALL,
    "chat": Target(0.8, 30_000),
    "email": Target(0.95, 8 * 3_600_000),
    "message": Target(0.8, 120_000),
    "callback": Target(0.8, 3_600_000),
}

TARGETS = {"call": _CALL, **{name: one for name, one in _TARGETS.items() if name != "voice"}}
"""Targets of all queues, by the name of the media type in the settings of a queue."""


@dataclass(frozen=True, kw_only=True)
class ServiceLevelOptions:
    """Who counts besides those who were answered, as an organisation has chosen.

    Attributes:
        includes_flow_outs: Whether those count who left the queue for a voicemail or the like.
        includes_short_abandons: Whether those count who gave up at once.
        includes_abandons: Whether anybody counts who gave up.
    """

    includes_flow_outs: bool = False
    includes_short_abandons: bool = True
    includes_abandons: bool = True

    def not_answered(self, abandons: int, short_abandons: int, flow_outs: int) -> int:
        """Count those who were not answered.

        Where the platform's documentation is silent: a short abandon is an abandon, and is taken
        off once where neither counts.

        Args:
            abandons: How many gave up.
            short_abandons: How many of them gave up at once.
            flow_outs: How many left the queue for something else.

        Returns:
            How many of them count.
        """
        short = 0 if self.includes_short_abandons else short_abandons
        gave_up = abandons - short if self.includes_abandons else 0
        return gave_up + (flow_outs if self.includes_flow_outs else 0)


def target_of(media: str | None) -> Target:
    """Find the target of a media type; of one that is unset, that of calls."""
    return _TARGETS.get(media or "", _CALL)
