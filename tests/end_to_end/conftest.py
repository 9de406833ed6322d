"""A simulator for each test, as runs of several searches at once may leave some in flight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator import Org, Simulator
from tests.support.running_simulator import REQUESTS_PER_MINUTE, RunningSimulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def simulator(org: Org) -> Simulator:
    return Simulator(org, requests_per_minute=REQUESTS_PER_MINUTE)


@pytest.fixture
def config(simulator: Simulator) -> Iterator[dict[str, Any]]:
    """A configuration for the simulator, which runs while the test does."""
    with simulator.running() as url:
        config = RunningSimulator(simulator, url).config | {"search_api": "interaction_search"}
        del config["max_concurrent_searches"]
        yield config
