"""A simulator that runs for several tests, as if each had one of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from genesys_cloud_simulator import Org, Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS_PER_MINUTE = 100_000


@dataclass(frozen=True)
class RunningSimulator:
    """A simulator and where it is reached.

    Starting and ending one costs more than most tests do with it.
    """

    simulator: Simulator
    url: str

    @contextmanager
    def begun_anew(self) -> Iterator[Simulator]:
        """Hand out the simulator without a past, and take back what is changed in it."""
        simulator = self.simulator
        options = {one.name: getattr(simulator, one.name) for one in fields(simulator) if one.init}
        simulator.reset()
        try:
            yield simulator
        finally:
            for name, value in options.items():
                setattr(simulator, name, value)

    @property
    def config(self) -> dict[str, Any]:
        """A configuration that reaches it, for the whole period of its org."""
        org = self.simulator.org
        return {
            "client_id": self.simulator.client_id,
            "client_secret": self.simulator.client_secret,
            "auth_url": self.url,
            "api_url": self.url,
            "start_date": f"{org.start:%Y-%m-%d}",
            "end_date": f"{org.end:%Y-%m-%d}",
            "poll_interval_seconds": 0.001,
            "backoff_base_seconds": 0.001,
            "requests_per_minute": REQUESTS_PER_MINUTE,
            # A search left over by one test, in a thread, would be counted in the next.
            "max_concurrent_searches": 1,
            # A run reads what its dates and its state say, and nothing before it.
            "conversation_matching": "started",
            "lookback_hours": 0,
        }


@contextmanager
def running_simulator(org: Org, **options: Any) -> Iterator[RunningSimulator]:
    """Run a simulator without limits to speak of."""
    simulator = Simulator(
        org, requests_per_minute=REQUESTS_PER_MINUTE, max_open_jobs=1000, **options
    )
    simulator.token_requests_per_minute = 1000
    with simulator.running() as url:
        yield RunningSimulator(simulator, url)
