"""Nightly runs by a moving clock, and what the warehouse holds after them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.support.singer_run import catalog_of, run_tap
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from genesys_cloud_simulator import Org
    from tests.support.running_simulator import RunningSimulator

AFTER_MIDNIGHT = timedelta(hours=3, minutes=20)

_NOT_DEFAULT = ("lookback_hours", "conversation_matching", "max_concurrent_searches")
"""Settings that tests give other values than those a user gets."""


@dataclass(frozen=True)
class Nights:
    """Some nightly runs, and one run over all days in the last night.

    Attributes:
        nightly: What the nightly runs have loaded.
        once: What the one run has loaded.
        nightly_requests: Requests that the nightly runs sent.
        requests_at_once: Requests that the one run sent.
    """

    nightly: Warehouse = field(default_factory=Warehouse)
    once: Warehouse = field(default_factory=Warehouse)
    nightly_requests: int = 0
    requests_at_once: int = 0


def moment_of(org: Org, night: int) -> datetime:
    """Tell when a nightly run starts and ends; night 1 is the one after the first day."""
    return org.start + timedelta(days=night) + AFTER_MIDNIGHT


def run_nights(
    running: RunningSimulator, nights: Sequence[int], streams: Sequence[str], **settings: Any
) -> Nights:
    """Run the tap in some nights, each with the state of the one before, and then once without.

    Args:
        running: The simulator, whose clock is moved.
        nights: Days after the org's start.
        streams: The streams to select.
        **settings: What differs from the defaults.
    """
    simulator = running.simulator
    config = {k: v for k, v in running.config.items() if k not in _NOT_DEFAULT} | settings
    catalog = catalog_of("search_audits", "interaction_facets", *streams, **config)
    nightly, state = Warehouse(), None
    for night in nights:
        simulator.now = moment_of(simulator.org, night)
        config["end_date"] = simulator.now.isoformat()
        run = run_tap(config, state=state, catalog=catalog)
        assert run.error is None
        nightly.load(run.messages)
        state = run.states()[-1]
    nightly_requests = len(simulator.requests)
    simulator.log.requests.clear()
    at_once = run_tap(config, catalog=catalog)
    assert at_once.error is None
    return Nights(nightly, Warehouse.of(at_once), nightly_requests, len(simulator.requests))
