"""A Genesys Cloud simulator: a generated organisation served over real HTTP.

`Org` and `Fault` need nothing beyond the standard library. `Simulator` and `create_app` need the
`simulator` extra (Starlette and uvicorn), which is imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_cloud_simulator.faults.fault import Fault
from genesys_cloud_simulator.faults.generate import random_faults, random_schedule
from genesys_cloud_simulator.faults.kinds import FAULT_KINDS, FaultKind
from genesys_cloud_simulator.faults.schedule import FaultSchedule
from genesys_cloud_simulator.org.org import Org, Rush
from genesys_cloud_simulator.state.request_log import LoggedRequest
from genesys_cloud_simulator.workforce.service_levels import ServiceLevelOptions

if TYPE_CHECKING:
    from genesys_cloud_simulator.app import create_app
    from genesys_cloud_simulator.server import Simulator


__all__ = [
    "FAULT_KINDS",
    "Fault",
    "FaultKind",
    "FaultSchedule",
    "LoggedRequest",
    "Org",
    "Rush",
    "ServiceLevelOptions",
    "Simulator",
    "create_app",
    "random_faults",
    "random_schedule",
]


def __getattr__(name: str) -> object:
    """Import what needs Starlette and uvicorn only when it is asked for."""
    if name == "Simulator":
        from genesys_cloud_simulator.server import Simulator  # noqa: PLC0415

        return Simulator
    if name == "create_app":
        from genesys_cloud_simulator.app import create_app  # noqa: PLC0415

        return create_app
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
